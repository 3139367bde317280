import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { BIN, environment } from "../../helpers/run.ts";

/** The program as a process, following events of a bucket. */
export interface Follower {
  /** As `kill -9` does, workers and all. */
  kill(): Promise<void>;
  /** As Ctrl-C does. */
  stop(): Promise<void>;
}

/** What all followers of a test told, by file. */
export interface Heard {
  readonly indexed: Map<string, number>;
  readonly deleted: Set<string>;
  readonly notices: string[];
  /** When a file was first told to be indexed. */
  readonly atMs: Map<string, number>;
}

export const createHeard = (): Heard => ({
  indexed: new Map(),
  deleted: new Set(),
  notices: [],
  atMs: new Map(),
});

export function startFollower(
  root: string,
  address: string,
  home: string,
  env: Readonly<Record<string, string>>,
  heard: Heard,
): Follower {
  const child = spawn(
    process.execPath,
    [BIN, "index", "--watch", root, "--events", address, "--json"],
    { env: environment(home, env), stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  createInterface({ input: child.stdout }).on("line", (line) => note(line, heard));
  createInterface({ input: child.stderr }).on("line", (line) => void heard.notices.push(line));
  const exited = once(child, "exit");
  const end = async (signal: NodeJS.Signals, group: boolean): Promise<void> => {
    if (!isRunning(child)) return;
    try {
      process.kill(group ? -(child.pid ?? 0) : (child.pid ?? 0), signal);
    } catch {
      // It ended just now.
    }
    await exited;
  };
  return { kill: () => end("SIGKILL", true), stop: () => end("SIGINT", false) };
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;

function note(line: string, { indexed, deleted, atMs }: Heard): void {
  // A process that is killed leaves half a line.
  if (!line.endsWith("}")) return;
  const event = JSON.parse(line) as { readonly type: string; readonly file?: string };
  const { type, file = "" } = event;
  if (type === "deleted") deleted.add(file);
  if (type !== "indexed") return;
  indexed.set(file, (indexed.get(file) ?? 0) + 1);
  if (!atMs.has(file)) atMs.set(file, Date.now());
}
