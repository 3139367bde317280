import { type ChildProcess, fork } from "node:child_process";
import type { Checkpoint } from "../../asr/transcriber.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import type { Segment } from "../../types.ts";
import type { FileTask, FileTranscript, Reply, Request, WorkerSetup } from "./protocol.ts";
import type { Identity } from "../fingerprint.ts";

export interface WorkerPool {
  /** Hashes the file and its captions. */
  identify(task: FileTask, signal: AbortSignal): Promise<Identity>;
  /** @returns what was said, or why the file was skipped. */
  transcribe(task: FileTask, options: TranscribeCall): Promise<FileTranscript | Skipped>;
  /** Vectors of segments that were recognised before; `path` is for errors. */
  embed(
    path: string,
    segments: readonly Segment[],
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

export interface Skipped {
  readonly skipped: string;
}

export interface TranscribeCall {
  readonly signal: AbortSignal;
  readonly onProgress?: (positionMs: number, durationMs: number | null) => void;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
}

export interface PoolOptions {
  readonly setup: WorkerSetup;
  /** A file whose worker says nothing for so long is given up. */
  readonly timeoutMs: number;
  /** A worker that needs more memory is ended. */
  readonly memoryBytes: number;
  /** Called once a model, in this process, so that two workers never download the same file. */
  readonly models: (model: string) => Promise<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Worker {
  readonly child: ChildProcess;
  /** The end of what it wrote to stderr: the only trace of a crash in native code. */
  stderrTail: string;
}

// In a checkout the sources run as they are; the package has compiled files only.
const SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "../../worker.ts" : "../../worker.js",
  import.meta.url,
);

/**
 * Child processes that decode, recognise and embed; each holds its models and does one file at a time. They start when
 * needed, at most as many as calls are under way. A worker that crashes or hangs costs its caller one
 * error of its own code; the next call gets a fresh one.
 */
export function openWorkers(options: PoolOptions): WorkerPool {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  let closed = false;

  const take = (): Worker => {
    const worker = idle.pop() ?? startWorker(options);
    all.add(worker);
    return worker;
  };
  const call = async <T>(
    request: Request,
    path: string,
    on: TranscribeCall,
    pick: (reply: Reply) => T | undefined,
  ): Promise<T> => {
    on.signal.throwIfAborted();
    const worker = take();
    try {
      const answer = await converse(worker, request, path, options, on, pick);
      if (!closed) idle.push(worker);
      return answer;
    } catch (error) {
      // A failed file leaves its worker sound; anything else may have left it in any state.
      if (error instanceof FileFailure && worker.child.connected) idle.push(worker);
      else void end(worker).then(() => all.delete(worker));
      throw error instanceof FileFailure ? error.reason : error;
    }
  };
  return {
    identify: (task, signal) =>
      call({ type: "identify", task }, task.path, { signal }, (reply) =>
        reply.type === "identity" ? reply.identity : undefined,
      ),
    transcribe: (task, on) =>
      call({ type: "transcribe", task }, task.path, on, (reply) =>
        reply.type === "transcript"
          ? reply.transcript
          : reply.type === "skipped"
            ? { skipped: reply.reason }
            : undefined,
      ),
    embed: (path, segments, signal) =>
      call({ type: "embed", segments }, path, { signal }, (reply) =>
        reply.type === "vectors" ? reply.vectors : undefined,
      ),
    async close() {
      closed = true;
      await Promise.all([...all].map(end));
    },
  };
}

/** How long a worker may take to end what it started. */
const GRACE_MS = 2500;

/** Asks first: a recogniser may be a command that the worker runs. */
async function end({ child }: Worker): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => {
    child.once("exit", resolve);
  });
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await gone;
  clearTimeout(timer);
}

/** The file's fault, told by the worker itself; the worker goes on. */
class FileFailure extends Error {
  readonly reason: MediasearchError;

  constructor(reason: MediasearchError) {
    super(reason.message);
    this.reason = reason;
  }
}

