import { MediasearchError } from "../../errors.ts";
import type { Cue, Word } from "../../types.ts";
import { assLines, parseAss } from "./ass.ts";
import { decodeText } from "./decode-text.ts";
import { plain, subripLines, webvttLines } from "./markup.ts";
import type { CaptionFormat } from "./names.ts";
import { MAX_CUE_TIME_MS, type RawCue, type RawLine } from "./raw-cue.ts";
import { unroll } from "./rolling.ts";
import { type SpokenLine, speakersOf } from "./speakers.ts";
import { parseSrt } from "./srt.ts";
import { parseTranscriptionJson } from "./transcription-json.ts";
import { isWebvtt, parseWebvtt } from "./webvtt.ts";

export interface ParsedCaptions {
  readonly cues: readonly Cue[];
  /** As the file itself says it; null when it does not. */
  readonly language: string | null;
  readonly durationMs: number | null;
}

interface RawCaptions {
  readonly cues: readonly RawCue[];
  readonly language?: string | null;
  readonly durationMs?: number | null;
}

/**
 * Parses a captions file into cues in time order, as plain text with speakers. The content decides
 * the format; `format`, from the file's name, is used when the content does not tell.
 * @throws UNREADABLE_MEDIA (its message does not name the file) when there is text but nothing of
 * it can be read as captions.
 */
export function parseCaptions(bytes: Uint8Array, format: CaptionFormat): ParsedCaptions {
  const text = decodeText(bytes);
  const raw = parseAs(text, format);
  if (raw.cues.length === 0 && !isEmptyOf(text, format))
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      "no captions could be read: no line has a start and an end time",
    );
  return {
    cues: toCues(raw.cues),
    language: raw.language ?? null,
    durationMs: raw.durationMs ?? null,
  };
}

const isAss = (text: string): boolean =>
  /^\[(?:Script Info|Events|V4\+? Styles)\]/i.test(text.trimStart().slice(0, 20));

function parseAs(text: string, format: CaptionFormat): RawCaptions {
  if (format === "transcription-json") return parseTranscriptionJson(text);
  if (isWebvtt(text)) return parseWebvtt(text);
  const cues = isAss(text) || format === "ass" ? parseAss(text) : [];
  return { cues: cues.length > 0 || isAss(text) ? cues : parseSrt(text) };
}

/**
 * Whether a file without cues is valid: a WebVTT header alone, an ASS file without dialogue, an
 * empty list of segments.
 */
const isEmptyOf = (text: string, format: CaptionFormat): boolean =>
  format === "transcription-json" || isWebvtt(text) || isAss(text) || text.trim() === "";

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
    })),
  );
}

function toCues(raw: readonly RawCue[]): Cue[] {
  const ordered = raw
    .filter(({ startMs, endMs }) => startMs >= 0 && endMs >= startMs && endMs <= MAX_CUE_TIME_MS)
    .toSorted((a, b) => a.startMs - b.startMs);
  const cues = unroll(ordered);
  const spokenOf = speakersOf(cues);
  // The second turn of a cue may come after the beginning of one that overlaps it.
  return cues
    .flatMap((cue) => byTurn(cue, spokenOf(cue)))
    .toSorted((a, b) => a.startMs - b.startMs);
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
  const at = (): number => Math.round(cue.startMs + ((cue.endMs - cue.startMs) * done) / letters);
  return said.map(({ speaker, isTurn, text }) => {
    const startMs = at();
    done += text.length;
    return {
      startMs,
      endMs: at(),
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
