import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { main } from "../../src/cli/main.ts";
import { PLACES } from "./places.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const FIXTURES = join(ROOT, "fixtures/media");
export const BIN = join(ROOT, "bin/mediasearch.js");

export interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of the test's own, gone afterwards. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * The environment of a command: the model cache of the tests, a library and settings of the test's
 * own.
 */
export const environment = (
  home: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  const env: Record<string, string> = {
    ...(process.env as Record<string, string>),
    ...PLACES,
    MEDIASEARCH_HOME: home,
    REPLICA_FOLDER: join(home, "replica"),
    XDG_CONFIG_HOME: join(home, "config"),
    JOB_CONCURRENCY: "1",
    ...more,
  };
  const own = Object.keys(env).filter((name) => /^(VAST_|AWS_|MEDIA_BUCKET)/.test(name));
  for (const name of [
    "NO_COLOR",
    "FORCE_COLOR",
    "MEDIASEARCH_STORE",
    "MEDIASEARCH_CONFIG",
    "BACKEND",
    "ASR_ENGINE",
    "VITEST",
    "NODE_OPTIONS",
    "VTE_VERSION",
    "TERM_PROGRAM",
    "WT_SESSION",
    "KONSOLE_VERSION",
    ...own,
  ])
    if (!(name in more)) delete env[name];
  return env;
};

export interface RunOptions {
  readonly home: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly tty?: boolean;
}

/** A whole command in this process, with streams of its own. */
export async function mediasearch(argv: readonly string[], options: RunOptions): Promise<Result> {
  let stdout = "";
  let stderr = "";
  const exitCode = await main(argv, {
    stdout: {
      write: (text) => {
        stdout += text;
      },
      isTTY: options.tty,
      columns: 100,
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
      isTTY: options.tty,
      columns: 100,
    },
    env: environment(options.home, options.env),
    cwd: options.cwd ?? ROOT,
    signal: options.signal ?? new AbortController().signal,
  });
  return { exitCode, stdout, stderr };
}

/** The real program in a process of its own. */
export function spawnMediasearch(argv: readonly string[], options: RunOptions): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...argv], {
      cwd: options.cwd ?? ROOT,
      env: environment(options.home, options.env),
      signal: options.signal,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ exitCode: code ?? (signal === "SIGINT" ? 130 : -1), stdout, stderr }),
    );
  });
}

export interface FoundHit {
  readonly displayFile: string;
  readonly file: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
  readonly text: string;
  readonly score: number;
  readonly origin: "captions" | "asr";
  readonly moment: { readonly hits: readonly { readonly text: string }[] };
}

export interface Found {
  readonly version: number;
  readonly query: string;
  readonly mode: string;
  readonly total: number;
  readonly hits: readonly FoundHit[];
}

export const found = ({ stdout }: Result): Found => JSON.parse(stdout) as Found;
