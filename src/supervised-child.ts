import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type Confinement, launcher } from "./launcher.ts";
import { killTree, watchRss } from "./process-memory.ts";

/**
 * A program of this package that runs in a process of its own, so that a crash or a hang in native
 * code costs one task and not the whole program. Messages are structured clones over the IPC
 * channel. The parent's side is `startChild`, the child's side `serveParent`.
 */
export interface SupervisedChild<Request, Reply> {
  /** Whether messages still reach the child. */
  isConnected(): boolean;
  /** Sends a message that no conversation waits for; it is dropped when the child has gone. */
  send(request: Request): void;
  /**
   * Sends a request and hands every reply to `onReply` until it answers or fails. Rejects with the
   * signal's reason, with what `onReply` fails with, or with the errors of `limits` and `crashed`.
   * The child goes on running; the caller decides whether it is still sound.
   */
  converse<Answer>(request: Request, conversation: Conversation<Reply, Answer>): Promise<Answer>;
  /**
   * Ends the child and resolves when it has gone. It gets SIGTERM first, so that it can end what it
   * started itself, and SIGKILL after `graceMs`; without any grace it gets SIGKILL at once.
   */
  end(graceMs: number): Promise<void>;
}

export interface Conversation<Reply, Answer> {
  readonly signal: AbortSignal;
  readonly onReply: (reply: Reply, turn: ChildTurn<Answer>) => void;
  /** Makes the error for a child that ended before it answered; `how` is the end of a sentence. */
  readonly crashed: (how: string) => Error;
  readonly limits?: Limits | undefined;
}

export interface ChildTurn<Answer> {
  readonly answer: (value: Answer) => void;
  readonly fail: (error: unknown) => void;
  /** Stops the clock of `maxSilenceMs` while the child waits for the parent. */
  readonly whileWaiting: (work: Promise<unknown>) => void;
}

export interface Limits {
  /** The child must say something at least this often. */
  readonly maxSilenceMs: number;
  /** Bytes of resident memory, watched from outside: a child in native code can't report them. */
  readonly maxMemoryBytes: number;
  readonly tooSilent: () => Error;
  readonly tooLarge: () => Error;
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when the system could not start the process. */
  readonly startError?: Error;
}

/** V8 writes the stacks after why it ended the process. */
const STDERR_TAIL_CHARACTERS = 8000;
const MAX_TRACE_CHARACTERS = 200;
/** How long the last words on stderr are waited for after the child has gone. */
const LAST_WORDS_MS = 500;

const NODE_OPTIONS = ["--disable-warning=ExperimentalWarning"];

/**
 * Starts `script`, a compiled or a source file of this package, held to as much of `confinement` as
 * the system can.
 */
export function startChild<Request, Reply>(
  script: URL,
  env: Readonly<Record<string, string | undefined>>,
  confinement: Confinement = {},
): SupervisedChild<Request, Reply> {
  const [execPath = process.execPath, ...words] = [...launcher(confinement), process.execPath];
  const child = fork(script, [], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execPath,
    execArgv: [...words, ...NODE_OPTIONS],
    env: { ...env } as NodeJS.ProcessEnv,
  });
  // The end of what it wrote to stderr is the only trace of a crash in native code.
  let stderrTail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderrTail = (stderrTail + text).slice(-STDERR_TAIL_CHARACTERS);
  });
  child.setMaxListeners(20);
  const departure = watchDeparture(child);
  return {
    isConnected: () => child.connected,
    send: (request) => {
      if (child.connected) child.send(request as object, () => {});
    },
    converse: (request, conversation) =>
      converse(child, departure, request as object, conversation, () => stderrTail),
    async end(graceMs) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.kill(graceMs > 0 ? "SIGTERM" : "SIGKILL");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await new Promise<void>((resolve) => {
        departure.wait(() => resolve());
      });
      clearTimeout(timer);
    },
  };
}

/**
 * Who waits for the end of a child. A promise would keep the answer of every conversation alive.
 */
interface Departure {
  readonly wait: (onEnd: (ending: Ending) => void) => void;
  readonly forget: (onEnd: (ending: Ending) => void) => void;
}

