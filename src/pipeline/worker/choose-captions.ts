import { toMediasearchError } from "../../errors.ts";
import { nameOf, type Location } from "../../location.ts";
import type { MediaInput } from "../../media/byte-source.ts";
import { joinFiles } from "../../media/joined.ts";
import { type MediaInfo, probeMedia } from "../../media/probe.ts";
import type { MediaSources } from "../sources/media-source.ts";
import {
  type CaptionReading,
  type CaptionTranscript,
  MAX_CAPTION_BYTES,
  readCaptionFile,
  readSubtitleTrack,
} from "./captions.ts";
import type { FileTask } from "./protocol.ts";

export interface CaptionServices {
  readonly sources: MediaSources;
  readonly signal: AbortSignal;
  readonly onProgress: (positionMs: number, durationMs: number | null) => void;
}

export interface ChosenCaptions {
  /** The captions that stand for the speech; null when there are none. */
  readonly transcript: CaptionTranscript | null;
  /**
   * Captions that have words but can't stand for the speech: they tell its language, and are better
   * than nothing. Null without any.
   */
  readonly spare: CaptionTranscript | null;
  /** null for captions themselves, and for media that can't be read while captions can. */
  readonly info: MediaInfo | null;
}

/** Opens the media of a task. */
export const mediaOf = (
  { path, listed, parts }: FileTask,
  { sources, signal }: Pick<CaptionServices, "sources" | "signal">,
): Promise<MediaInput> =>
  parts ? joinFiles(parts, path) : sources.of(path).open(path, listed, signal);

const captionsAt = async (
  location: Location,
  { sources, signal }: CaptionServices,
  reading: CaptionReading,
): Promise<CaptionTranscript> =>
  readCaptionFile(
    location,
    await sources.of(location).read(location, MAX_CAPTION_BYTES, signal),
    reading,
  );

/**
 * Chooses among the captions beside the media, best name first, and its text track. Captions count
 * when they plausibly carry the speech. What is left out, or can't be read, is told in `warnings`,
 * and recognition takes over.
 */
export async function chooseCaptions(
  task: FileTask,
  services: CaptionServices,
  warnings: string[],
): Promise<ChosenCaptions> {
  if (task.kind === "captions") {
    const reading = { encoding: task.captionsEncoding, durationMs: null };
    const transcript = await captionsAt(task.path, services, reading);
    warnings.push(...transcript.warnings);
    if (transcript.cues.length === 0 && transcript.fault) warnings.push(transcript.fault);
    return { transcript, spare: null, info: null };
  }
  const media = await mediaOf(task, services);
  if (task.captions === "ignore")
    return { transcript: null, spare: null, info: await probeMedia(media) };
  const probed = await probeMedia(media).catch((error: unknown) => {
    services.signal.throwIfAborted();
    return { error };
  });
  const info = "error" in probed ? null : probed;
  const { chosen, rejected } = await chooseSidecar(task, info, services, warnings);
  if (chosen) return { transcript: chosen, spare: null, info };
  if ("error" in probed) {
    // Captions answer searches even when their media can't be read on this machine.
    const best = spareOf(rejected);
    if (best) return { transcript: best, spare: null, info };
    throw probed.error;
  }
  const track = await readSubtitleTrack(media, probed, task.language, {
    signal: services.signal,
    onProgress: (positionMs) => services.onProgress(positionMs, probed.durationMs),
  });
  if (track && isEnough(track, task, info)) return { transcript: track, spare: null, info };
  if (track) rejected.push(track);
  warnings.push(...rejected.map(({ label, fault }) => `captions not used: ${label}: ${fault}`));
  for (const foreign of task.foreignCaptions ?? [])
    warnings.push(
      `captions not used: ${nameOf(foreign)}: not in ${task.language ?? "the language"}`,
    );
  const spare = spareOf(rejected);
  // "only" asks for captions, however thin.
  return task.captions === "only"
    ? { transcript: spare, spare: null, info }
    : { transcript: null, spare, info };
}

/** The first of the captions beside the media that will do, and those before it that will not. */
async function chooseSidecar(
  task: FileTask,
  info: MediaInfo | null,
  services: CaptionServices,
  warnings: string[],
): Promise<{ chosen: CaptionTranscript | undefined; rejected: CaptionTranscript[] }> {
  const reading = {
    encoding: task.captionsEncoding,
    durationMs: info?.durationMs ?? null,
    media: task.path,
  };
  const rejected: CaptionTranscript[] = [];
  for (const location of [task.sidecar, ...(task.otherSidecars ?? [])]) {
    const found =
      location === null ? undefined : await readSidecar(location, services, reading, warnings);
    if (!found) continue;
    if (isEnough(found, task, info)) {
      warnings.push(...found.warnings);
      return { chosen: found, rejected };
    }
    rejected.push(found);
  }
  return { chosen: undefined, rejected };
}

/** Undefined for captions that can't be read, which is told. */
async function readSidecar(
  location: Location,
  services: CaptionServices,
  reading: CaptionReading,
  warnings: string[],
): Promise<CaptionTranscript | undefined> {
  try {
    return await captionsAt(location, services, reading);
  } catch (error) {
    services.signal.throwIfAborted();
    const reason = toMediasearchError(error, location);
    // An unknown code page was named, which holds for every file.
    if (reason.code === "USAGE") throw reason;
    warnings.push(`captions not used: ${reason.message}`);
    return undefined;
  }
}

/** Where nothing can be recognised, any words will do; else they must carry the speech. */
const isEnough = (
  { cues, fault }: CaptionTranscript,
  { captions }: FileTask,
  info: MediaInfo | null,
): boolean =>
  fault === null || (cues.length > 0 && (captions === "only" || (info !== null && !info.audio)));

/** The captions with most cues; null when none has any. */
const spareOf = (rejected: readonly CaptionTranscript[]): CaptionTranscript | null =>
  rejected
    .filter(({ cues }) => cues.length > 0)
    .toSorted((a, b) => b.cues.length - a.cues.length)[0] ?? null;
