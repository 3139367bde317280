import type { EmbeddingModel } from "../embedding-model.ts";
import { stat } from "node:fs/promises";
import type { Checkpoint } from "../asr/transcriber.ts";
import type { AssetStatus, AssetVersion, FilePlace, Store } from "../backends/backend.ts";
import type { Claims, Job, Ledger } from "../backends/ledger.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { bucketAndKey } from "../location.ts";
import type { EngineChoice } from "./engines/engine-choice.ts";
import {
  fingerprint,
  type FingerprintOptions,
  type Identity,
  knownIdentity,
  sameContent,
  sameOptions,
  sameStat,
} from "./fingerprint.ts";
import type { FileTask, FileTranscript } from "./worker/protocol.ts";
import { failedJob, isQuarantined, type RetryOptions } from "./retry.ts";
import type { Candidate, OpenObjects } from "./scan/candidate.ts";
import { isGone } from "./sources/changes.ts";
import type { WorkerPool } from "./worker/pool.ts";

export type FileOutcome =
  | {
      readonly type: "indexed";
      readonly path: string;
      readonly transcript: Omit<FileTranscript, "segments">;
      readonly segmentCount: number;
      readonly isPartial: boolean;
    }
  | { readonly type: "unchanged"; readonly path: string }
  /** The transcript was there already: the file moved, came back, or is a copy of another. */
  | {
      readonly type: "reused";
      readonly path: string;
      readonly how: "moved" | "copied" | "restored" | "completed";
      readonly from: string;
    }
  | { readonly type: "skipped"; readonly path: string; readonly reason: string }
  | {
      readonly type: "failed";
      readonly path: string;
      readonly error: MediasearchError;
      readonly job?: Job;
    }
  /** Failed before, and nothing has changed since. */
  | { readonly type: "quarantined"; readonly path: string; readonly job: Job }
  | { readonly type: "would-index"; readonly path: string }
  /** Another run is at this file, or at its content: to be looked at again. */
  | { readonly type: "claimed"; readonly path: string };

export interface FileServices {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly workers: WorkerPool;
  readonly embedder: EmbeddingModel;
  readonly objects: OpenObjects;
  /** Where other runs may be at the same library. */
  readonly claims?: Claims | undefined;
}

export interface FileOptions extends FingerprintOptions, RetryOptions {
  readonly dryRun: boolean;
  /** Where not all files have the same. */
  readonly engineFor?: EngineChoice | undefined;
  /** Recognise anew what is indexed, though nothing changed; the present transcript answers until the new one is complete. */
  readonly again?: boolean | undefined;
}

export interface FileCall {
  readonly signal: AbortSignal;
  readonly onProgress: (positionMs: number, durationMs: number | null) => void;
  /** Content that another file of this run is at: copies wait for it. */
  readonly underWay: Map<string, Promise<unknown>>;
}

/** Failures of these kinds are the run's, not the file's. */
const FATAL = new Set<string>([
  "NO_STORE",
  "STORE_BUSY",
  "SCHEMA_MISMATCH",
  "MODEL_MISMATCH",
  "MISSING_MODEL",
  "MISSING_TOOL",
  "NO_SPACE",
  "UNREACHABLE",
  "CREDENTIALS",
  "USAGE",
]);

/** One attempt at one file. Rejects only with what ends the whole run. */
export async function indexFile(
  file: Candidate,
  tools: FileServices,
  general: FileOptions,
  call: FileCall,
): Promise<FileOutcome> {
  const { path } = file;
  const options = general.engineFor
    ? { ...general, engine: general.engineFor(path, general.language) }
    : general;
  call.signal.throwIfAborted();
  if (file.kind === "captions" && options.captions === "ignore")
    return { type: "skipped", path, reason: "captions are ignored" };
  const { store, ledger } = tools;
  const known = await store.getAsset(path);
  if (isUnchanged(file, known, options)) return { type: "unchanged", path };
  const job = await ledger.getJob(path);
  if (isQuarantined(job, file, options.engine, known)) return { type: "quarantined", path, job };
  if (options.dryRun) return { type: "would-index", path };
  const claims = claimsOf(tools.claims);
  try {
    if (!(await claims.take(path))) return { type: "claimed", path };
    // Another run may have been at it until just now.
    const now = tools.claims ? await store.getAsset(path) : known;
    if (tools.claims && isUnchanged(file, now, options)) return { type: "unchanged", path };
    const outcome = await attempt(
      job ? await asItIsNow(file, tools.objects) : file,
      now,
      { ...tools, claims },
      options,
      call,
    );
    if (job && outcome.type !== "claimed") await ledger.removeJob(path);
    return outcome;
  } catch (error) {
    call.signal.throwIfAborted();
    const reason = toMediasearchError(error, path);
    if (reason.code === "STORE_BUSY" && !(await claims.take(path)))
      return { type: "claimed", path };
    if (FATAL.has(reason.code)) throw reason;
    // Gone while it was being read: nothing of it waits for anything.
    if (reason.code === "NOT_FOUND" && (await isGone(path, tools.objects)))
      return { type: "failed", path, error: reason };
    const failed = failedJob(file, reason, job, options.engine, options);
    await ledger.putJob(failed);
    await store.recordFailure(placeOf(file), failed.reason);
    return { type: "failed", path, error: reason, job: failed };
  } finally {
    await claims.end();
  }
}

