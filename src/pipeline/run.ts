import PQueue from "p-queue";
import type { AssetStatus, AssetVersion, Store, StoreIdentity } from "../backends/backend.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { fingerprint, type FingerprintOptions, sameContent, sameOptions, sameStat } from "./fingerprint.ts";
import type { FileTask, FileTranscript } from "./protocol.ts";
import { type Candidate, scan, type ScanOptions } from "./scan.ts";
import type { WorkerPool } from "./workers.ts";

export type FileOutcome =
  | { readonly type: "indexed"; readonly path: string; readonly transcript: Omit<FileTranscript, "segments">; readonly segmentCount: number }
  | { readonly type: "unchanged"; readonly path: string }
  | { readonly type: "skipped"; readonly path: string; readonly reason: string }
  | { readonly type: "failed"; readonly path: string; readonly error: MediasearchError }
  | { readonly type: "would-index"; readonly path: string };

export type RunEvent =
  | { readonly type: "found"; readonly path: string }
  | { readonly type: "progress"; readonly path: string; readonly positionMs: number; readonly durationMs: number | null }
  | FileOutcome;

export interface RunOptions extends FingerprintOptions, ScanOptions {
  readonly jobs: number;
  readonly dryRun: boolean;
}

export interface RunTools {
  readonly store: Store;
  readonly workers: WorkerPool;
  readonly embedder: StoreIdentity;
}

/**
 * Indexes everything below the roots: scan → identify → transcribe → commit, `jobs` files at a time. A failed file is an
 * event; a failed store, a full disk or an abort ends the run by rejecting. What was committed stays.
 */
export async function* run(roots: readonly string[], tools: RunTools, options: RunOptions): AsyncIterable<RunEvent> {
  const events = channel<RunEvent>();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const queue = new PQueue({ concurrency: options.jobs });
  const work = async (): Promise<void> => {
    for await (const item of scan(roots, { ...options, signal })) {
      events.push({ type: "found", path: item.type === "file" ? item.file.path : item.path });
      if (item.type === "unreadable") {
        events.push({ type: "failed", path: item.path, error: item.error });
        continue;
      }
      // Back-pressure: the scan stays a little ahead of the workers, however many files there are.
      await queue.onSizeLessThan(options.jobs * 4);
      signal.throwIfAborted();
      void queue
        .add(async () => events.push(await indexFile(item.file, tools, options, signal, events.push)))
        .catch((error: unknown) => {
          if (!stop.signal.aborted) stop.abort(error);
          queue.clear();
        });
    }
    await queue.onIdle();
    signal.throwIfAborted();
  };
  void work().then(events.end, async (error: unknown) => {
    queue.clear();
    await queue.onIdle();
    events.fail(signal.aborted ? signal.reason : error);
  });
  try {
    yield* events;
  } finally {
    stop.abort(new MediasearchError("INTERRUPTED", "indexing was stopped"));
  }
}

/** Failures of these kinds are the run's, not the file's. */
const FATAL = new Set<string>(["NO_STORE", "STORE_BUSY", "SCHEMA_MISMATCH", "MODEL_MISMATCH", "MISSING_MODEL", "NO_SPACE", "UNREACHABLE"]);

async function indexFile(
  file: Candidate, tools: RunTools, options: RunOptions, signal: AbortSignal, push: (event: RunEvent) => void,
): Promise<FileOutcome> {
  signal.throwIfAborted();
  if (file.kind === "captions" && options.captions === "ignore")
    return { type: "skipped", path: file.path, reason: "captions are ignored" };
  const { store } = tools;
  const known = await store.getAsset(file.path);
  if (isCurrent(known) && sameStat(known, file) && sameOptions(known.fingerprint, known.origin, options))
    return { type: "unchanged", path: file.path };
  if (options.dryRun) return { type: "would-index", path: file.path };
  const place = { id: file.path, sizeBytes: file.sizeBytes, mtimeMs: file.mtimeMs, captionsStat: file.sidecar?.stat ?? "" };
  try {
    const task: FileTask = { ...options, path: file.path, kind: file.kind, sidecar: file.sidecar?.path ?? null };
    const identity = await tools.workers.identify(taskOf(task), signal);
    if (isCurrent(known) && sameContent(known.fingerprint, identity) && sameOptions(known.fingerprint, known.origin, options)) {
      await store.touch(place);
      return { type: "unchanged", path: file.path };
    }
    const transcript = await tools.workers.transcribe(taskOf(task), {
      signal,
      onProgress: (positionMs, durationMs) => push({ type: "progress", path: file.path, positionMs, durationMs }),
    });
    if ("skipped" in transcript) return { type: "skipped", path: file.path, reason: transcript.skipped };
    signal.throwIfAborted();
    return await commit({ ...place, ...transcript, fingerprint: fingerprint(identity, options) }, transcript, file, tools);
  } catch (error) {
    signal.throwIfAborted();
    const reason = toMediasearchError(error, file.path);
    if (FATAL.has(reason.code)) throw reason;
    await store.recordFailure(place, reason.message);
    return { type: "failed", path: file.path, error: reason };
  }
}

/** Only what a worker needs crosses the process border: signals and callbacks can't. */
const taskOf = ({ path, kind, sidecar, captions, language }: FileTask): FileTask => ({ path, kind, sidecar, captions, language });

const isCurrent = (known: AssetStatus | undefined): known is AssetStatus & { fingerprint: string } =>
  known?.state === "indexed" && known.fingerprint !== null;

async function commit(
  version: AssetVersion, transcript: FileTranscript, file: Candidate, tools: RunTools,
): Promise<FileOutcome> {
  await tools.store.commit(version, tools.embedder);
  // Captions that were an asset of their own belong to their media once there is one.
  if (file.sidecar) await tools.store.removeAsset(file.sidecar.path);
  const { segments, ...about } = transcript;
  return { type: "indexed", path: file.path, transcript: about, segmentCount: segments.length };
}

interface Channel<T> extends AsyncIterable<T> {
  readonly push: (item: T) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

/** What the queue's tasks say, in the order in which they say it, for one reader. */
function channel<T>(): Channel<T> {
  const items: T[] = [];
  let ended: { readonly error?: unknown } | undefined;
  let wake = (): void => {};
  const signalReader = (): void => wake();
  return {
    push: (item) => { items.push(item); signalReader(); },
    end: () => { ended = {}; signalReader(); },
    fail: (error) => { ended = { error }; signalReader(); },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (items.length > 0) yield items.shift() as T;
        if (ended) {
          if ("error" in ended) throw ended.error;
          return;
        }
        await new Promise<void>((resolve) => { wake = resolve; });
      }
    },
  };
}
