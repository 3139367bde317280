import type { Checkpoint } from "../../asr/transcriber.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { type Limits, startChild, type SupervisedChild } from "../../supervised-child.ts";
import type { MediaFacts, Segment } from "../../types.ts";
import type {
  Failure,
  FileTask,
  WorkerTranscript,
  WorkerReply,
  Request,
  WorkerSetup,
} from "./protocol.ts";
import type { ContentDigest } from "../../fingerprint.ts";

export interface WorkerPool {
  /** Hashes the file and its captions. */
  identify(task: FileTask, signal: AbortSignal): Promise<ContentDigest>;
  /** What is known of the recording besides its words. */
  describe(task: FileTask, signal: AbortSignal): Promise<MediaFacts>;
  /** @returns what was said, or why the file was skipped. */
  transcribe(task: FileTask, options: TranscribeCall): Promise<WorkerTranscript | Skipped>;
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
  /**
   * Whether a request for that file asks servers. All others are done by workers without any
   * network, where the system allows that.
   */
  readonly needsNetwork: (request: Request, path: string) => boolean;
}

type Worker = SupervisedChild<Request, WorkerReply>;

// In a checkout the sources run as they are; the package has compiled files only.
const FILE_WORKER_SCRIPT = new URL(
  import.meta.url.endsWith(".ts") ? "../../worker.ts" : "../../worker.js",
  import.meta.url,
);

/**
 * Child processes that decode, recognise and embed; each holds its models and does one file at a
 * time. They start when needed, at most as many as calls are under way. A worker that crashes or
 * hangs costs its caller one error of its own code; the next call gets a fresh one.
 */
export function openWorkers(options: PoolOptions): WorkerPool {
  /** By whether they have a network. */
  const idle = { open: [] as Worker[], caged: [] as Worker[] };
  const all = new Set<Worker>();
  let closed = false;

  const take = (kind: keyof typeof idle): Worker => {
    const worker = idle[kind].pop() ?? startWorker(options, kind === "caged");
    all.add(worker);
    return worker;
  };
  const call = async <T>(
    request: Request,
    path: string,
    on: TranscribeCall,
    pick: (reply: WorkerReply) => T | undefined,
  ): Promise<T> => {
    on.signal.throwIfAborted();
    const kind = options.needsNetwork(request, path) ? "open" : "caged";
    const worker = take(kind);
    try {
      const answer = await askWorker(worker, request, path, options, on, pick);
      if (!closed) idle[kind].push(worker);
      return answer;
    } catch (error) {
      // A failed file leaves its worker sound; anything else may have left it in any state.
      if (error instanceof FileFailure && worker.isConnected()) idle[kind].push(worker);
      else void worker.end(WORKER_GRACE_MS).then(() => all.delete(worker));
      throw error instanceof FileFailure ? error.reason : error;
    }
  };
  return {
    identify: (task, signal) =>
      call({ type: "identify", task }, task.path, { signal }, (reply) =>
        reply.type === "identity" ? reply.identity : undefined,
      ),
    describe: (task, signal) =>
      call({ type: "describe", task }, task.path, { signal }, (reply) =>
        reply.type === "facts" ? reply.facts : undefined,
      ),
    transcribe: (task, on) =>
      call<WorkerTranscript | Skipped>(
        { type: "transcribe", task },
        task.path,
        on,
        (reply): WorkerTranscript | Skipped | undefined => {
          if (reply.type === "skipped") return { skipped: reply.reason };
          return reply.type === "transcript" ? reply.transcript : undefined;
        },
      ),
    embed: (path, segments, signal) =>
      call({ type: "embed", segments }, path, { signal }, (reply) =>
        reply.type === "vectors" ? reply.vectors : undefined,
      ),
    async close() {
      closed = true;
      await Promise.all([...all].map((worker) => worker.end(WORKER_GRACE_MS)));
    },
  };
}

/**
 * How long a worker may take to end what it started: a recogniser may be a command that it runs.
 */
const WORKER_GRACE_MS = 2500;

/** The file's fault, told by the worker itself; the worker goes on. */
class FileFailure extends Error {
  readonly reason: MediasearchError;

  constructor(reason: MediasearchError) {
    super(reason.message);
    this.reason = reason;
  }
}

/**
 * A last resort where nobody can look at a worker's memory in time. Besides what is resident it
 * counts stacks and what was reserved only, a gigabyte with all models.
 */
const maxDataBytes = (memoryBytes: number): number => 2 * memoryBytes + 2_000_000_000;

function startWorker({ setup, env, memoryBytes }: PoolOptions, withoutNetwork: boolean): Worker {
  const worker = startChild<Request, WorkerReply>(FILE_WORKER_SCRIPT, env, {
    withoutNetwork,
    // What asks servers may run a command of the user's, which would inherit the limit.
    maxDataBytes: withoutNetwork ? maxDataBytes(memoryBytes) : undefined,
  });
  worker.send({ type: "setup", setup });
  return worker;
}

function askWorker<T>(
  worker: Worker,
  request: Request,
  path: string,
  options: PoolOptions,
  on: TranscribeCall,
  pick: (reply: WorkerReply) => T | undefined,
): Promise<T> {
  return worker.converse<T>(request, {
    signal: on.signal,
    limits: limitsFor(path, options),
    crashed: (how) => workerCrashedError(path, how),
    onReply: (reply, turn) => {
      if (reply.type === "checkpoint") on.onCheckpoint?.(reply.checkpoint);
      else if (reply.type === "progress") on.onProgress?.(reply.positionMs, reply.durationMs);
      else if (reply.type === "failed") turn.fail(new FileFailure(failureOf(path, reply.failure)));
      else if (reply.type === "need-models")
        turn.whileWaiting(provideModels(worker, reply.model, options));
      else {
        const answer = pick(reply);
        if (answer !== undefined) turn.answer(answer);
      }
    },
  });
}

async function provideModels(worker: Worker, model: string, options: PoolOptions): Promise<void> {
  const answer = await options.models(model).then(
    (files): Request => ({ type: "models", model, files }),
    (error: unknown): Request => {
      const { code, message, hint } = toMediasearchError(error);
      return { type: "models", model, failure: { code, message, hint } };
    },
  );
  worker.send(answer);
}

const failureOf = (path: string, { code, message, hint }: Failure): MediasearchError =>
  new MediasearchError(code, message, { subject: path, hint });

const limitsFor = (path: string, { timeoutMs, memoryBytes }: PoolOptions): Limits => ({
  maxSilenceMs: timeoutMs,
  maxMemoryBytes: memoryBytes,
  tooSilent: () =>
    new MediasearchError("TIMED_OUT", `${path}: no progress for ${timeoutMs / 1000} s`, {
      subject: path,
      hint: "raise JOB_TIMEOUT_MS if the file is sound and the machine slow",
    }),
  tooLarge: () =>
    new MediasearchError(
      "OUT_OF_MEMORY",
      `${path}: its worker needed more than ${memoryBytes / 1e6} MB`,
      { subject: path, hint: "raise WORKER_MEMORY_MB if the machine has more" },
    ),
});

const workerCrashedError = (path: string, how: string): MediasearchError =>
  new MediasearchError("WORKER_CRASHED", `${path}: the process that decoded it ${how}`, {
    subject: path,
    hint: "the file may be damaged; convert it anew and index again",
  });
