import type { MediaInput } from "../../media/byte-source.ts";
import { cuesFromEvents } from "../../media/captions/parse.ts";
import { whyImplausible, withoutData } from "../../media/captions/plausibility.ts";
import type { MediaInfo } from "../../media/probe.ts";
import {
  type ReadOptions,
  readSubtitleEvents,
  readSubtitleTracks,
  type SubtitleEvents,
} from "../../media/subtitles.ts";
import { readPictureCaptions } from "../../media/picture-captions.ts";
import {
  findTrack,
  isSameLanguage,
  rankAudio,
  rankSubtitles,
  selectionOf,
  type TextTrack,
} from "../../media/tracks.ts";
import { describeTrack } from "../../selection.ts";
import type { CaptionTranscript } from "./captions.ts";
import type { FileTask } from "./protocol.ts";

/** Films have one for each of thirty languages; those of one language are a few. */
const MAX_TRACKS_READ = 30;

/**
 * The text tracks of a media file in the order in which a player's user would try them, each as a
 * transcript. All but the first are read at once, and only when they are asked for.
 */
export async function* subtitleTranscripts(
  media: MediaInput,
  info: MediaInfo,
  { language, audioTrack }: Pick<FileTask, "language" | "audioTrack">,
  options: ReadOptions,
): AsyncGenerator<CaptionTranscript> {
  const byHand = audioTrack === undefined ? undefined : findTrack(info.audioTracks, audioTrack);
  const spoken = (byHand ?? rankAudio(info.audioTracks, { language })[0])?.language;
  const [first, ...others] = rankSubtitles(info.subtitles, { language, spoken });
  if (first)
    yield toTranscript(first, info, await readSubtitleEvents(media, first.streamIndex, options));
  if (others.length > 0) yield* otherTranscripts(media, info, others, options);
  if (language === undefined || isSameLanguage(language, spoken ?? null))
    yield* pictureTranscripts(media, info, spoken ?? language, options);
}

/** Captions in the pictures tell no language; broadcasts have that of the sound first. */
async function* pictureTranscripts(
  media: MediaInput,
  { durationMs }: MediaInfo,
  language: string | undefined,
  options: ReadOptions,
): AsyncGenerator<CaptionTranscript> {
  const read = await readPictureCaptions(media, options);
  if (!read) return;
  const cues = withoutData(cuesFromEvents(read.events, read.format));
  yield {
    cues,
    language: language ?? "und",
    engine: "subtitles:cea608",
    durationMs,
    label: "the closed captions in the picture",
    fault: whyImplausible(cues, { durationMs, isPartial: false }),
    warnings: [],
  };
}

async function* otherTranscripts(
  media: MediaInput,
  info: MediaInfo,
  tracks: readonly TextTrack[],
  options: ReadOptions,
): AsyncGenerator<CaptionTranscript> {
  const rest = tracks.slice(0, MAX_TRACKS_READ);
  const read = await readSubtitleTracks(
    media,
    rest.map(({ streamIndex }) => streamIndex),
    options,
  );
  for (const track of rest) {
    const events = read.get(track.streamIndex);
    if (events) yield toTranscript(track, info, events);
  }
}

/**
 * The text track that the user names, whatever it holds; undefined where there is no such track or
 * it can't be used, which is told.
 */
export async function namedSubtitles(
  media: MediaInput,
  info: MediaInfo,
  wanted: string,
  options: ReadOptions,
  warnings: string[],
): Promise<CaptionTranscript | undefined> {
  const all = info.subtitles;
  const track = findTrack([...rankSubtitles(all), ...all], wanted);
  if (!track) {
    warnings.push(`no subtitle track ${wanted}: ${describeAll(info)}`);
    return undefined;
  }
  const name = describeTrack(selectionOf("subtitle", track, all));
  if (!track.isText) {
    warnings.push(`${name} has pictures of text (${track.codec}), which can't be read`);
    return undefined;
  }
  const found = toTranscript(
    track,
    info,
    await readSubtitleEvents(media, track.streamIndex, options),
  );
  if (found.cues.length > 0) return { ...found, fault: null };
  warnings.push(`${name} has no words in it`);
  return undefined;
}

function describeAll({ subtitles }: MediaInfo): string {
  if (subtitles.length === 0) return "there is none in this file";
  return `there ${subtitles.length === 1 ? "is" : "are"} ${subtitles
    .map((track) => describeTrack(selectionOf("subtitle", track, subtitles)))
    .join("; ")}`;
}

function toTranscript(
  track: TextTrack,
  { subtitles, durationMs }: MediaInfo,
  { events, format }: SubtitleEvents,
): CaptionTranscript {
  const cues = withoutData(cuesFromEvents(events, format));
  const selection = selectionOf("subtitle", track, subtitles);
  const isPartial = track.purpose !== "main";
  return {
    cues,
    language: track.language ?? "und",
    engine: `subtitles:${track.codec}`,
    durationMs,
    label: subtitles.length === 1 ? "the subtitle track" : describeTrack(selection),
    fault:
      track.purpose === "commentary"
        ? "it is a commentary by its flag or title"
        : whyImplausible(cues, { durationMs, isPartial }),
    warnings: [],
    isCommentary: track.purpose === "commentary",
    track: selection,
  };
}
