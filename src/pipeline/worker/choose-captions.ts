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
} from "./captions.ts";
import type { FileTask } from "./protocol.ts";
import { namedSubtitles, subtitleTranscripts } from "./subtitle-tracks.ts";

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
  if (task.kind === "captions")
    return {
      transcript: await captionsThemselves(task, services, warnings),
      spare: null,
      info: null,
    };
  const media = await mediaOf(task, services);
  if (task.captions === "ignore")
    return { transcript: null, spare: null, info: await probeMedia(media) };
  const probed = await probeMedia(media).catch((error: unknown) => {
    services.signal.throwIfAborted();
    return { error };
  });
  if ("error" in probed) {
    const { chosen, rejected } = await chooseSidecar(task, null, services, warnings);
    // Captions answer searches even when their media can't be read on this machine.
    const transcript = chosen ?? spareOf(rejected);
    if (transcript) return { transcript, spare: null, info: null };
    throw probed.error;
  }
  const rejected: CaptionTranscript[] = [];
  const transcript = await chooseReadable(task, media, probed, services, { warnings, rejected });
  if (transcript) return { transcript, spare: null, info: probed };
  warnings.push(...tellRejected(rejected));
  for (const foreign of task.foreignCaptions ?? [])
    warnings.push(
      `captions not used: ${nameOf(foreign)}: not in ${task.language ?? "the language"}`,
    );
  // "only" asks for captions, however thin.
  return task.captions === "only" && task.mustSuit !== true
    ? { transcript: spareOf(rejected), spare: null, info: probed }
    : {
        transcript: null,
        spare: spareOf(rejected.filter(({ isCommentary }) => isCommentary !== true)),
        info: probed,
      };
}

async function captionsThemselves(
  task: FileTask,
  services: CaptionServices,
  warnings: string[],
): Promise<CaptionTranscript> {
  const reading = {
    encoding: task.captionsEncoding,
    wantedLanguage: task.language,
    durationMs: null,
    timecodeMs: null,
  };
  const transcript = await captionsAt(task.path, services, reading);
  warnings.push(...transcript.warnings);
  if (transcript.cues.length === 0 && transcript.fault) warnings.push(transcript.fault);
  return transcript;
}

/**
 * The track that the user names, else captions beside the media, else the best of its tracks; null
 * where none will do.
 */
async function chooseReadable(
  task: FileTask,
  media: MediaInput,
  info: MediaInfo,
  services: CaptionServices,
  { warnings, rejected }: { readonly warnings: string[]; readonly rejected: CaptionTranscript[] },
): Promise<CaptionTranscript | null> {
  const reading = {
    signal: services.signal,
    onProgress: (positionMs: number) => services.onProgress(positionMs, info.durationMs),
  };
  if (task.subtitleTrack !== undefined && task.subtitleTrack !== "auto") {
    const named = await namedSubtitles(media, info, task.subtitleTrack, reading, warnings);
    if (named) return named;
  }
  const beside = await chooseSidecar(task, info, services, warnings);
  if (beside.chosen) return beside.chosen;
  rejected.push(...beside.rejected);
  for await (const track of subtitleTranscripts(media, info, task, reading)) {
    if (isEnough(track, task, info)) return track;
    // Many films have tracks without any text.
    if (track.cues.length > 0) rejected.push(track);
  }
  return null;
}

/** A film may have thirty tracks of signs. */
const MAX_TOLD = 3;

function tellRejected(rejected: readonly CaptionTranscript[]): string[] {
  const told = rejected
    .slice(0, MAX_TOLD)
    .map(({ label, fault }) => `captions not used: ${label}: ${fault}`);
  const more = rejected.length - told.length;
  return more > 0 ? [...told, `captions not used: ${more} more, for such reasons`] : told;
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
    wantedLanguage: task.language,
    durationMs: info?.durationMs ?? null,
    timecodeMs: info?.timecodeMs ?? null,
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
  { captions, mustSuit = false }: FileTask,
  info: MediaInfo | null,
): boolean =>
  fault === null ||
  (cues.length > 0 && ((captions === "only" && !mustSuit) || (info !== null && !info.audio)));

/** The captions with most cues; null when none has any. */
const spareOf = (rejected: readonly CaptionTranscript[]): CaptionTranscript | null =>
  rejected
    .filter(({ cues }) => cues.length > 0)
    .toSorted((a, b) => b.cues.length - a.cues.length)[0] ?? null;
