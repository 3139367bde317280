import type { SpokenSpan } from "../../asr/speaker-turns.ts";
import type { Checkpoint, SpokenVoices } from "../../asr/transcriber.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import {
  HEAP_IS_FULL,
  type Limits,
  startChild,
  type SupervisedChild,
} from "../../supervised-child.ts";
import type { MediaFacts, Segment } from "../../types.ts";
import type {
  Failure,
  FilePhase,
  RecognisedLine,
  FileTask,
  WorkerTranscript,
  WorkerReply,
  Request,
  WorkerSetup,
} from "./protocol.ts";
import { type Cage, type CageOptions, createCageChooser, fits, seesModels } from "./choose-cage.ts";
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
  /** How those sound who speak in these spans of a recording. */
  hearVoices(
    task: FileTask,
    spans: readonly SpokenSpan[],
    signal: AbortSignal,
  ): Promise<SpokenVoices>;
  /** How much sound local media have, in milliseconds; null where their heads do not tell it. */
  measure(paths: readonly string[], signal: AbortSignal): Promise<readonly (number | null)[]>;
  close(): Promise<void>;
}

export interface Skipped {
  readonly skipped: string;
}

export interface TranscribeCall {
  readonly signal: AbortSignal;
  readonly onProgress?: (positionMs: number, durationMs: number | null) => void;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  readonly onPhase?: ((phase: FilePhase) => void) | undefined;
  readonly onRecognised?: ((lines: readonly RecognisedLine[]) => void) | undefined;
}

export interface PoolOptions extends CageOptions {
  readonly setup: WorkerSetup;
  /** A file whose worker says nothing for so long is given up. */
  readonly timeoutMs: number;
  /** A worker that needs more memory is ended. */
  readonly memoryBytes: number;
  /** Called once a model, in this process, so that two workers never download the same file. */
  readonly models: (model: string) => Promise<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Worker = SupervisedChild<Request, WorkerReply>;

interface PooledWorker {
  readonly worker: Worker;
  readonly cage: Cage;
}

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
  let idle: PooledWorker[] = [];
  const all = new Set<Worker>();
  const cages = createCageChooser(options);
  let closed = false;

  const take = (cage: Cage): PooledWorker => {
    const fitting = idle.findLast((one) => fits(one.cage, cage));
    if (fitting) {
      idle = idle.filter((one) => one !== fitting);
      return fitting;
    }
    // One that sees other files would only lie idle.
    const useless = cage.sight && idle.find((one) => one.cage.sight);
    if (useless) {
      idle = idle.filter((one) => one !== useless);
      void useless.worker.end(0).then(() => all.delete(useless.worker));
    }
    const worker = startWorker(options, cage);
    all.add(worker);
    return { worker, cage };
  };
  const call = async <T>(
    request: Request,
    path: string,
    on: TranscribeCall,
    pick: (reply: WorkerReply) => T | undefined,
  ): Promise<T> => {
    on.signal.throwIfAborted();
    const taken = take(cages.choose(request, path));
    const { worker } = taken;
    try {
      const answer = await askWorker(taken, request, path, options, on, pick);
      if (!closed) idle.push(taken);
      return answer;
    } catch (error) {
      if (error instanceof HiddenModelError) {
        cages.showAll();
        void worker.end(0).then(() => all.delete(worker));
        return call(request, path, on, pick);
      }
      // A failed file leaves its worker sound; anything else may have left it in any state.
      if (error instanceof FileFailure && worker.isConnected()) idle.push(taken);
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
    transcribe: (task, on) => call({ type: "transcribe", task }, task.path, on, transcriptIn),
    embed: (path, segments, signal) =>
      call({ type: "embed", segments }, path, { signal }, (reply) =>
        reply.type === "vectors" ? reply.vectors : undefined,
      ),
    hearVoices: (task, spans, signal) =>
      call({ type: "voices", task, spans }, task.path, { signal }, (reply) =>
        reply.type === "voices" ? reply.voices : undefined,
      ),
    measure: (paths, signal) =>
      call({ type: "measure", paths }, paths[0] ?? "", { signal }, (reply) =>
        reply.type === "durations" ? reply.durations : undefined,
      ),
    async close() {
      closed = true;
      await Promise.all([...all].map((worker) => worker.end(WORKER_GRACE_MS)));
    },
  };
}

function transcriptIn(reply: WorkerReply): WorkerTranscript | Skipped | undefined {
  if (reply.type === "skipped") return { skipped: reply.reason };
  return reply.type === "transcript" ? reply.transcript : undefined;
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

/** A model lies where a worker can't see it, such as behind a link of the user. */
class HiddenModelError extends Error {}

/**
 * A last resort where nobody can look at a worker's memory in time. Besides what is resident it
 * counts stacks and what was reserved only, a gigabyte with all models.
 */
const maxDataBytes = (memoryBytes: number): number => 2 * memoryBytes + 2_000_000_000;

function startWorker(
  { setup, env, memoryBytes }: PoolOptions,
  { withoutNetwork, sight }: Cage,
): Worker {
  const worker = startChild<Request, WorkerReply>(FILE_WORKER_SCRIPT, env, {
    withoutNetwork,
    sight,
    // What asks servers may run a command of the user's, which would inherit the limit.
    maxDataBytes: withoutNetwork ? maxDataBytes(memoryBytes) : undefined,
  });
  worker.send({ type: "setup", setup });
  return worker;
}

function askWorker<T>(
  { worker, cage }: PooledWorker,
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
      else if (reply.type === "phase") on.onPhase?.(reply.phase);
      else if (reply.type === "recognised") on.onRecognised?.(reply.lines);
      else if (reply.type === "failed") turn.fail(new FileFailure(failureOf(path, reply.failure)));
      else if (reply.type === "need-models")
        turn.whileWaiting(
          findModels(reply.model, options).then((answer) => {
            if (answer.files && !seesModels(cage, answer.files)) turn.fail(new HiddenModelError());
            else worker.send(answer);
          }),
        );
      else {
        const answer = pick(reply);
        if (answer !== undefined) turn.answer(answer);
      }
    },
  });
}

const findModels = (
  model: string,
  options: PoolOptions,
): Promise<Extract<Request, { readonly type: "models" }>> =>
  options.models(model).then(
    (files) => ({ type: "models", model, files }),
    (error: unknown) => {
      const { code, message, hint } = toMediasearchError(error);
      return { type: "models", model, failure: { code, message, hint } };
    },
  );

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
      { subject: path, hint: MEMORY_HINT },
    ),
});

const MEMORY_HINT =
  "raise WORKER_MEMORY_MB if the machine has more, then: mediasearch jobs retry --all";

/** V8 ends a process whose objects fill its heap, before the system counts too much. */
function workerCrashedError(path: string, how: string): MediasearchError {
  const message = `${path}: the process that decoded it ${how}`;
  return how.includes(HEAP_IS_FULL)
    ? new MediasearchError("OUT_OF_MEMORY", message, { subject: path, hint: MEMORY_HINT })
    : new MediasearchError("WORKER_CRASHED", message, {
        subject: path,
        hint: "the file may be damaged; convert it anew and index again",
      });
}
