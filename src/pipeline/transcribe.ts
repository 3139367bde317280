import type { AssetStatus } from "../backends/catalog.ts";
import type { Checkpoint } from "../asr/transcriber.ts";
import { asChanging, formatFingerprint, parseFingerprint } from "../fingerprint.ts";
import { formatSelection, parseSelection } from "../selection.ts";
import type { EngineName } from "../types.ts";
import { hasProfiles, writeHeardVoices } from "../backends/voices.ts";
import { writeWordTimes } from "../backends/word-times.ts";
import { commitTranscript } from "./commit.ts";
import { keepFacts } from "./describe.ts";
import type { FileCall, FileOutcome, FileServices } from "./file-outcome.ts";
import { type FileCandidate, fileFacts } from "./scan/candidate.ts";
import type { FileTask, WorkerTranscript } from "./worker/protocol.ts";

/**
 * What tells whether a file changed while it was read. An object is read by its tag, so that it
 * can't change on the way.
 */
export async function contentKey(
  { path, etag }: FileCandidate,
  { sources }: Pick<FileServices, "sources">,
  { signal }: Pick<FileCall, "signal">,
): Promise<string> {
  if (etag !== undefined) return etag;
  const stat = await sources
    .of(path)
    .stat(path, signal)
    .catch(() => undefined);
  return stat ? `${stat.sizeBytes}:${stat.mtimeMs}` : "";
}

/** The fingerprint with what was taken of the file beside what was asked for. */
function withSelection(made: string, { selection }: Pick<WorkerTranscript, "selection">): string {
  if (!selection) return made;
  const parts = parseFingerprint(made);
  const { request } = parseSelection(parts.selection ?? "");
  return formatFingerprint({ ...parts, selection: formatSelection({ request, ...selection }) });
}

interface Reading {
  /** What the library has of the file. */
  readonly asset: AssetStatus | undefined;
  /** The fingerprint with the whole chain of recognisers, while nobody knows which will do it. */
  readonly whole: string;
  /** The fingerprint of what this recogniser makes of the file. */
  readonly fingerprintBy: (engine: EngineName) => string;
  /** How the file looked before it was read. */
  readonly before: string;
}

/**
 * Has a worker make the transcript, keeps its checkpoints, and commits the result as one version.
 */
export async function transcribe(
  file: FileCandidate,
  task: FileTask,
  { asset, whole, fingerprintBy, before }: Reading,
  services: FileServices,
  call: FileCall,
): Promise<FileOutcome> {
  const { checkpoints, workers } = services;
  const { path } = file;
  const resume = (await checkpoints.list(path, whole)) as readonly Checkpoint[];
  const stop = new AbortController();
  let saving = Promise.resolve();
  const transcript = await workers
    .transcribe(
      {
        ...task,
        ...(resume.length > 0 ? { resume } : {}),
        tellsLines: call.onRecognised !== undefined,
      },
      {
        signal: AbortSignal.any([call.signal, stop.signal]),
        onProgress: call.onProgress,
        onPhase: call.onPhase,
        onRecognised: call.onRecognised,
        // A disk that has no room for a checkpoint has none for the transcript.
        onCheckpoint: (checkpoint) => {
          saving = saving
            .then(() => checkpoints.add(path, whole, checkpoint))
            .catch((error: unknown) => stop.abort(error));
        },
      },
    )
    .finally(() => saving);
  if ("skipped" in transcript) return { type: "skipped", path, reason: transcript.skipped };
  call.signal.throwIfAborted();
  const { segments: timed, facts = {}, voices, ...read } = transcript;
  const about = { ...read, recordedAtMs: read.recordedAtMs ?? file.recordedAtMs ?? null };
  const segments = timed.map(({ words: _words, ...segment }) => segment);
  const engine = (transcript.engineName as EngineName | undefined) ?? task.engines[0];
  const done = withSelection(engine === undefined ? whole : fingerprintBy(engine), transcript);
  const isChanged = (await contentKey(file, services, call)) !== before;
  const fingerprint = isChanged ? formatFingerprint(asChanging(parseFingerprint(done))) : done;
  // Before the transcript itself, which a reader may see with its words or not at all.
  await writeWordTimes(services.records, fingerprint, timed);
  if (voices && (await hasProfiles(services.records)))
    await writeHeardVoices(services.records, fingerprint, voices);
  await keepFacts(file, fingerprint, facts, services);
  const committed = await commitTranscript(
    { ...fileFacts(file), ...about, segments, fingerprint },
    asset,
    services,
    call.signal,
  );
  await checkpoints.clear(path);
  const warnings = [
    ...about.warnings,
    ...(isChanged ? ["it changed while it was read; the next run reads it again"] : []),
    ...committed.warnings,
  ];
  return {
    type: "indexed",
    path,
    transcript: { ...about, warnings },
    segmentCount: segments.length,
    isPartial: committed.isPartial,
  };
}
