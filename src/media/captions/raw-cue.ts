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
}

export interface RawLine {
  readonly text: string;
  /**
   * Named by the format itself (`<v Name>`, ASS's Name field); null where it says that the text
   * names nobody; undefined where only the text can tell.
   */
  readonly speaker?: string | null | undefined;
}

/** A time beyond this is damaged. */
export const MAX_CUE_TIME_MS = 1000 * 3_600_000;

/**
 * Parses `hh:mm:ss,mmm`: hours are optional and of any length, decimals too, after a comma or a
 * dot. Null for anything else.
 */
export function parseTime(text: string): number | null {
  const [, hours = "0", minutes = "", seconds = "", fraction = ""] =
    /^(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})(?:[.,:;](\d{1,9}))?$/.exec(text.trim()) ?? [];
  if (minutes === "" || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const ms =
    Number(hours) * 3_600_000 +
    Number(minutes) * 60_000 +
    Number(seconds) * 1000 +
    Number(fraction.padEnd(3, "0").slice(0, 3));
  return ms <= MAX_CUE_TIME_MS ? ms : null;
}

export interface CueTiming {
  readonly startMs: number;
  readonly endMs: number;
}

const TIMING =
  /^(-?\d{1,6}(?:\s?[:;.,]\s?\d{1,9}){1,3})\s{0,20}(?:[-–—=]{1,3}\s?>|→)\s{0,20}(-?\d{1,6}(?:\s?[:;.,]\s?\d{1,9}){1,3})(?![\d:])/;

/**
 * Parses the two times around an arrow at the start of a line: "absurd" when the times are
 * impossible, null when the line has no such times.
 */
export function parseTiming(line: string): CueTiming | "absurd" | null {
  // No times are longer: whatever is, is text with an arrow in it.
  const [, start, end] = TIMING.exec(line.trimStart().slice(0, 100)) ?? [];
  if (start === undefined || end === undefined) return null;
  const startMs = parseTime(start.replace(/\s/g, ""));
  const endMs = parseTime(end.replace(/\s/g, ""));
  return startMs === null || endMs === null ? "absurd" : { startMs, endMs };
}

/** Writes a time as captions do: with `.` in WebVTT, with `,` in SubRip. */
export function formatTime(ms: number, separator: "." | ","): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const whole = Math.floor(ms / 1000);
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${separator}${String(ms % 1000).padStart(3, "0")}`;
}
