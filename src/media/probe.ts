import { stat } from "node:fs/promises";
import type { FormatContext, Stream } from "node-av/lib";
import { inputName, type MediaInput } from "./byte-source.ts";
import { parseLanguageTag } from "./captions/languages.ts";
import { isInLatinLetters, subtitlePage } from "./captions/teletext.ts";
import { codecName, TELETEXT } from "./codec-name.ts";
import { openInput, toMs, unreadableError } from "./ffmpeg.ts";
import { containerFacts } from "./facts.ts";
import { isAudio, isVideo, rateOf } from "./source.ts";
import { audioPurpose, DEFAULT, isForDeaf, subtitlePurpose, titleOf } from "./track-purpose.ts";
import { languageInTitle, rankAudio, type TextTrack, type Track } from "./tracks.ts";
import type { MediaFacts } from "../types.ts";

export interface AudioTrack extends Track {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

export interface MediaInfo {
  readonly container: string;
  readonly durationMs: number | null;
  /** When it was recorded, Unix milliseconds; null where the container does not say. */
  readonly recordedAtMs: number | null;
  /** The time code at which it starts, in milliseconds; null where it notes none. */
  readonly timecodeMs: number | null;
  /** The track that a player would choose when no language is asked for. */
  readonly audio: AudioTrack | null;
  /** In the order of the file. */
  readonly audioTracks: readonly AudioTrack[];
  readonly subtitles: readonly TextTrack[];
  /** Pictures without any sound: nothing is wrong with it, and nothing can be heard. */
  readonly isSilentFilm: boolean;
  readonly facts: MediaFacts;
}

// AVMediaType of FFmpeg's avutil.h.
const AUDIO = 1;
const SUBTITLE = 3;
const TEXT_CODECS = new Set([
  "subrip",
  "srt",
  "webvtt",
  "ass",
  "ssa",
  "mov_text",
  "text",
  "subviewer",
  "microdvd",
  "cc_dec",
]);

/** @throws UNREADABLE_MEDIA with the reason in one line; system errors as they are. */
export async function probeMedia(source: MediaInput): Promise<MediaInfo> {
  const sizeBytes = typeof source === "string" ? (await stat(source)).size : source.sizeBytes;
  if (sizeBytes === 0) throw unreadableError(inputName(source), "empty file");
  const { av, input, streams, close } = await openInput(source);
  try {
    const nameOf = (stream: Stream): string => codecName(av, stream);
    const audioTracks = streams
      .filter((stream) => typeOf(stream) === AUDIO && stream.codecpar.sampleRate > 0)
      .map((stream, i) => audioTrack(stream, i + 1, nameOf(stream)));
    return {
      container: input.iformat?.name ?? "unknown",
      durationMs: durationOf(input.duration),
      recordedAtMs: recordedAt((name) => input.metadata?.get(name)),
      timecodeMs: timecodeOf(input, streams),
      audio: rankAudio(audioTracks)[0] ?? null,
      audioTracks,
      facts: containerFacts(input, streams, nameOf),
      isSilentFilm: streams.some(isVideo) && !streams.some((stream) => typeOf(stream) === AUDIO),
      subtitles: streams
        .filter((stream) => typeOf(stream) === SUBTITLE)
        .map((stream, i) => textTrack(stream, i + 1, nameOf(stream))),
    };
  } finally {
    await close();
  }
}

/** AV_TIME_BASE: microseconds. Files without a length, or with an absurd one, have none. */
function durationOf(microseconds: bigint): number | null {
  const ms = toMs(microseconds, { num: 1, den: 1_000_000 });
  return ms === null || ms <= 0 || ms > 366 * 24 * 3_600_000 ? null : Math.round(ms);
}

const TIMECODE = /^(\d\d):(\d\d):(\d\d)[:;.](\d\d)$/;

/**
 * From a tag of the container or of a stream: hours, minutes, seconds, frames (SMPTE ST 12-1); or
 * samples since midnight, as field recorders note it (EBU Tech 3285).
 */
function timecodeOf(input: FormatContext, streams: readonly Stream[]): number | null {
  const tags = [input.metadata, ...streams.map(({ metadata }) => metadata)];
  const tag = (name: string): string | undefined =>
    tags.map((one) => one?.get(name)).find((value) => value) ?? undefined;
  const parts = TIMECODE.exec(tag("timecode") ?? "")
    ?.slice(1)
    .map(Number);
  if (parts) {
    const [hours = 0, minutes = 0, seconds = 0, frames = 0] = parts;
    const video = streams.find(isVideo);
    const { num, den } = video ? rateOf(video) : { num: 25, den: 1 };
    return (
      hours * 3_600_000 +
      minutes * 60_000 +
      seconds * 1000 +
      Math.round((frames * 1000 * den) / num)
    );
  }
  const samples = Number(tag("time_reference") ?? 0);
  const rate = streams.find(isAudio)?.codecpar.sampleRate ?? 0;
  return samples > 0 && rate > 0 ? Math.round((samples * 1000) / rate) : null;
}

/**
 * Tags that mean the recording, in the order of trust; "date" is often the year of an album, so
 * only a whole day counts.
 */
const DATE_TAGS = ["com.apple.quicktime.creationdate", "creation_time", "date"];
const FIRST_DIGITAL_YEAR = 1980;

/**
 * Cameras with a flat battery say 1904 or 1970: that is not known. Without a zone it is UTC, as
 * containers have it.
 */
export function recordedAt(tag: (name: string) => string | null | undefined): number | null {
  for (const name of DATE_TAGS) {
    const value = tag(name);
    if (!value || !/^\d{4}-\d\d-\d\d/.test(value)) continue;
    const atMs = Date.parse(
      /(?:Z|[+-]\d\d:?\d\d)$/.test(value) || value.length <= 10
        ? value
        : `${value.replace(" ", "T")}Z`,
    );
    if (atMs > 0 && new Date(atMs).getUTCFullYear() >= FIRST_DIGITAL_YEAR) return atMs;
  }
  return null;
}

const typeOf = ({ codecpar }: Stream): number => codecpar.codecType as number;

function audioTrack(stream: Stream, number: number, codec: string): AudioTrack {
  const title = titleOf(stream);
  const { sampleRate, channels } = stream.codecpar;
  return {
    ...trackOf(stream, number, codec, title),
    purpose: audioPurpose(stream.disposition as number, title),
    sampleRate,
    channels,
  };
}

function textTrack(stream: Stream, number: number, codec: string): TextTrack {
  const title = titleOf(stream);
  const flags = stream.disposition as number;
  const page = codec === TELETEXT ? subtitlePage(stream.codecpar.extradata) : null;
  const track = trackOf(stream, number, codec, title, page?.place);
  return {
    ...track,
    purpose: subtitlePurpose(flags, title),
    isText: TEXT_CODECS.has(codec) || (page !== null && isInLatinLetters(track.language)),
    isForDeaf: isForDeaf(flags, title),
  };
}

const trackOf = (
  stream: Stream,
  number: number,
  codec: string,
  title: string | null,
  place = 0,
): Omit<Track, "purpose"> => ({
  streamIndex: stream.index,
  number,
  codec,
  language: streamLanguage(stream, place) ?? (title === null ? null : languageInTitle(title)),
  title,
  isDefault: ((stream.disposition as number) & DEFAULT) !== 0,
});

/** Codes for "not known", "several", "none" and "no other code" (ISO 639-2). */
const NO_LANGUAGE = new Set(["und", "mul", "mis", "zxx", "unk"]);

/** Tracks with several pages or channels have a list: `deu,eng`. */
function streamLanguage(stream: Stream, place: number): string | null {
  const language = stream.metadata?.get("language")?.split(",")[place]?.trim();
  if (!language || NO_LANGUAGE.has(language.toLowerCase())) return null;
  try {
    // "eng" is "en" (RFC 5646 takes the shortest code).
    return parseLanguageTag(language) ?? Intl.getCanonicalLocales(language)[0] ?? null;
  } catch {
    return null;
  }
}