const isUnchanged = (
  file: Candidate,
  known: AssetStatus | undefined,
  options: FileOptions,
): boolean =>
  !options.again &&
  known?.state === "indexed" &&
  known.fingerprint !== null &&
  sameStat(known, file) &&
  sameOptions(known.fingerprint, known.origin, options);

/** The claims of one attempt; without other runs everything is free. A release that fails is made up for when the run ends. */
function claimsOf(claims: Claims | undefined): Claims & { readonly end: () => Promise<void> } {
  const held: string[] = [];
  return {
    async take(key) {
      if (!claims) return true;
      const isMine = await claims.take(key);
      if (isMine && !held.includes(key)) held.push(key);
      return isMine;
    },
    release: async (keys) => claims?.release(keys),
    end: async () => (held.length > 0 ? claims?.release(held).catch(() => {}) : undefined),
  };
}

async function attempt(
  file: Candidate,
  known: AssetStatus | undefined,
  tools: FileServices,
  options: FileOptions,
  call: FileCall,
): Promise<FileOutcome> {
  const outcome = await reuseOrTranscribe(file, known, tools, options, call);
  // Captions that were assets of their own belong to their media once there is one.
  if (outcome.type !== "skipped" && outcome.type !== "claimed")
    for (const captions of file.captionsBeside) await tools.store.removeAsset(captions);
  return outcome;
}

/** What is there already of the same content, else a new transcript. */
async function reuseOrTranscribe(
  file: Candidate,
  known: AssetStatus | undefined,
  tools: FileServices,
  options: FileOptions,
  call: FileCall,
): Promise<FileOutcome> {
  const { path } = file;
  const object =
    file.etag === undefined ? undefined : { sizeBytes: file.sizeBytes, etag: file.etag };
  const task: FileTask = {
    path,
    kind: file.kind,
    object,
    sidecar: file.sidecar?.path ?? null,
    captions: options.captions,
    language: options.language,
    engines: options.engine.split(","),
  };
  const before = await lookOf(file);
  const identity =
    knownIdentity(file, options) ?? (await tools.workers.identify(task, call.signal));
  const mark = fingerprint(identity, options);
  if (!options.again) {
    const again = await reuseExisting(file, known, identity, tools, options, call);
    if (again) return again;
    // Copies in one run: the first is recognised, the others take it from there.
    await call.underWay.get(mark)?.catch(() => {});
    if (!(await (tools.claims?.take(`content:${mark}`) ?? true))) return { type: "claimed", path };
    for (const engine of new Set([...options.engine.split(","), options.engine])) {
      const reused = await reuse(file, fingerprint(identity, { ...options, engine }), tools, call);
      if (reused) return reused;
    }
  }
  const work = transcribe(
    file,
    task,
    { mark, before, markFor: (engine) => fingerprint(identity, { ...options, engine }) },
    tools,
    call,
  );
  call.underWay.set(mark, work);
  try {
    return await work;
  } finally {
    call.underWay.delete(mark);
  }
}

/** Size and time as they are now. An object is read by its tag, so that it can't change on the way. */
const lookOf = async ({ path, etag }: Candidate): Promise<string> =>
  etag ??
  stat(path).then(
    ({ size, mtimeMs }) => `${size}:${mtimeMs}`,
    () => "",
  );

/** An object that failed may have been overwritten since it was listed. */
async function asItIsNow(file: Candidate, objects: OpenObjects): Promise<Candidate> {
  if (file.etag === undefined) return file;
  const { bucket, key } = bucketAndKey(file.path);
  const now = await (await objects()).bucket(bucket).stat(key);
  return now ? { ...file, sizeBytes: now.sizeBytes, mtimeMs: now.mtimeMs, etag: now.etag } : file;
}

const placeOf = (file: Candidate): FilePlace => ({
  id: file.path,
  sizeBytes: file.sizeBytes,
  mtimeMs: file.mtimeMs,
  sidecarKey: file.sidecar?.stat ?? "",
});

