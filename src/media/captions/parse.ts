import { gunzipSync } from "node:zlib";
import { MediasearchError } from "../../errors.ts";
import type { Cue, Word } from "../../types.ts";
import type { CaptionFormatSpec, ReadContext } from "./caption-format.ts";
import { decodeCaptions, type Decoded, type DecodeHints } from "./decode-text.ts";
import { FORMATS, type CaptionFormat, formatNamed } from "./formats.ts";
import { subripText } from "./formats/srt.ts";
import { parseLanguageTag } from "./languages.ts";
import { assLines, plain, subripLines, webvttLines } from "./markup.ts";
import {
  MAX_CUE_TIME_MS,
  placeCue,
  type RawCaptions,
  type RawCue,
  type RawLine,
} from "./raw-cue.ts";
import { unroll } from "./rolling.ts";
import { type SpokenLine, speakersOf } from "./speakers.ts";

export interface ParsedCaptions {
  readonly cues: readonly Cue[];
  /** BCP 47, as the file itself says it; null when it does not. */
  readonly language: string | null;
  readonly durationMs: number | null;
  /** How long an hour of its time codes is, in milliseconds, where it is not that of the clock. */
  readonly hourMs?: number | undefined;
  /** What the content is, which may be another format than the name says. */
  readonly format: CaptionFormat;
  /** What a user should know: a code page that was guessed, cues that were left out. */
  readonly warnings: readonly string[];
}

export interface ParseOptions extends DecodeHints {
  /** Frames a second of the media, for formats that count frames. */
  readonly frameRate?: number | undefined;
  /** The language that is wanted of a file that has several; BCP 47. */
  readonly wantedLanguage?: string | undefined;
}

/**
 * Parses a captions file into cues in time order, as plain text with speakers. The content decides
 * the format; `format`, from the file's name, is used when the content does not tell.
 * @throws UNREADABLE_MEDIA (its message does not name the file) when there is text but nothing of
 * it can be read as captions.
 */
export function parseCaptions(
  file: Uint8Array,
  format: CaptionFormat,
  options: ParseOptions = {},
): ParsedCaptions {
  const bytes = unpack(file);
  const decoded = decodeCaptions(bytes, options);
  mustHaveFewCues(decoded.text);
  const { spec, raw } = readAs(decoded.text, format, {
    bytes,
    frameRate: options.frameRate,
    language: options.wantedLanguage,
  });
  if (raw.cues.length === 0 && !isEmptyOf(decoded.text, spec))
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      "no captions could be read: no line has a start and an end time",
    );
  const { cues, dropped } = toCues(raw.cues);
  return {
    cues,
    language: parseLanguageTag(raw.language ?? ""),
    durationMs: raw.durationMs ?? null,
    hourMs: raw.hourMs,
    format: spec.name,
    warnings: [...warnOfEncoding(decoded, spec), ...warnOfDropped(raw.dropped ?? [], dropped)],
  };
}

/** A film's captions are a few hundred kilobytes. */
const MAX_UNPACKED_BYTES = 200_000_000;

/** Unpacks gzip (RFC 1952). */
function unpack(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (cause) {
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
        ? "no captions could be read: too large once it is unpacked"
        : "no captions could be read: damaged gzip data",
      { cause },
    );
  }
}

/** A word a second for eleven days. More fit into no worker, and are no captions of a recording. */
const MAX_CUES = 1_000_000;

/** What begins a cue, in one format or another; with another one's text it is once in a line. */
const CUE_BEGINNING = new RegExp(
  [
    // SubRip and WebVTT.
    String.raw`[-–—=]{1,3}\s?>|→`,
    // Formats whose lines begin with a time, which is followed by no arrow.
    String.raw`^[ \t]{0,20}\[?\d{1,3}:\d\d(?![^\n]{0,40}[>→])`,
    // MicroDVD and MPL2, then Audacity and Whisper's table.
    String.raw`^[[{]\d{1,8}[\]}]|^\d{1,9}(?:\.\d{1,9})?\t\d`,
    // ASS, then TTML, YouTube and SAMI.
    String.raw`^[ \t]{0,20}dialogue[ \t]{0,20}:|<(?:\w{1,20}:)?(?:p|sync)\b`,
  ].join("|"),
  "gim",
);

/**
 * Counts before anything is made of the text: a cue takes a kilobyte of memory, and twelve bytes of
 * the file, or less than one when that is packed.
 */
function mustHaveFewCues(text: string): void {
  let count = 0;
  for (const _ of text.matchAll(CUE_BEGINNING))
    if (++count > MAX_CUES)
      throw new MediasearchError(
        "UNREADABLE_MEDIA",
        "no captions could be read: more than a million of them",
      );
}

/** Beginnings of formats are told by so many characters. */
const HEAD_LENGTH = 16_384;

/** The format that the text begins like; undefined when none is known by its beginning. */
const sniffCaptions = (head: string): CaptionFormatSpec | undefined =>
  FORMATS.find((spec) => spec.matches?.(head));