/** Tells once that the child has gone and its stderr is read, or that it never started. */
function watchDeparture(child: ChildProcess): Departure {
  const waiting = new Set<(ending: Ending) => void>();
  let ending: Ending | undefined;
  const tell = (end: Ending): void => {
    ending ??= end;
    for (const onEnd of waiting) onEnd(ending);
    waiting.clear();
  };
  child.on("error", (startError) => {
    if (child.pid === undefined) tell({ code: null, signal: null, startError });
  });
  child.once("close", (code, signal) => tell({ code, signal }));
  // A process that the child left behind may keep its stderr open.
  child.once("exit", (code, signal) => {
    void sleep(LAST_WORDS_MS, undefined, { ref: false }).then(() => tell({ code, signal }));
  });
  return {
    wait: (onEnd) => {
      if (ending) onEnd(ending);
      else waiting.add(onEnd);
    },
    forget: (onEnd) => void waiting.delete(onEnd),
  };
}

function converse<Reply, Answer>(
  child: ChildProcess,
  departure: Departure,
  request: object,
  { signal, onReply, crashed, limits }: Conversation<Reply, Answer>,
  stderrTail: () => string,
): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const finish = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      stopWatching();
      child.off("message", onMessage);
      departure.forget(onEnd);
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    const fail = (error: unknown): void => finish(() => reject(error as Error));
    const restartClock = (): void => {
      clearTimeout(timer);
      if (limits && !isOver)
        timer = setTimeout(() => fail(limits.tooSilent()), limits.maxSilenceMs);
    };
    const turn: ChildTurn<Answer> = {
      answer: (value) => finish(() => resolve(value)),
      fail,
      whileWaiting: (work) => {
        clearTimeout(timer);
        void work.finally(restartClock);
      },
    };
    const onAbort = (): void => fail(signal.reason);
    const onEnd = (end: Ending): void =>
      fail(end.startError ?? crashed(howItEnded(end, stderrTail())));
    const stopWatching = limits
      ? watchMemory(child, limits.maxMemoryBytes, () => fail(limits.tooLarge()))
      : () => {};
    const onMessage = (reply: Reply): void => {
      restartClock();
      onReply(reply, turn);
    };
    child.on("message", onMessage);
    signal.addEventListener("abort", onAbort, { once: true });
    restartClock();
    const hasGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
    child.send(request, (error) => {
      if (error && child.pid !== undefined && !hasGone()) fail(error);
    });
    departure.wait(onEnd);
  });
}

/**
 * Often enough that a child that fills memory as fast as it can gets a gigabyte further at most.
 */
const MEMORY_WATCH_MS = 100;

/**
 * Looks at the memory of a child as the system counts it, and ends the child, with all that it
 * started, as soon as it has more. @returns the function that stops looking.
 */
function watchMemory(child: ChildProcess, maxBytes: number, onTooLarge: () => void): () => void {
  const { pid } = child;
  if (pid === undefined) return () => {};
  return watchRss(pid, MEMORY_WATCH_MS, (rssBytes) => {
    if (rssBytes <= maxBytes) return;
    killTree(pid);
    onTooLarge();
  });
}

/** What V8 says last of all. */
export const HEAP_IS_FULL = "JavaScript heap out of memory";

/** How a child ended, such as `was ended by SIGKILL (out of memory)`. */
function howItEnded({ code, signal }: Ending, stderrTail: string): string {
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const trace = stderrTail.includes(HEAP_IS_FULL)
    ? HEAP_IS_FULL
    : stderrTail.trim().split("\n").at(-1)?.slice(0, MAX_TRACE_CHARACTERS);
  return trace ? `${how} (${trace})` : how;
}

export interface ServeOptions<Request> {
  readonly onRequest: (request: Request) => void;
  /** Called when the parent has gone: a child never outlives it. */
  readonly onOrphaned: () => void;
}

/**
 * The child's side. The parent decides when to stop: Ctrl-C in a terminal reaches the whole process
 * group, and the child ignores it. @returns the function that sends a reply.
 */
export function serveParent<Request, Reply>({
  onRequest,
  onOrphaned,
}: ServeOptions<Request>): (reply: Reply) => void {
  const reply = (message: Reply): void => {
    process.send?.(message);
  };
  process.on("SIGINT", () => {});
  process.on("disconnect", onOrphaned);
  process.on("message", onRequest);
  return reply;
}

/** A process that leads a group of its own; without `pid` it never started. */
export type GroupLeader = Pick<ChildProcess, "pid"> & {
  readonly kill: (signal: NodeJS.Signals) => boolean;
};

/** Sends a signal to a process that leads its own group and to all that it started. */
export function killGroup(child: GroupLeader, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended, with all that it started.
  }
}
