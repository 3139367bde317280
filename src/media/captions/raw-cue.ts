import type { Word } from "../../types.ts";

/**
 * A cue as its format gives it: lines of text without markup, with rolling repeats and speakers
 * still in them.
 */
export interface RawCue {
  readonly startMs: number;
  readonly endMs: number;
  readonly lines: readonly RawLine[];
  readonly confidence?: number | null;
  readonly words?: readonly Word[] | null;
  /**
   * The text with its markup, where it has any: cues that differ in markup alone highlight one
   * word after another.
   */
  readonly markup?: string | undefined;
}

export interface RawLine {
  readonly text: string;
  /**
   * Named by the format itself (`<v Name>`, ASS's Name field); null where it says that the text
   * names nobody; undefined where only the text can tell.
   */
  readonly speaker?: string | null | undefined;
}

/** What a reader makes of a whole file. */
export interface RawCaptions {
  readonly cues: readonly RawCue[];
  /** As the file itself says it, in any form that `parseLanguageTag` knows. */
  readonly language?: string | null;
  readonly durationMs?: number | null;
  /** How long an hour of its time codes is, in milliseconds, where it is not that of the clock. */
  readonly hourMs?: number;
  /** Where something was left out that cannot be read, as line numbers from 1. */
  readonly dropped?: readonly number[];
}

/** A time beyond this is damaged. */
export const MAX_CUE_TIME_MS = 1000 * 3_600_000;

/** What people type for digits. */
const LOOKALIKES: Readonly<Record<string, string>> = { o: "0", O: "0", l: "1", I: "1" };

/**
 * Parses a time as captions have it, `hh:mm:ss,mmm` and what people and programs make of that:
 * hours may be missing and minutes then be over 59, any of `:.,;` may separate, a sign may stand
 * before, and `12.5` are seconds. Null for anything else, and beyond 1000 hours.
 */
export function parseTime(text: string): number | null {
  const [, sign = "", body = ""] =
    /^([-−]?)([\doOlI]{1,9}(?:[:.,;][\doOlI]{1,9}){1,3})$/.exec(text.trim()) ?? [];
  const plain = body.replace(/[oOlI]/g, (letter) => LOOKALIKES[letter] ?? letter);
  const parts = splitTime(plain.split(/([:.,;])/));
  if (parts === null) return null;
  const { hours, minutes, seconds, fraction } = parts;
  if (seconds > 99 || (hours !== null && minutes > 99) || minutes > 60_000) return null;
  const ms =
    (hours ?? 0) * 3_600_000 + minutes * 60_000 + seconds * 1000 + fractionMs(fraction ?? "");
  if (ms > MAX_CUE_TIME_MS) return null;
  return sign === "" ? ms : -ms;
}

interface TimeParts {
  readonly hours: number | null;
  readonly minutes: number;
  readonly seconds: number;
  readonly fraction: string | null;
}

/** Tells which number is what. `parts` are numbers with the separators between them. */
function splitTime(parts: readonly string[]): TimeParts | null {
  const [first = "", mark = "", second = "", lastMark = "", third = "", , fourth] = parts;
  if (parts.length === 7)
    return { hours: +first, minutes: +second, seconds: +third, fraction: fourth ?? null };
  if (parts.length === 5) {
    const isFraction =
      third.length > 2 || (lastMark !== mark && (lastMark === "." || lastMark === ","));
    return isFraction
      ? { hours: null, minutes: +first, seconds: +second, fraction: third }
      : { hours: +first, minutes: +second, seconds: +third, fraction: null };
  }
  if (parts.length !== 3) return null;
  if (mark === ":") return { hours: null, minutes: +first, seconds: +second, fraction: null };
  const seconds = Number(first);
  return {
    hours: null,
    minutes: Math.floor(seconds / 60),
    seconds: seconds % 60,
    fraction: second,
  };
}

/** "1000" are not 100 but 1000 ms: some programs round up without carrying. */
const fractionMs = (digits: string): number =>
  digits === "1000" ? 1000 : Number(digits.padEnd(3, "0").slice(0, 3));

