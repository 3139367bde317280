import { readFile } from "node:fs/promises";
import type { Transcript } from "../asr/transcriber.ts";
import type { Cue, Language, WordTime } from "../types.ts";
import type { ReferenceSample } from "./references.ts";
import { parseRttm } from "./rttm.ts";
import { type SpeakerErrors, speakerErrors } from "./speaker-errors.ts";
import { countedWords } from "./word-errors.ts";

/** What a recogniser found out besides words, where the reference says what is right. */
export interface BeyondWords {
  /** The language that it found, and the one that it should have; "und" where it was not sure. */
  readonly language: { readonly heard: Language; readonly expected: Language } | null;
  /** How many people it told apart, and whose words it gave to others; null without speakers. */
  readonly speakers: {
    readonly heard: number;
    readonly expected: number;
    readonly errors: SpeakerErrors;
  } | null;
  /**
   * By how much the beginnings of words are off, in milliseconds: one number for each word that is
   * in both, smallest first; null where either has no times of words.
   */
  readonly wordOffsetsMs: readonly number[] | null;
}

/** Within so much of each beginning and end of a turn nothing counts, as in `bench speakers`. */
const COLLAR_MS = 250;

export async function measureBeyondWords(
  { language, cues, annotation }: ReferenceSample,
  heard: Transcript,
): Promise<BeyondWords> {
  return {
    language: language === undefined ? null : { heard: heard.language, expected: language },
    speakers: annotation === undefined ? null : await measureSpeakersOf(annotation, heard.cues),
    wordOffsetsMs: wordOffsets(cues ?? [], heard.cues),
  };
}

/** "de" is right for "de-AT". */
export const isRightLanguage = ({ language }: BeyondWords): boolean =>
  language !== null && primary(language.heard) === primary(language.expected);

const primary = (tag: Language): string => tag.toLowerCase().split("-", 1)[0] ?? "";

async function measureSpeakersOf(
  annotation: string,
  cues: readonly Cue[],
): Promise<BeyondWords["speakers"]> {
  const turns = cues.flatMap(({ startMs, endMs, speaker }) =>
    speaker === null ? [] : [{ startMs, endMs, speaker }],
  );
  if (turns.length === 0) return null;
  const reference = parseRttm(await readFile(annotation, "utf8"), annotation);
  const count = (all: readonly { readonly speaker: string }[]): number =>
    new Set(all.map(({ speaker }) => speaker)).size;
  return {
    heard: count(turns),
    expected: count(reference),
    errors: speakerErrors(reference, turns, COLLAR_MS),
  };
}

/** Two words further apart are not the same one. */
const MAX_OFFSET_MS = 3000;

function wordOffsets(reference: readonly Cue[], heard: readonly Cue[]): readonly number[] | null {
  const right = wordsOf(reference);
  const got = wordsOf(heard);
  if (right.length === 0 || got.length === 0) return null;
  const offsets: number[] = [];
  let next = 0;
  for (const { text, startMs } of right) {
    while ((got[next]?.startMs ?? Infinity) < startMs - MAX_OFFSET_MS) next++;
    for (let at = next; (got[at]?.startMs ?? Infinity) <= startMs + MAX_OFFSET_MS; at++) {
      if (got[at]?.text !== text) continue;
      offsets.push(Math.abs((got[at]?.startMs ?? 0) - startMs));
      next = at + 1;
      break;
    }
  }
  return offsets.length === 0 ? null : offsets.toSorted((a, b) => a - b);
}

const wordsOf = (cues: readonly Cue[]): readonly WordTime[] =>
  cues.flatMap(({ words }) =>
    (words ?? []).map((word) => ({
      ...word,
      text: countedWords(word.text, "und").join(""),
    })),
  );
