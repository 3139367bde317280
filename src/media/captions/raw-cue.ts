import type { Word } from "../../types.ts";

/** A cue as its format gives it: lines of text without markup, before rolling repeats and speakers are taken out. */
export interface RawCue {
  readonly startMs: number;
  readonly endMs: number;
  readonly lines: readonly RawLine[];
  readonly confidence?: number | null;
  readonly words?: readonly Word[] | null;
}

export interface RawLine {
  readonly text: string;
  /** Named by the format itself (`<v Name>`, ASS's Name field); undefined where only the text can tell. */
  readonly speaker?: string | undefined;
}

const LONGEST_MS = 1000 * 3_600_000;

/** `hh:mm:ss,mmm`, hours optional and of any length, comma or dot, one to three decimals or none. Null for anything else. */
export function parseTime(text: string): number | null {
  const [, hours = "0", minutes = "", seconds = "", fraction = ""] = /^(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,9}))?$/.exec(text.trim()) ?? [];
  if (minutes === "" || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(fraction.padEnd(3, "0").slice(0, 3));
  return ms <= LONGEST_MS ? ms : null;
}

/** The two times around an arrow and what follows them; null when the line is none. */
export function parseTiming(line: string): { readonly startMs: number; readonly endMs: number } | null {
  const arrow = line.indexOf("-->");
  // No time is longer: whatever is, is text with an arrow in it.
  if (arrow < 0 || arrow > 60) return null;
  const startMs = parseTime(line.slice(0, arrow));
  const endMs = parseTime(line.slice(arrow + 3).trim().split(/\s/, 1)[0] ?? "");
  return startMs === null || endMs === null ? null : { startMs, endMs };
}

/** A time as captions write it: `.` for WebVTT, `,` for SubRip. */
export function formatTime(ms: number, separator: "." | ","): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const whole = Math.floor(ms / 1000);
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${separator}${String(ms % 1000).padStart(3, "0")}`;
}
