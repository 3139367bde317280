import { stat } from "node:fs/promises";
import type { Stream } from "node-av/lib";
import { inputName, type MediaInput } from "./byte-source.ts";
import { openInput, toMs, unreadableError } from "./ffmpeg.ts";
import { isVideo } from "./source.ts";

export interface AudioStream {
  readonly streamIndex: number;
  readonly codec: string;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** BCP 47; null where the container says nothing. */
  readonly language: string | null;
}

export interface SubtitleStream {
  readonly streamIndex: number;
  readonly codec: string;
  readonly language: string | null;
  /** false for pictures of text (DVD, Blu-ray, DVB), which can't be searched. */
  readonly isText: boolean;
  readonly isForced: boolean;
}

export interface MediaInfo {
  readonly container: string;
  readonly durationMs: number | null;
  /** When it was recorded, Unix milliseconds; null where the container does not say. */
  readonly recordedAtMs: number | null;
  /** The stream that a player would choose: the default one, else the first. */
  readonly audio: AudioStream | null;
  readonly subtitles: readonly SubtitleStream[];
  /** Pictures without any sound: nothing is wrong with it, and nothing can be heard. */
  readonly isSilentFilm: boolean;
}

// AVMediaType and AV_DISPOSITION_* of FFmpeg's avutil.h and avformat.h.
const AUDIO = 1;
const SUBTITLE = 3;
const DEFAULT = 0x0001;
const FORCED = 0x0040;
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
    const nameOf = (stream: Stream): string =>
      av.Codec.findDecoder(stream.codecpar.codecId)?.name ?? "unknown";
    const audio = streams.filter(
      (stream) => (stream.codecpar.codecType as number) === AUDIO && stream.codecpar.sampleRate > 0,
    );
    const chosen = audio.find((stream) => (stream.disposition as number) & DEFAULT) ?? audio[0];
    return {
      container: input.iformat?.name ?? "unknown",
      durationMs: durationOf(input.duration),
      recordedAtMs: recordedAt((name) => input.metadata?.get(name)),
      audio: chosen
        ? {
            streamIndex: chosen.index,
            codec: nameOf(chosen),
            sampleRate: chosen.codecpar.sampleRate,
            channels: chosen.codecpar.channels,
            language: streamLanguage(chosen),
          }
        : null,
      isSilentFilm:
        streams.some(isVideo) &&
        !streams.some(({ codecpar }) => (codecpar.codecType as number) === AUDIO),
      subtitles: streams
        .filter((stream) => (stream.codecpar.codecType as number) === SUBTITLE)
        .map((stream) => ({
          streamIndex: stream.index,
          codec: nameOf(stream),
          language: streamLanguage(stream),
          isText: TEXT_CODECS.has(nameOf(stream)),
          isForced: ((stream.disposition as number) & FORCED) !== 0,
        })),
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

function streamLanguage(stream: Stream): string | null {
  const language = stream.metadata?.get("language");
  if (!language || language === "und") return null;
  try {
    // "eng" is "en" (RFC 5646 takes the shortest code).
    return Intl.getCanonicalLocales(language)[0] ?? null;
  } catch {
    return null;
  }
}