function readAs(
  text: string,
  name: CaptionFormat,
  context: ReadContext,
): { readonly spec: CaptionFormatSpec; readonly raw: RawCaptions } {
  const named = formatNamed(name);
  // The name is believed where the content could be it.
  const head = text.slice(0, HEAD_LENGTH);
  const spec = named.matches?.(head) === true ? named : (sniffCaptions(head) ?? named);
  const raw = spec.read(text, context);
  // SubRip is under many names, and needs nothing but times.
  const subrip = formatNamed("srt");
  if (raw.cues.length > 0 || spec.mayBeEmpty === true || spec === subrip) return { spec, raw };
  const other = subrip.read(text, context);
  return other.cues.length > 0 ? { spec: subrip, raw: other } : { spec, raw };
}

/**
 * Whether a file without cues is valid: a WebVTT header alone, an ASS file without dialogue, an
 * empty list of segments.
 */
const isEmptyOf = (text: string, { mayBeEmpty, matches }: CaptionFormatSpec): boolean =>
  text.trim() === "" || (mayBeEmpty === true && matches?.(text.slice(0, HEAD_LENGTH)) !== false);

const warnOfEncoding = ({ encoding }: Decoded, { isBinary }: CaptionFormatSpec): string[] =>
  encoding && isBinary !== true
    ? [
        `not UTF-8: read as ${encoding.name}, ${encoding.why}; --captions-encoding names another one`,
      ]
    : [];

const MAX_LINES_NAMED = 5;

function warnOfDropped(lines: readonly number[], impossible: number): string[] {
  const count = lines.length + impossible;
  if (count === 0) return [];
  const named = lines.slice(0, MAX_LINES_NAMED).join(", ");
  const more = lines.length > MAX_LINES_NAMED ? ", …" : "";
  const where = lines.length === 0 ? "" : ` (line ${named}${more})`;
  return [
    `${count === 1 ? "one piece of text was" : `${count} pieces of text were`} left out, without times that can be right${where}`,
  ];
}

export interface CaptionEvent {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly speaker?: string;
}

/** How the text of an event becomes lines. Only ASS has a field for the speaker. */
const EVENT_LINES: Readonly<
  Record<"srt" | "webvtt" | "ass", (text: string, speaker?: string) => RawLine[]>
> = { srt: subripLines, webvtt: webvttLines, ass: assLines };

/** Makes cues of the events of a text track inside a media file. */
export function cuesFromEvents(
  events: readonly CaptionEvent[],
  format: "srt" | "webvtt" | "ass",
): Cue[] {
  const linesOf = EVENT_LINES[format];
  return toCues(
    events.map(({ startMs, endMs, text, speaker }) => ({
      startMs,
      endMs,
      lines: linesOf(text, speaker),
      markup: subripText(text).markup,
    })),
  ).cues;
}

/** Puts cues in order and names their speakers. Those beyond all time are dropped and counted. */
function toCues(raw: readonly RawCue[]): { readonly cues: Cue[]; readonly dropped: number } {
  const placed = raw.map(placeCue);
  const possible = placed.filter(({ endMs }) => endMs <= MAX_CUE_TIME_MS);
  const cues = unroll(possible.toSorted((a, b) => a.startMs - b.startMs));
  const spokenOf = speakersOf(cues);
  // The second turn of a cue may come after the beginning of one that overlaps it.
  const spoken = cues
    .flatMap((cue) => byTurn(cue, spokenOf(cue)))
    .toSorted((a, b) => a.startMs - b.startMs);
  return { cues: spoken, dropped: placed.length - possible.length };
}
/** Splits a cue by speaker. Speakers of one cue share its time by the length of their texts. */
function byTurn(cue: RawCue, lines: readonly SpokenLine[]): Cue[] {
  const turns: { speaker: string | null; isTurn: boolean; texts: string[] }[] = [];
  for (const { text, speaker, isTurn = false } of lines) {
    const last = turns.at(-1);
    if (last && (speaker === undefined || (speaker !== null && last.speaker === speaker)))
      last.texts.push(text);
    else turns.push({ speaker: speaker ?? null, isTurn, texts: [text] });
  }
  const said = turns
    .map(({ texts, ...turn }) => ({ ...turn, text: plain(texts.join(" ")) }))
    .filter(({ text }) => text !== "");
  const letters = said.reduce((sum, { text }) => sum + text.length, 0);
  let done = 0;
  const timeHere = (): number =>
    Math.round(cue.startMs + ((cue.endMs - cue.startMs) * done) / letters);
  return said.map(({ speaker, isTurn, text }) => {
    const startMs = timeHere();
    done += text.length;
    return {
      startMs,
      endMs: timeHere(),
      text,
      speaker,
      ...(isTurn ? { startsTurn: true } : {}),
      confidence: cue.confidence ?? null,
      words: said.length === 1 && cue.words ? matchWords(text, cue.words) : null,
    };
  });
}

/**
 * Finds the words that spell the text, without those of a name that was removed from its beginning;
 * null when the words do not spell it.
 */
function matchWords(text: string, words: readonly Word[]): readonly Word[] | null {
  const letters = (one: string): string => one.replace(/\s+/g, "");
  let left = letters(text);
  let first = words.length;
  for (; left !== "" && first > 0; first--) {
    const word = letters(words[first - 1]?.text ?? "");
    if (!left.endsWith(word)) return null;
    left = left.slice(0, left.length - word.length);
  }
  return left === "" ? words.slice(first) : null;
}
