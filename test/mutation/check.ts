import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BIN, environment } from "../helpers/run.ts";
import type { Mutant } from "./mutate.ts";

export interface Checked {
  readonly exitCode: number | null;
  /** Outcomes of each file by name. */
  readonly outcomes: ReadonlyMap<
    string,
    readonly { readonly type: string; readonly reason: string }[]
  >;
  readonly wallMs: number;
  /** Most resident memory of the program and of any of its workers, bytes. */
  readonly mainBytes: number;
  readonly workerBytes: number;
  readonly stderr: string;
}

const OUTCOMES = new Set(["indexed", "unchanged", "reused", "skipped", "failed", "quarantined"]);

function peak(pid: number): number {
  try {
    return (
      Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024
    );
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
        .trim()
        .split(" ")
        .filter((one) => one !== "")
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** Indexes mutants with the real program and gathers what it says of each. */
export async function indexMutants(
  mutants: Iterable<Mutant>,
  folder: string,
  home: string,
): Promise<Checked> {
  for (const { name, bytes } of mutants) writeFileSync(join(folder, name), bytes);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [BIN, "index", folder, "--json", "--jobs", "2"], {
    env: environment(home, {
      JOB_TIMEOUT_MS: "20000",
      MAX_RETRY_ATTEMPTS: "2",
      BASE_RETRY_DELAY_MS: "10",
    }),
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr, mainBytes, workerBytes] = ["", "", 0, 0];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const timer = setInterval(() => {
    mainBytes = Math.max(mainBytes, peak(child.pid ?? 0));
    for (const pid of childrenOf(child.pid ?? 0)) workerBytes = Math.max(workerBytes, peak(pid));
  }, 50);
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearInterval(timer);
  const outcomes = new Map<string, { type: string; reason: string }[]>();
  for (const line of stdout.trim().split("\n")) {
    const {
      type,
      displayFile: file = "",
      reason = "",
    } = JSON.parse(line) as { type: string; displayFile?: string; reason?: string };
    if (OUTCOMES.has(type)) outcomes.set(file, [...(outcomes.get(file) ?? []), { type, reason }]);
  }
  return {
    exitCode,
    outcomes,
    wallMs: performance.now() - startedAt,
    mainBytes,
    workerBytes,
    stderr,
  };
}

/**
 * What is wrong with a run, in words; nothing when every file has one outcome with a reason of one
 * line.
 */
export function broken(
  names: readonly string[],
  { exitCode, outcomes, mainBytes, workerBytes, stderr }: Checked,
): string[] {
  const wrong: string[] = [];
  if (exitCode !== 0 && exitCode !== 3)
    wrong.push(`the program ended with ${exitCode}: ${stderr.slice(-300)}`);
  for (const name of names) {
    const told = outcomes.get(name) ?? [];
    if (told.length !== 1) wrong.push(`${name} has ${told.length} outcomes`);
    for (const { type, reason } of told)
      if (type === "failed" && (reason === "" || reason.includes("\n")))
        wrong.push(`${name}: a reason of no or many lines`);
  }
  if (mainBytes > 300_000_000) wrong.push(`the main process needed ${mainBytes} bytes`);
  if (workerBytes > 2_200_000_000) wrong.push(`a worker needed ${workerBytes} bytes`);
  return wrong;
}