function startWorker({ setup, env }: PoolOptions): Worker {
  const child = fork(SCRIPT, [], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: { ...env } as NodeJS.ProcessEnv,
  });
  const worker: Worker = { child, stderrTail: "" };
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    worker.stderrTail = (worker.stderrTail + text).slice(-2000);
  });
  child.on("error", () => {});
  child.setMaxListeners(20);
  child.send({ type: "setup", setup } satisfies Request);
  return worker;
}

function converse<T>(
  worker: Worker,
  request: Request,
  path: string,
  options: PoolOptions,
  on: TranscribeCall,
  pick: (reply: Reply) => T | undefined,
): Promise<T> {
  const { child } = worker;
  return new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit);
      on.signal.removeEventListener("abort", onAbort);
      act();
    };
    const fail = (error: unknown): void => finish(() => reject(error as Error));
    const restartTimer = (): void => {
      clearTimeout(timer);
      timer = setTimeout(
        () =>
          fail(
            new MediasearchError(
              "TIMED_OUT",
              `${path}: no progress for ${options.timeoutMs / 1000} s`,
              {
                subject: path,
                hint: "raise JOB_TIMEOUT_MS if the file is sound and the machine slow",
              },
            ),
          ),
        options.timeoutMs,
      );
    };
    const onAbort = (): void => fail(on.signal.reason);
    const onExit = (code: number | null, signal: string | null): void =>
      fail(crashed(path, worker, code, signal));
    const onMessage = (reply: Reply): void => {
      if (reply.type === "memory") {
        if (reply.rssBytes > options.memoryBytes) fail(outgrown(path, options.memoryBytes));
        return;
      }
      restartTimer();
      if (reply.type === "checkpoint") return on.onCheckpoint?.(reply.checkpoint);
      if (reply.type === "progress") on.onProgress?.(reply.positionMs, reply.durationMs);
      else if (reply.type === "failed")
        fail(
          new FileFailure(
            new MediasearchError(reply.failure.code, reply.failure.message, {
              subject: path,
              hint: reply.failure.hint,
            }),
          ),
        );
      else if (reply.type === "need-models") {
        clearTimeout(timer);
        void provideModels(child, reply.model, options).finally(restartTimer);
      } else {
        const answer = pick(reply);
        if (answer !== undefined) finish(() => resolve(answer));
      }
    };
    child.on("message", onMessage).on("exit", onExit);
    on.signal.addEventListener("abort", onAbort, { once: true });
    restartTimer();
    child.send(
      request,
      (error) => error && child.exitCode === null && child.signalCode === null && fail(error),
    );
    if (child.exitCode !== null || child.signalCode !== null)
      onExit(child.exitCode, child.signalCode);
  });
}

async function provideModels(
  child: ChildProcess,
  model: string,
  options: PoolOptions,
): Promise<void> {
  const answer = await options.models(model).then(
    (files): Request => ({ type: "models", model, files }),
    (error: unknown): Request => {
      const { code, message, hint } = toMediasearchError(error);
      return { type: "models", model, failure: { code, message, hint } };
    },
  );
  if (child.connected) child.send(answer);
}

const outgrown = (path: string, bytes: number): MediasearchError =>
  new MediasearchError("OUT_OF_MEMORY", `${path}: its worker needed more than ${bytes / 1e6} MB`, {
    subject: path,
    hint: "raise WORKER_MEMORY_MB if the machine has more",
  });

function crashed(
  path: string,
  worker: Worker,
  code: number | null,
  signal: string | null,
): MediasearchError {
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const trace = worker.stderrTail.trim().split("\n").at(-1)?.slice(0, 200);
  return new MediasearchError(
    "WORKER_CRASHED",
    `${path}: the process that decoded it ${how}${trace ? ` (${trace})` : ""}`,
    {
      subject: path,
      hint: "the file may be damaged; convert it anew and index again",
    },
  );
}
