import { createHash } from "node:crypto";
import type { KnownWords } from "../../asr/known-words.ts";
import type { Checkpoint, Transcriber } from "../../asr/transcriber.ts";
import type { Embedder } from "../../embed/embedder.ts";
import { type ErrorCode, MediasearchError, toMediasearchError } from "../../errors.ts";
import { hashFile } from "../../hash-file.ts";
import { type MediaInfo, probeMedia } from "../../media/probe.ts";
import { embedInContext } from "../../embed/passages.ts";
import type { EmbeddedSegment, Segment } from "../../types.ts";
import { warnPastEnd } from "../../media/captions/programme-time.ts";
import { detectLanguage } from "../../media/captions/detect-language.ts";
import { countSpokenWords } from "../../media/captions/plausibility.ts";
import type { CaptionTranscript } from "./captions.ts";
import { chooseCaptions, mediaOf } from "./choose-captions.ts";
import type { CircuitBreaker } from "../engines/circuit-breaker.ts";
import type { ContentDigest } from "../../fingerprint.ts";
import type { FilePhase, FileTask, RecognisedLine, WorkerTranscript } from "./protocol.ts";
import { segmentCues } from "./segment.ts";
import { openSound, recogniseSound } from "./sound.ts";
import { inStep } from "./sync.ts";
import { cleanCues, cleanDate, cleanLanguage, cleanMediaTime } from "../../text/untrusted.ts";
import type { MediaSources } from "../sources/media-source.ts";

export interface WorkerServices {
  /** Opened at first use: files with captions never load the recogniser. */
  readonly transcriber: (name: string) => Promise<Transcriber>;
  /** Tells apart who speaks in what was recognised earlier. */
  readonly speakerTeller: (known: KnownWords) => Promise<Transcriber>;
  /**
   * Why a recogniser need not be tried just now: it failed a moment ago, and not for the file's
   * sake.
   */
  readonly trouble?: CircuitBreaker | undefined;
  readonly embedder: () => Promise<Embedder>;
  readonly sources: MediaSources;
  readonly signal: AbortSignal;
  readonly onProgress: (positionMs: number, durationMs: number | null) => void;
  readonly onCheckpoint: (checkpoint: Checkpoint) => void;
  readonly onPhase?: (phase: FilePhase) => void;
  readonly onRecognised?: (lines: readonly RecognisedLine[]) => void;
}

/**
 * `onRead` is called as the file is read: a large one on a slow volume takes long, and is not
 * stuck.
 */
export async function identifyFile(
  task: FileTask,
  signal: AbortSignal,
  onRead: () => void = () => {},
): Promise<ContentDigest> {
  const digest = task.knownContent ?? (await hashMedia(task, signal, onRead));
  // The same bytes are another thing as captions: an empty .srt is no copy of an empty .mp3.
  const content = task.kind === "captions" ? `captions-${digest}` : digest;
  return { content, captions: await identifySidecars(task, signal) };
}

const hashMedia = (
  { path, parts }: FileTask,
  signal: AbortSignal,
  onRead: () => void,
): Promise<string> =>
  parts ? hashParts(parts, signal, onRead) : hashFile(path, { signal, onRead });

/** The manifest is no part of it: two recordings may have the same one. */
async function hashParts(
  parts: readonly string[],
  signal: AbortSignal,
  onRead: () => void,
): Promise<string> {
  const digests: string[] = [];
  for (const part of parts) digests.push(await hashFile(part, { signal, onRead }));
  return createHash("sha256").update(digests.join("\n")).digest("hex");
}

/** One digest of all captions beside the media that could be used; "" without any. */
async function identifySidecars(task: FileTask, signal: AbortSignal): Promise<string> {
  if (task.sidecar === null || task.captions === "ignore") return "";
  const digests = [await identifyCaptions(task.sidecar, signal)];
  for (const other of task.otherSidecars ?? []) digests.push(await identifyCaptions(other, signal));
  return digests.join("+");
}

/**
 * Captions that can't be read are told when they are to be used; the media beside them can be read
 * all the same.
 */
const identifyCaptions = (path: string, signal: AbortSignal): Promise<string> =>
  hashFile(path, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    return `unread-${toMediasearchError(error, path).code}`;
  });

/**
 * The way of one file: captions or recognition → segments → embeddings. `undefined`: captions only,
 * and there are none.
 */
export async function processFile(
  task: FileTask,
  services: WorkerServices,
): Promise<WorkerTranscript | undefined> {
  const warnings: string[] = [];
  const { transcript, spare, info: probed } = await chooseCaptions(task, services, warnings);
  if (transcript) {
    const synced = await inStep(task, transcript, probed, services, warnings);
    const past = warnPastEnd(synced.cues, probed?.durationMs ?? null);
    if (past !== undefined) warnings.push(`${synced.label}: ${past}`);
    return { ...(await fromCaptions(synced, probed, services, warnings)), warnings };
  }
  if (task.captions === "only") return undefined;
  const info = probed ?? (await probeMedia(await mediaOf(task, services)));
  if (!info.audio && info.isSilentFilm && !spare) return silentFilm(info);
  const isKnown = task.language === undefined && spare !== null && spare.language !== "und";
  const recognised = await recognise(
    isKnown ? { ...task, language: spare.language } : task,
    info,
    services,
    warnings,
  );
  if (!spare || countWords(recognised.segments) > countWords(spare.cues))
    return { ...recognised, warnings };
  // Little is said, and the captions have all of it.
  const notes = warnings.filter(
    (warning) => !warning.startsWith(`captions not used: ${spare.label}:`),
  );
  return {
    ...(await fromCaptions(spare, info, services, notes)),
    warnings: [...notes, ...spare.warnings],
  };
}

