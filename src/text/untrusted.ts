import { posix, win32 } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Cue, Segment, Word } from "../types.ts";

/**
 * The one door through which words, names, times and places from outside come in: captions,
 * recognisers, imported transcripts, other people's libraries. What has passed it can be stored,
 * shown and compared.
 */

/** No segment has more UTF-16 units: a segment is about a sentence. */
export const MAX_TEXT_LENGTH = 50_000;
export const MAX_NAME_LENGTH = 200;
/** PATH_MAX of Linux, in bytes, with its zero byte; keys of S3 have at most 1,024. */
export const MAX_LOCATION_BYTES = 4096;
/** The last moment of a recording, in milliseconds: 1,000 hours, as for captions. */
const MAX_MEDIA_MS = 1000 * 3_600_000;
/**
 * The years 1 to 9999 in milliseconds from 1970: Date holds more, but no date of ISO 8601 with four
 * digits does.
 */
const MIN_DATE_MS = -62_135_596_800_000;
const MAX_DATE_MS = 253_402_300_799_999;

/**
 * Characters that have an effect and no shape: C0 and C1 controls, bidi embeddings, overrides and
 * isolates (UAX #9), byte order marks and interlinear annotations. Marks of direction and joiners
 * stay: words of Arabic, Hebrew, Persian and Indic scripts need them.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/g;
const LINE_BREAKS = /[\t-\r\u0085\u2028\u2029]+/g;
/** Tags spell text that nobody sees; only the flags of England, Scotland and Wales need them. */
const TAGS = /(\u{1f3f4}[\u{e0061}-\u{e007a}]{2,6}\u{e007f})|[\u{e0000}-\u{e007f}]/gu;
/** Text without any of these passes as it is: nearly every text does. */
const SUSPECT =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb]/;

/** One line of what is said, without what has an effect and no shape, whatever its length. */
function cleanLine(text: string): string {
  if (!SUSPECT.test(text)) return text.trim();
  return stripVTControlCharacters(text.toWellFormed())
    .replace(LINE_BREAKS, " ")
    .replace(INVISIBLE, "")
    .replace(TAGS, "$1")
    .trim();
}

/**
 * Cuts at a length in UTF-16 units, never inside a character, and shows that something is missing.
 */
function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}

export const cleanText = (text: string): string => cut(cleanLine(text), MAX_TEXT_LENGTH);

/** A speaker's name; null where nothing is left of it. */
export function cleanName(name: string | null): string | null {
  const clean = name === null ? "" : cut(cleanLine(name).replace(/ {2,}/g, " "), MAX_NAME_LENGTH);
  return clean === "" ? null : clean;
}

/** A language in BCP 47's canonical form; "und" for what is none. */
export function cleanLanguage(tag: string): string {
  try {
    return tag.length > 100 ? "und" : (Intl.getCanonicalLocales(tag)[0] ?? "und");
  } catch {
    return "und";
  }
}

/**
 * A moment that can be written as a date, in whole milliseconds from 1970; null for what is none.
 */
export const cleanDate = (ms: number | null | undefined): number | null =>
  typeof ms === "number" && ms >= MIN_DATE_MS && ms <= MAX_DATE_MS ? Math.trunc(ms) : null;

/** A length or position in media, in whole milliseconds; null for what is none. */
export const cleanMediaTime = (ms: number | null | undefined): number | null =>
  typeof ms === "number" && ms >= 0 && ms <= MAX_MEDIA_MS ? Math.round(ms) : null;

const cleanShare = (share: number | null): number | null =>
  typeof share === "number" && share >= 0 && share <= 1 ? share : null;

/** The size and time of a file as a file system or a server tells them. */
export const cleanStat = (
  sizeBytes: number,
  mtimeMs: number,
): { readonly sizeBytes: number; readonly mtimeMs: number } => ({
  sizeBytes: Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 ? sizeBytes : 0,
  mtimeMs: cleanDate(mtimeMs) === null ? 0 : mtimeMs,
});

type Timed = Pick<Word, "text" | "startMs" | "endMs" | "confidence">;

/** undefined where no text or no time is left. */
function cleanTimed<T extends Timed>(timed: T): T | undefined {
  const text = cleanLine(timed.text);
  const startMs = cleanMediaTime(timed.startMs);
  const endMs = cleanMediaTime(timed.endMs);
  if (text === "" || startMs === null || endMs === null) return undefined;
  const confidence = cleanShare(timed.confidence);
  return { ...timed, text, startMs, endMs: Math.max(startMs, endMs), confidence };
}

/**
 * No word is longer in scripts that part words by spaces: a run without any is parted, so that a
 * segment of forty words keeps within its length.
 */
const MAX_WORD_LENGTH = 1000;
const LONG_RUN = new RegExp(
  `[^\\s\\u0e00-\\u0eff\\u1780-\\u17ff\\u3000-\\u9fff\\uac00-\\ud7af]{${MAX_WORD_LENGTH}}`,
  "gu",
);

/** Cues as a captions file or a recogniser gives them; those without text or times are left out. */
export const cleanCues = (cues: readonly Cue[]): Cue[] =>
  cues.flatMap((cue) => {
    const clean = cleanTimed(cue);
    if (!clean) return [];
    const text =
      clean.text.length > MAX_WORD_LENGTH ? clean.text.replace(LONG_RUN, "$& ") : clean.text;
    const words = cue.words?.map(cleanTimed);
    const areWhole = text === clean.text && (words?.every((word) => word !== undefined) ?? false);
    const speaker = cleanName(cue.speaker);
    return [{ ...clean, text, speaker, words: words && areWhole ? (words as Word[]) : null }];
  });

/** A segment of a transcript from elsewhere; its text is never empty and never too long. */
export function cleanSegment<T extends Segment>(segment: T): T {
  const startMs = cleanMediaTime(segment.startMs) ?? 0;
  return {
    ...segment,
    startMs,
    endMs: Math.max(startMs, cleanMediaTime(segment.endMs) ?? 0),
    text: cleanText(segment.text) || "\ufffd",
    speaker: cleanName(segment.speaker),
    confidence: cleanShare(segment.confidence),
  };
}

/**
 * Whether a text can be the place of a file: an absolute path without `.` and `..`, of this or of
 * another system, an object `s3://bucket/key` or a link. It is the id of an asset, which programs
 * get as a file's name.
 */
export function isPlace(id: string): boolean {
  if (id.includes("\0") || !id.isWellFormed() || Buffer.byteLength(id) >= MAX_LOCATION_BYTES)
    return false;
  const [, key] = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/([^]+)$/.exec(id) ?? [];
  if (key !== undefined) return Buffer.byteLength(key) <= 1024;
  if (/^https?:\/\//.test(id)) return isPlainLink(id);
  const isFile = (path: typeof posix): boolean =>
    path.isAbsolute(id) &&
    path.normalize(id) === id &&
    path.basename(id) !== "" &&
    !/[/\\]$/.test(id);
  return isFile(posix) || (/^(?:[a-z]:\\|\\\\[^\\])/i.test(id) && isFile(win32));
}

/** A link as `toLocation` writes it. */
function isPlainLink(id: string): boolean {
  const url = URL.parse(id);
  return url?.href === id && url.username === "" && url.password === "" && url.hash === "";
}
