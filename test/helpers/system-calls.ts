import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "./run.ts";
import { PATIENCE_MS } from "./until.ts";

export interface Traced {
  readonly exitCode: number | null;
  readonly stderr: string;
  /** Calls that reach for a network or another program: `socket(AF_INET…)`, `connect(…)`. */
  readonly sockets: readonly string[];
  /** Paths that were opened for writing, made, or renamed to. */
  readonly written: readonly string[];
}

/**
 * Why calls can't be traced here; null where they can. strace is of Linux, and some containers
 * forbid ptrace.
 */
export function noTracing(): string | null {
  if (process.platform !== "linux") return "strace is of Linux";
  const { error, status } = spawnSync("strace", ["-f", "-o", "/dev/null", "true"]);
  if (error) return "strace is not installed: apt-get install strace";
  return status === 0 ? null : "this machine forbids ptrace";
}

/** Runs Node with every process and thread that comes of it under strace. */
export function traceNode(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; input?: string },
): Traced {
  const output = join(tempFolder(), "calls");
  const calls = "network,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat";
  const strace = ["-f", "-qq", "-s", "4096", "-e", `trace=${calls}`, "-o", output];
  const { status, stderr } = spawnSync("strace", [...strace, process.execPath, ...args], {
    cwd: options.cwd,
    env: { ...options.env },
    input: options.input ?? "",
    encoding: "utf8",
    timeout: PATIENCE_MS,
  });
  const lines = readFileSync(output, "utf8").split("\n");
  return {
    exitCode: status,
    stderr,
    sockets: lines.flatMap((line) => socketOf(line) ?? []),
    written: [...new Set(lines.flatMap((line) => writtenBy(line) ?? []))],
  };
}

/** Pairs of sockets are how Node talks to its own children. */
const socketOf = (line: string): string | null =>
  /^\d+\s+((?:socket|connect|bind|sendto|sendmsg)\(.*)$/.exec(line)?.[1] ?? null;

function writtenBy(line: string): string | null {
  const [, call, rest] = /^\d+\s+(\w+)\((.*)$/.exec(line) ?? [];
  if (call === undefined || rest === undefined || / = -1 E/.test(rest)) return null;
  const paths = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path]) => path ?? "");
  if (call.startsWith("open") && !/O_CREAT|O_WRONLY|O_RDWR/.test(rest)) return null;
  if (!/^(open|creat|mkdir|rename|link)/.test(call)) return null;
  return paths.at(-1) ?? null;
}