/**
 * A film without sound stays in the library as what it is, so that it is not read anew by each run.
 * It counts no time of audio.
 */
const silentFilm = (info: MediaInfo): WorkerTranscript => ({
  origin: "asr",
  engine: "none",
  isSilentFilm: true,
  language: "und",
  durationMs: null,
  recordedAtMs: cleanDate(info.recordedAtMs),
  segments: [],
  warnings: [],
});

const countWords = (parts: readonly { readonly text: string }[]): number =>
  parts.reduce((sum, { text }) => sum + countSpokenWords(text), 0);

async function fromCaptions(
  { cues, language, engine, durationMs, track }: CaptionTranscript,
  info: MediaInfo | null,
  services: WorkerServices,
  warnings: string[],
): Promise<Omit<WorkerTranscript, "warnings">> {
  const segments = segmentCues(cleanCues(cues));
  const stated = cleanLanguage(language);
  const detected =
    stated === "und" ? await detectLanguage(segments.map(({ text }) => text)) : undefined;
  return {
    language: detected ?? stated,
    engine,
    selection: track && { track, channels: null },
    durationMs: cleanMediaTime(durationMs ?? info?.durationMs ?? segments.at(-1)?.endMs ?? null),
    recordedAtMs: cleanDate(info?.recordedAtMs),
    origin: "captions",
    segments: await embedSegments(segments, services, warnings),
  };
}

/** Failures that another recogniser may not have. */
const OF_THE_ENGINE = new Set<ErrorCode>([
  "UNREACHABLE",
  "CREDENTIALS",
  "USAGE",
  "ENGINE_FAILED",
  "ENGINE_REFUSED",
  "TIMED_OUT",
  "MISSING_MODEL",
  "MISSING_TOOL",
]);

/**
 * The recognisers of the task in their order, until one has done it. @throws the last one's error.
 */
async function recognise(
  task: FileTask,
  info: MediaInfo,
  services: WorkerServices,
  warnings: string[],
): Promise<Omit<WorkerTranscript, "warnings">> {
  for (const [i, name] of task.engines.entries()) {
    const next = task.engines[i + 1];
    const trouble = next === undefined ? undefined : services.trouble?.of(name);
    const ownWarnings: string[] = [];
    try {
      if (trouble) throw trouble;
      const transcript = await recogniseWith(name, task, info, services, ownWarnings);
      warnings.push(...ownWarnings);
      return i === 0 ? transcript : { ...transcript, isFallback: true };
    } catch (error) {
      services.signal.throwIfAborted();
      const reason = toMediasearchError(error, task.path);
      if (next === undefined || !OF_THE_ENGINE.has(reason.code)) throw reason;
      services.trouble?.note(name, reason);
      warnings.push(
        `${name} could not do it (${reason.message.replace(`${name} `, "")}); ${next} did`,
      );
    }
  }
  throw new MediasearchError("BUG", `${task.path}: no recogniser was named`);
}

async function recogniseWith(
  name: string,
  task: FileTask,
  info: MediaInfo,
  services: WorkerServices,
  warnings: string[],
): Promise<Omit<WorkerTranscript, "warnings">> {
  const sound = await openSound(task, info, services, warnings);
  // Of what is known nobody can say which of several channels it was said in.
  const known = sound.mixes.length > 1 ? undefined : task.known;
  const transcriber = await (known ? services.speakerTeller(known) : services.transcriber(name));
  services.onPhase?.("recognising");
  const { transcript, heardMs } = await recogniseSound(
    task,
    info,
    {
      transcriber,
      sound,
      onDamage: (packets) => void warnings.push(`damaged: ${packets} packets could not be decoded`),
    },
    services,
  );
  const { cues, language, timing, warning } = transcript;
  if (warning) warnings.push(warning);
  const segments = await embedSegments(segmentCues(cleanCues(cues)), services, warnings);
  return {
    origin: "asr" as const,
    engine: transcriber.id,
    engineName: name,
    language: cleanLanguage(language),
    selection: sound.selection,
    timing,
    durationMs: lengthOf(info, heardMs),
    recordedAtMs: cleanDate(info.recordedAtMs),
    segments,
    voices: transcript.voices,
  };
}

/** Containers round their length. */
const ROUNDED_MS = 2000;

/** Streams that were chained (RFC 3533), and damaged files, are longer than their heads say. */
function lengthOf({ durationMs }: MediaInfo, heardMs: number): number {
  const stated = cleanMediaTime(durationMs);
  return stated === null || heardMs > stated + ROUNDED_MS ? Math.round(heardMs) : stated;
}

/**
 * Words are found without vectors too: when embedding fails the file is searchable by keyword, and
 * the vectors are owed.
 */
async function embedSegments(
  segments: readonly Segment[],
  services: WorkerServices,
  warnings: string[],
): Promise<EmbeddedSegment[]> {
  if (segments.length > 0) services.onPhase?.("embedding");
  try {
    const vectors = await embedTranscript(segments, services);
    return segments.map((segment, i) => ({ ...segment, vector: vectors[i] ?? null }));
  } catch (error) {
    services.signal.throwIfAborted();
    warnings.push(
      `searchable by keyword only, embedding failed: ${toMediasearchError(error).message}; the next run tries again`,
    );
    return segments.map((segment) => ({ ...segment, vector: null }));
  }
}

/** Vectors for all segments of a transcript, in context. */
export async function embedTranscript(
  segments: readonly Segment[],
  services: Pick<WorkerServices, "embedder" | "signal" | "onProgress">,
): Promise<Float32Array[]> {
  const endMs = segments.at(-1)?.endMs ?? 0;
  return embedInContext(segments, await services.embedder(), {
    signal: services.signal,
    onProgress: (share) => services.onProgress(endMs * share, null),
  });
}