/** The content that is in the library under this path: nothing to recognise, whatever its state. */
async function reuseExisting(
  file: Candidate,
  known: AssetStatus | undefined,
  identity: Identity,
  tools: FileServices,
  options: FileOptions,
  call: FileCall,
): Promise<FileOutcome | undefined> {
  const { path } = file;
  if (
    !known?.fingerprint ||
    !sameContent(known.fingerprint, identity) ||
    !sameOptions(known.fingerprint, known.origin, options)
  )
    return undefined;
  if (known.state === "deleted") {
    await tools.store.restore(placeOf(file));
    return { type: "reused", path, how: "restored", from: path };
  }
  if (known.state === "indexed") {
    await tools.store.touch(placeOf(file));
    return { type: "unchanged", path };
  }
  return known.state === "partial" ? backfillVectors(file, known, tools, call) : undefined;
}

/** Words without vectors: only the embedding is owed. While it fails the file stays as it is, and the next run tries again. */
async function backfillVectors(
  file: Candidate,
  known: AssetStatus,
  { store, workers, embedder }: FileServices,
  { signal }: FileCall,
): Promise<FileOutcome> {
  const segments = await Array.fromAsync(store.readVersion(file.path));
  let vectors: readonly Float32Array[];
  try {
    vectors = await workers.embed(file.path, segments, signal);
  } catch (error) {
    signal.throwIfAborted();
    const { code, message, hint } = toMediasearchError(error);
    return {
      type: "failed",
      path: file.path,
      error: new MediasearchError(
        code,
        `${file.path}: still searchable by keyword only: ${message.replace(`${file.path}: `, "")}`,
        { subject: file.path, hint, cause: error },
      ),
    };
  }
  const { origin, engine, language, durationMs, recordedAtMs, fingerprint: mark } = known;
  const version: AssetVersion = {
    ...placeOf(file),
    fingerprint: mark ?? "",
    origin: origin ?? "asr",
    engine: engine ?? "",
    language: language ?? "und",
    durationMs,
    recordedAtMs,
    segments: segments.map((segment, i) => ({ ...segment, vector: vectors[i] ?? null })),
  };
  await store.commit(version, embedder);
  return { type: "reused", path: file.path, how: "completed", from: file.path };
}

/** A file of the same content that is gone from its place has moved here; one that is still there has been copied. */
async function reuse(
  file: Candidate,
  mark: string,
  tools: FileServices,
  call: FileCall,
): Promise<FileOutcome | undefined> {
  const { store } = tools;
  const same = (await store.findByFingerprint(mark)).filter(
    ({ id, state }) => id !== file.path && state !== "failed",
  );
  for (const { id } of same) {
    if (!(await isGone(id, tools.objects))) continue;
    await store.moveAsset(id, placeOf(file));
    const moved = await store.getAsset(file.path);
    if (moved?.state === "partial") await backfillVectors(file, moved, tools, call);
    return { type: "reused", path: file.path, how: "moved", from: id };
  }
  const source = same.find(({ state }) => state === "indexed");
  if (!source) return undefined;
  await store.copyVersion(source.id, placeOf(file));
  return { type: "reused", path: file.path, how: "copied", from: source.id };
}

interface Reading {
  readonly mark: string;
  /** By the recogniser that did it. */
  readonly markFor: (engine: string) => string;
  /** How the file looked before it was read. */
  readonly before: string;
}

async function transcribe(
  file: Candidate,
  task: FileTask,
  { mark, markFor, before }: Reading,
  { store, ledger, workers, embedder }: FileServices,
  call: FileCall,
): Promise<FileOutcome> {
  const { path } = file;
  const resume = (await ledger.checkpoints(path, mark)) as readonly Checkpoint[];
  const stop = new AbortController();
  let saving = Promise.resolve();
  const transcript = await workers
    .transcribe(
      { ...task, ...(resume.length > 0 ? { resume } : {}) },
      {
        signal: AbortSignal.any([call.signal, stop.signal]),
        onProgress: call.onProgress,
        // A disk that has no room for a checkpoint has none for the transcript.
        onCheckpoint: (checkpoint) => {
          saving = saving
            .then(() => ledger.addCheckpoint(path, mark, checkpoint))
            .catch((error: unknown) => stop.abort(error));
        },
      },
    )
    .finally(() => saving);
  if ("skipped" in transcript) return { type: "skipped", path, reason: transcript.skipped };
  call.signal.throwIfAborted();
  const { segments, ...about } = transcript;
  const done = markFor(transcript.engineName ?? task.engines[0] ?? "");
  const isChanged = (await lookOf(file)) !== before;
  // What was read is neither what was there before nor what is there now: no other file may take it over, and the next run reads this one again.
  await store.commit(
    {
      ...placeOf(file),
      ...transcript,
      fingerprint: isChanged ? done.replace("|", "|changing-") : done,
    },
    embedder,
  );
  await ledger.clearCheckpoints(path);
  const warnings = isChanged
    ? [...about.warnings, "it changed while it was read; the next run reads it again"]
    : about.warnings;
  return {
    type: "indexed",
    path,
    transcript: { ...about, warnings },
    segmentCount: segments.length,
    isPartial: segments.some(({ vector }) => vector === null),
  };
}
