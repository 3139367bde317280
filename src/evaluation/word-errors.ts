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

/**
 * What is counted: normalised English words; words of other languages in lower case without
 * punctuation; letters where a script has no spaces.
 */
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

/** A cell of the table holds four numbers: cost, substitutions, deletions, insertions. */
const CELL = 4;
const SUBSTITUTED = 1;
const DELETED = 2;
const INSERTED = 3;

/** Fills the cell in column `column` of `next` from the cheapest of its three neighbours. */
function fillCell(row: Uint32Array, next: Uint32Array, column: number, isSame: boolean): void {
  const here = column * CELL;
  const diagonal = row.subarray(here - CELL, here);
  const above = row.subarray(here, here + CELL);
  const left = next.subarray(here - CELL, here);
  const costOf = (cell: Uint32Array): number => (cell[0] ?? 0) + 1;
  const diagonalCost = (diagonal[0] ?? 0) + (isSame ? 0 : 1);
  let [cheapest, kind] = [diagonal, SUBSTITUTED];
  if (diagonalCost > Math.min(costOf(above), costOf(left)))
    [cheapest, kind] = costOf(above) <= costOf(left) ? [above, DELETED] : [left, INSERTED];
  next.set(cheapest, here);
  if (kind === SUBSTITUTED && isSame) return;
  next[here] = costOf(cheapest);
  next[here + kind] = (cheapest[kind] ?? 0) + 1;
}

/**
 * Substitutions, deletions and insertions of the cheapest way from one list of words to another
 * (Levenshtein). Costs time by the product of their lengths, memory by the shorter.
 */
export function wordErrors(reference: readonly string[], heard: readonly string[]): WordErrors {
  const width = heard.length + 1;
  let row = new Uint32Array(width * CELL);
  for (let column = 1; column < width; column++)
    [row[column * CELL], row[column * CELL + INSERTED]] = [column, column];
  reference.forEach((word, i) => {
    const next = new Uint32Array(width * CELL);
    [next[0], next[DELETED]] = [i + 1, i + 1];
    for (let column = 1; column < width; column++)
      fillCell(row, next, column, word === heard[column - 1]);
    row = next;
  });
  const last = (width - 1) * CELL;
  return {
    substituted: row[last + SUBSTITUTED] ?? 0,
    deleted: row[last + DELETED] ?? 0,
    inserted: row[last + INSERTED] ?? 0,
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
