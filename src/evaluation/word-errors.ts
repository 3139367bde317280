import type { Language } from "../types.ts";
import { englishWords } from "./english.ts";

export interface WordErrors {
  readonly substituted: number;
  readonly deleted: number;
  readonly inserted: number;
  /** Of the reference. */
  readonly words: number;
}

const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/gu;

/** What is counted: normalised English words; words of other languages in lower case without punctuation; letters where a script has no spaces. */
export function countedWords(text: string, language: Language): string[] {
  if (/^en\b/i.test(language)) return englishWords(text);
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\[[^\]]*\]|<[^>]*>/g, " ")
    .replace(SPACELESS, " $& ")
    .replace(/[^\p{L}\p{M}\p{N}'’\s]/gu, " ")
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
}

/** Substitutions, deletions and insertions of the cheapest way from one list of words to another (Levenshtein). Costs time by the product of their lengths, memory by the shorter. */
export function wordErrors(reference: readonly string[], heard: readonly string[]): WordErrors {
  const width = heard.length + 1;
  // Cost, substitutions, deletions, insertions of each cell.
  let row = new Uint32Array(width * 4);
  for (let j = 1; j < width; j++) [row[j * 4], row[j * 4 + 3]] = [j, j];
  reference.forEach((word, i) => {
    const next = new Uint32Array(width * 4);
    [next[0], next[2]] = [i + 1, i + 1];
    for (let j = 1; j < width; j++) {
      const isSame = word === heard[j - 1];
      const [both, deleted, inserted] = [
        (row[j * 4 - 4] ?? 0) + (isSame ? 0 : 1),
        (row[j * 4] ?? 0) + 1,
        (next[j * 4 - 4] ?? 0) + 1,
      ];
      const kind = both <= deleted && both <= inserted ? 1 : deleted <= inserted ? 2 : 3;
      const from =
        kind === 1
          ? row.subarray(j * 4 - 4, j * 4)
          : kind === 2
            ? row.subarray(j * 4, j * 4 + 4)
            : next.subarray(j * 4 - 4, j * 4);
      next.set(from, j * 4);
      if (kind === 1 && isSame) continue;
      next[j * 4] = (from[0] ?? 0) + 1;
      next[j * 4 + kind] = (from[kind] ?? 0) + 1;
    }
    row = next;
  });
  const at = width * 4 - 4;
  return {
    substituted: row[at + 1] ?? 0,
    deleted: row[at + 2] ?? 0,
    inserted: row[at + 3] ?? 0,
    words: reference.length,
  };
}

export const sumErrors = (all: readonly WordErrors[]): WordErrors =>
  all.reduce(
    (sum, one) => ({
      substituted: sum.substituted + one.substituted,
      deleted: sum.deleted + one.deleted,
      inserted: sum.inserted + one.inserted,
      words: sum.words + one.words,
    }),
    { substituted: 0, deleted: 0, inserted: 0, words: 0 },
  );

/** Errors a word of the reference; above 1 when more was invented than said. */
export const errorRate = ({ substituted, deleted, inserted, words }: WordErrors): number =>
  (substituted + deleted + inserted) / Math.max(1, words);