export interface CueTiming {
  readonly startMs: number;
  readonly endMs: number;
}

const ANY_TIME = String.raw`[-−]?[\doOlI]{1,9}(?:\s?[:;.,]\s?[-−]?[\doOlI]{1,9}){1,3}`;
const TIMING = new RegExp(
  String.raw`^(${ANY_TIME})?\s{0,20}(?:[-–—=]{1,3}\s?>|→)\s{0,20}(${ANY_TIME})?(?![\d:])`,
);

/**
 * Parses the two times around an arrow at the start of a line: "absurd" when the times are
 * impossible, null when the line has no such times. Where one of the two is missing or impossible,
 * the other stands for both. Times may be negative and the end may come before the start; see
 * `placeCue`.
 */
export function parseTiming(line: string): CueTiming | "absurd" | null {
  const [, start, end] = matchTiming(line) ?? [];
  if (start === undefined && end === undefined) return null;
  // "a -> 1.5" and "5.5 ->" are text; real times have a colon or both sides.
  const one = start ?? end ?? "";
  if ((start === undefined || end === undefined) && !/^\D?\d+\s?[:.]\s?\d+\s?[:.]/.test(one))
    return null;
  const startMs = start === undefined ? null : parseTime(withSignFirst(start));
  const endMs = end === undefined ? null : parseTime(withSignFirst(end));
  const known = startMs ?? endMs;
  return known === null ? "absurd" : { startMs: startMs ?? known, endMs: endMs ?? known };
}

/** No times are longer: whatever is, is text with an arrow in it. */
const MAX_TIMING = 100;

const matchTiming = (line: string): RegExpExecArray | null =>
  /[>→＞]|&gt;/.test(line) ? TIMING.exec(plainTiming(line).slice(0, MAX_TIMING)) : null;

/** Digits of every script, and arrows that were escaped for a web page. */
function plainTiming(line: string): string {
  const head = line.trimStart();
  // oxlint-disable-next-line no-control-regex -- nearly all lines are plain, and many
  return /^[\u0000-\u007f]*$/.test(head) && !head.includes("&gt;")
    ? head
    : head
        .normalize("NFKC")
        .replace(/\p{Nd}/gu, decimalDigit)
        .replace("&gt;", ">");
}

/** Digits stand in rows of ten, and no row follows the one of another script at once. */
function decimalDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String(code - zero);
}

/** Some programs give the sign to the part that they count in: `00:00:-3,000`. */
function withSignFirst(time: string): string {
  const bare = time.replace(/[\s−-]/g, "");
  return /[−-]/.test(time) ? `-${bare}` : bare;
}

/** What may stand behind the times and is no text: settings of WebVTT, places of SubRip. */
const SETTING =
  /^(?:(?:vertical|line|position|size|align|region):\S*|[XY][12]:\S*|[ADLST]:\S*|[!|;,#]+)$/i;

/** The text on the line of the times, which some programs and people put there; "" without any. */
export function textBesideTiming(line: string): string {
  const [times = ""] = matchTiming(line) ?? [];
  const rest = plainTiming(line).slice(times.length).trim();
  const isText = times !== "" && rest.split(/\s+/).some((word) => !SETTING.test(word));
  return isText && /[\p{L}\p{N}]/u.test(rest) ? line.trimEnd().slice(-rest.length) : "";
}

/**
 * Puts a cue where a person would see it: what begins before the start of the media begins there,
 * and what ends before it begins is said at its beginning.
 */
export function placeCue<T extends CueTiming>(cue: T): T {
  const startMs = Math.max(0, cue.startMs);
  return { ...cue, startMs, endMs: Math.max(startMs, cue.endMs) };
}

/** Writes a time as captions do: with `.` in WebVTT, with `,` in SubRip. */
export function formatTime(ms: number, separator: "." | ","): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const whole = Math.floor(ms / 1000);
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${separator}${String(ms % 1000).padStart(3, "0")}`;
}
