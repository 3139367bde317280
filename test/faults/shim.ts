import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BIN, environment, ROOT } from "../helpers/run.ts";
import { type Change, parseChanges } from "./replay.ts";

/** Runs the real program on a disk that fails, with a clock that jumps, or killed at a call. */

const SOURCE = fileURLToPath(new URL("shim.c", import.meta.url));
const FOLDER = join(ROOT, "node_modules/.cache/mediasearch-tests/faults");

/** Why faults can't be injected here; null where they can. */
export function noFaults(): string | null {
  if (process.platform !== "linux") return "faults are injected on Linux only";
  return spawnSync("cc", ["--version"]).status === 0
    ? null
    : "no C compiler: apt-get install gcc libc6-dev";
}

/** @returns the path of the compiled shim. */
export function buildShim(): string {
  const digest = createHash("sha256").update(readFileSync(SOURCE)).digest("hex").slice(0, 16);
  const path = join(FOLDER, `shim-${digest}.so`);
  if (existsSync(path)) return path;
  mkdirSync(FOLDER, { recursive: true });
  const own = `${path}.${process.pid}`;
  const flags = ["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-O1"];
  const { status, stderr } = spawnSync("cc", [...flags, "-o", own, SOURCE, "-ldl", "-lpthread"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  renameSync(own, path);
  return path;
}

export const CALLS = ["write", "sync", "read"] as const;
export type CallClass = (typeof CALLS)[number];

/** What happens at a call on a file of the library; see shim.c. */
export interface Fault {
  readonly call: CallClass;
  /** The number of the call, from 1. */
  readonly at: number;
  readonly how: "errno" | "errno-on" | "short" | "kill" | "torn";
  readonly errno?: "ENOSPC" | "EIO";
}

export interface FaultRun {
  readonly argv: readonly string[];
  readonly home: string;
  /** The media that `read` faults may hit; else only files of `home` fail. */
  readonly root?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly fault?: Fault;
  /** Records every change for `replay.ts`. */
  readonly record?: boolean;
  /** Steps of the clock: so many milliseconds after the start it is so many seconds off. */
  readonly clock?: readonly { readonly afterMs: number; readonly offsetSeconds: number }[];
  /** Acts on the program while it runs; when this is over a program that still runs is killed. */
  readonly drive?: (stdout: () => string, hasEnded: () => boolean) => Promise<void>;
}

export interface FaultResult {
  /** null when it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly counts: Readonly<Record<CallClass, number>>;
  readonly changes: readonly Change[];
}

const STATE_BYTES = 64;
/** A program that fails and does not end is a fault of its own. */
const LIMIT_MS = 120_000;

/** The files by which the shim and the test talk, beside `home`. */
const talk = (home: string, name: string): string => `${home}.${name}`;

export async function runWithFaults(run: FaultRun): Promise<FaultResult> {
  const { home } = run;
  const [state, log, marks, errors] = ["state", "log", "out", "err"].map((name) =>
    talk(home, name),
  ) as [string, string, string, string];
  writeFileSync(state, Buffer.alloc(STATE_BYTES));
  for (const path of [log, marks, errors]) writeFileSync(path, "");
  const [stdout, stderr] = [openSync(marks, "w"), openSync(errors, "w")];
  const child = spawn(process.execPath, [BIN, ...run.argv], {
    cwd: ROOT,
    env: environment(home, {
      EMBEDDING_MODEL: "stub",
      // Programs that only start others would be counted twice.
      ...run.env,
      ...shimEnvironment(run, { state, log, marks }),
    }),
    stdio: ["ignore", stdout, stderr],
    detached: true,
  });
  for (const fd of [stdout, stderr]) closeSync(fd);
  const end = (): void => {
    try {
      process.kill(-(child.pid ?? 0), "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(end, LIMIT_MS);
  let hasEnded = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => {
      hasEnded = true;
      resolve(code);
    });
  });
  if (run.drive) {
    await run.drive(
      () => readFileSync(marks, "utf8"),
      () => hasEnded,
    );
    end();
  }
  const exitCode = await ended;
  clearTimeout(timer);
  // Workers die with their parent, a moment later.
  end();
  const counts = readFileSync(state);
  return {
    exitCode,
    stdout: readFileSync(marks, "utf8"),
    stderr: readFileSync(errors, "utf8"),
    counts: Object.fromEntries(
      CALLS.map((call, i) => [call, Number(counts.readBigUInt64LE(8 * i))]),
    ) as Record<CallClass, number>,
    changes: run.record ? parseChanges(readFileSync(log)) : [],
  };
}

function shimEnvironment(
  { home, root = home, fault, record = false, clock = [] }: FaultRun,
  files: Readonly<Record<"state" | "log" | "marks", string>>,
): Record<string, string> {
  return {
    LD_PRELOAD: buildShim(),
    FAULT_ROOT: root,
    FAULT_STATE: files.state,
    FAULT_MARKS: files.marks,
    ...(record ? { FAULT_LOG: files.log } : {}),
    ...(clock.length === 0
      ? {}
      : {
          FAULT_CLOCK: clock
            .map(({ afterMs, offsetSeconds }) => `${afterMs}:${offsetSeconds}`)
            .join(),
        }),
    ...(fault
      ? {
          FAULT_CLASS: String(CALLS.indexOf(fault.call)),
          FAULT_AT: String(fault.at),
          FAULT_HOW: fault.how,
          FAULT_ERRNO: String(constants.errno[fault.errno ?? "EIO"]),
        }
      : {}),
  };
}

/** The path of what the program said, as it stands in the log. */
export const marksOf = (home: string): string => talk(home, "out");
