import { parseBoundedJson } from "../../bounded-json.ts";
import { MediasearchError } from "../../errors.ts";
import type { Word } from "../../types.ts";
import { plain } from "./markup.ts";
import { MAX_CUE_TIME_MS, type RawCue } from "./raw-cue.ts";

/** What transcripts in JSON have in common. Every value is looked at before it is believed. */
export type Json = Readonly<Record<string, unknown>>;

export const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const array = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const objects = (value: unknown): readonly Json[] => array(value).map(object);
export const string = (value: unknown): string | null => (typeof value === "string" ? value : null);
/** A number, or a text that is one, as AWS writes them. */
export function number(value: unknown): number | null {
  const read = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) ? read : null;
}

/** @throws UNREADABLE_MEDIA */
export function parseJson(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch (cause) {
    throw unreadable("not valid JSON", cause);
  }
}

export const unreadable = (what: string, cause?: unknown): MediasearchError =>
  new MediasearchError("UNREADABLE_MEDIA", `no captions could be read: ${what}`, { cause });

/** A time in units of `unitMs`, as milliseconds; null for what is no time of a recording. */
export function time(value: unknown, unitMs: number): number | null {
  const read = number(value);
  const ms = read === null ? null : read * unitMs;
  return ms === null || ms < 0 || ms > MAX_CUE_TIME_MS ? null : Math.round(ms);
}
export const seconds = (value: unknown): number | null => time(value, 1000);

/** A probability; null for anything else. */
export function probability(value: unknown): number | null {
  const read = number(value);
  return read !== null && read >= 0 && read <= 1 ? read : null;
}

export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

export interface WordFields {
  readonly text: unknown;
  readonly start: number | null;
  readonly end: number | null;
  readonly confidence?: unknown;
}

/** No word for one without text or start; the end may be missing. */
export function toWord({ text, start, end, confidence }: WordFields): Word[] {
  const said = plain(string(text) ?? "");
  if (start === null || said === "") return [];
  return [
    {
      text: said,
      startMs: start,
      endMs: Math.max(start, end ?? start),
      confidence: probability(confidence),
    },
  ];
}

export interface CueFields {
  readonly text: unknown;
  readonly start: number | null;
  readonly end: number | null;
  readonly speaker?: string | number | null | undefined;
  readonly words?: readonly Word[];
  readonly confidence?: number | null;
}

/**
 * One cue of a segment; none for one without text or start. Words that do not add up to the text
 * are left.
 */
export function toCue({ text, start, end, speaker, words = [], confidence }: CueFields): RawCue[] {
  const said = plain(string(text) ?? "");
  if (start === null || said === "") return [];
  const letters = (one: string): string => one.replace(/\s/g, "");
  const isWhole =
    words.length > 0 && letters(words.map((word) => word.text).join("")) === letters(said);
  const name = plain(String(speaker ?? ""));
  return [
    {
      startMs: start,
      endMs: Math.max(start, end ?? words.at(-1)?.endMs ?? start),
      lines: [{ text: said, speaker: name === "" ? undefined : name }],
      confidence: mean(words.map((word) => word.confidence)) ?? confidence ?? null,
      words: isWhole ? words : null,
    },
  ];
}

export interface SpokenWord extends Word {
  readonly speaker?: string | number | null | undefined;
}

/** Words of one speaker with a pause longer than this between them are two cues. */
const PAUSE_MS = 1500;
const MAX_CUE_WORDS = 60;

/** Cuts a list of words into cues, at changes of speaker, pauses and ends of sentences. */
export function groupWords(words: readonly SpokenWord[]): RawCue[] {
  const groups: SpokenWord[][] = [];
  for (const word of words) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const isNew =
      !group ||
      !last ||
      last.speaker !== word.speaker ||
      word.startMs - last.endMs > PAUSE_MS ||
      group.length >= MAX_CUE_WORDS ||
      /[.?!。？！]$/u.test(last.text);
    if (isNew) groups.push([word]);
    else group.push(word);
  }
  return groups.flatMap((group) =>
    toCue({
      text: group.map(({ text }) => text).join(" "),
      start: group[0]?.startMs ?? null,
      end: Math.max(...group.map(({ endMs }) => endMs)),
      speaker: group[0]?.speaker,
      words: group.map(({ text, startMs, endMs, confidence }) => ({
        text,
        startMs,
        endMs,
        confidence,
      })),
    }),
  );
}

/** How people are called that a recogniser only numbers: "SPEAKER_00" stays, 0 is "Speaker 1". */
export const speakerName = (value: unknown): string | null => {
  if (typeof value === "number") return `Speaker ${value + 1}`;
  const name = string(value)?.trim() ?? "";
  if (/^[A-Z]$/.test(name) || /^\d{1,3}$/.test(name)) return `Speaker ${name}`;
  return name === "" ? null : name;
};
