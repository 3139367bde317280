import { type GroupLeader, killGroup } from "../../supervised-child.ts";

export interface CommandCall {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What the command gets on its stdin; empty unless given. */
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
/**
 * How long a command may take to end after SIGTERM before it is killed, after a time-out and when
 * the user waits.
 */
const COMMAND_GRACE_MS = 5000;
const SHORT_GRACE_MS = 1000;

export interface Commands {
  run(call: CommandCall): Promise<CommandEnd>;
  /** Ends all commands that run, and all processes that they started. */
  stop(): Promise<void>;
}

/**
 * Runs commands without a shell, each in a process group of its own, so that what they start ends
 * with them. A time-out or an abort sends SIGTERM to the group, then SIGKILL. Rejects with the
 * signal's reason only.
 */
export function openCommands(): Commands {
  const running = new Map<GroupLeader, Promise<unknown>>();
  return {
    async run(call) {
      const { execa } = await import("execa");
      call.signal.throwIfAborted();
      const [file = "", ...args] = call.words;
      const child = execa(file, args, {
        detached: process.platform !== "win32",
        env: call.env,
        extendEnv: false,
        input: call.input ?? "",
        encoding: "buffer",
        buffer: { stderr: false },
        maxBuffer: { stdout: MAX_STDOUT },
        reject: false,
        stripFinalNewline: false,
      });
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr = (stderr + text).slice(-STDERR_TAIL);
      });
      const end = whileWatched(child, call, async (isLate) => {
        const result = await child;
        // A process that the command left in the background would run for ever.
        killGroup(child, "SIGKILL");
        return endOf(result, stderr, isLate());
      });
      running.set(child, end);
      const ending = await end.finally(() => running.delete(child));
      call.signal.throwIfAborted();
      return ending;
    },
    async stop() {
      for (const child of running.keys()) endGroup(child, SHORT_GRACE_MS);
      await Promise.all(running.values());
    },
  };
}

/** Ends the group of `child` when its time is over or the run is aborted, until `work` is done. */
async function whileWatched<T>(
  child: GroupLeader,
  { timeoutMs, signal }: CommandCall,
  work: (isLate: () => boolean) => Promise<T>,
): Promise<T> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endGroup(child, COMMAND_GRACE_MS);
  }, timeoutMs);
  const onAbort = (): void => endGroup(child, SHORT_GRACE_MS);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await work(() => isLate);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

interface CommandResult {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly isMaxBuffer: boolean;
  readonly stdout: Uint8Array;
}

function endOf(
  { exitCode, signal, code, isMaxBuffer, stdout }: CommandResult,
  stderr: string,
  isLate: boolean,
): CommandEnd {
  if (isLate) return { type: "late", stderr };
  if (isMaxBuffer) return { type: "too much", stderr };
  if (exitCode !== undefined)
    return { type: "exit", code: exitCode, stdout: Buffer.from(stdout), stderr };
  if (signal !== undefined) return { type: "signal", signal, stderr };
  return { type: "not started", code: code ?? "unknown" };
}

function endGroup(child: GroupLeader, graceMs: number): void {
  killGroup(child, "SIGTERM");
  setTimeout(() => killGroup(child, "SIGKILL"), graceMs).unref();
}
