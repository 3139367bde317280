import { type ChildProcess, spawn } from "node:child_process";
import { killGroup } from "../../supervised-child.ts";

export interface CommandCall {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Written to its stdin; nothing otherwise. */
  readonly input?: Buffer | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type CommandEnd =
  | {
      readonly type: "exit";
      readonly code: number;
      readonly stdout: Buffer;
      readonly stderr: string;
    }
  | { readonly type: "signal"; readonly signal: string; readonly stderr: string }
  | { readonly type: "late"; readonly stderr: string }
  | { readonly type: "too much"; readonly stderr: string }
  | { readonly type: "not started"; readonly code: string };

const MAX_STDOUT = 64 * 2 ** 20;
const STDERR_TAIL = 4096;
/** From asking a command to end until it is ended: after a time-out, and when the user waits. */
const GRACE_MS = 5000;
const SHORT_GRACE_MS = 1000;

export interface Commands {
  run(call: CommandCall): Promise<CommandEnd>;
  /** Ends all that run, and what they started. */
  stop(): Promise<void>;
}

/**
 * Runs commands without a shell, each in a process group of its own, so that what they start ends with them. A time-out or an abort sends SIGTERM to the group, then
 * SIGKILL. Rejects with the signal's reason only.
 */
export function openCommands(): Commands {
  const running = new Map<ChildProcess, Promise<unknown>>();
  return {
    async run(call) {
      call.signal.throwIfAborted();
      const [file = "", ...args] = call.words;
      const child = spawn(file, args, {
        detached: process.platform !== "win32",
        windowsHide: true,
        stdio: ["pipe", "pipe", "pipe"],
        env: { ...call.env } as NodeJS.ProcessEnv,
      });
      const end = follow(child, call);
      running.set(child, end);
      const result = await end.finally(() => running.delete(child));
      call.signal.throwIfAborted();
      return result;
    },
    async stop() {
      for (const child of running.keys()) endGroup(child, SHORT_GRACE_MS);
      await Promise.all(running.values());
    },
  };
}

function follow(
  child: ChildProcess,
  { input, timeoutMs, signal }: CommandCall,
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let [size, stderr] = [0, ""];
    let failure: "late" | "too much" | undefined;
    const give = (why: "late" | "too much"): void => {
      failure ??= why;
      endGroup(child, GRACE_MS);
    };
    const timer = setTimeout(() => give("late"), timeoutMs);
    const onAbort = (): void => endGroup(child, SHORT_GRACE_MS);
    signal.addEventListener("abort", onAbort, { once: true });
    const finish = (end: CommandEnd): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      resolve(end);
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined)
        finish({ type: "not started", code: error.code ?? error.message });
    });
    child.stdout?.on("data", (part: Buffer) => {
      size += part.length;
      if (size > MAX_STDOUT) give("too much");
      else parts.push(part);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-STDERR_TAIL);
    });
    // A command need not read what it is given (EPIPE).
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    child.on("close", (code, by) => {
      // What it left running in the background would go on for ever.
      killGroup(child, "SIGKILL");
      if (failure) finish({ type: failure, stderr });
      else if (code === null) finish({ type: "signal", signal: by ?? "?", stderr });
      else finish({ type: "exit", code, stdout: Buffer.concat(parts), stderr });
    });
  });
}

function endGroup(child: ChildProcess, graceMs: number): void {
  killGroup(child, "SIGTERM");
  setTimeout(() => killGroup(child, "SIGKILL"), graceMs).unref();
}
