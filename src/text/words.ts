import { foldText, INVISIBLE_CLASS, isAscii } from "./fold.ts";
import { stem } from "./stem.ts";

/** A word of a text: UTF-16 offsets, and the form in which it is compared. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly stem: string;
}

const WIDE_LETTERS = "[\\p{L}\\p{N}\\p{M}\\p{Co}]+";
let widePattern: RegExp | undefined;

/** Matches words: letters, digits and marks, with invisible signs inside. */
export const wordPattern = (text: string): RegExp =>
  isAscii(text)
    ? /[A-Za-z0-9]+/g
    : (widePattern ??= new RegExp(`${WIDE_LETTERS}(?:${INVISIBLE_CLASS}+${WIDE_LETTERS})*`, "gu"));

/**
 * Scripts written without spaces between words, and Korean, whose words carry their particles with
 * them.
 */
export const UNSPACED =
  "[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}]";

const LETTER = "[\\p{L}\\p{N}\\p{M}\\p{Co}]";

/**
 * Expressions for the edges of a word, before and after it. A letter of a script without spaces
 * beside the word is an edge too.
 */
export const WORD_EDGES = [
  `(?<!(?!${UNSPACED})${LETTER})`,
  `(?!(?!${UNSPACED})${LETTER})`,
] as const;

/**
 * Takes the words out of a text as the keyword index does: without case, accents and English
 * endings.
 */
export function tokens(text: string): Token[] {
  return [...text.matchAll(wordPattern(text))].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    stem: stem(foldText(match[0])),
  }));
}

/**
 * All scripts without spaces lie in this range, which begins with Thai. Most texts have none of it,
 * and this test is quick.
 */
const LATER = /[\u0e00-\uffff]/;

/** Escapes a text, so that it matches itself in a regular expression with the flag `u`. */
export const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

let unspaced: RegExp | undefined;

export const isUnspaced = (text: string): boolean =>
  LATER.test(text) && (unspaced ??= new RegExp(UNSPACED, "u")).test(text);

interface LetterRun {
  readonly letters: readonly string[];
  readonly unspaced: boolean;
}

/**
 * Cuts a word into runs of one kind of script: "iPhone手机" gives two. Compatibility forms
 * (half-width kana) and marks make no difference.
 */
function runs(word: string): LetterRun[] {
  const runs: { letters: string[]; readonly unspaced: boolean }[] = [];
  for (const letter of word.normalize("NFKC").toLowerCase().replace(/\p{M}/gu, "")) {
    const unspaced = isUnspaced(letter);
    const last = runs.at(-1);
    if (last && (last.unspaced === unspaced || /\p{N}/u.test(letter))) last.letters.push(letter);
    else runs.push({ letters: [letter], unspaced });
  }
  return runs;
}

/**
 * Gives the two letters that begin at every letter; the last letter stands alone, so that every
 * letter begins a pair.
 */
const pairs = (letters: readonly string[]): string[] =>
  letters.map((letter, at) => letter + (letters[at + 1] ?? ""));

/**
 * Gives what the keyword index keeps beside a text in scripts without spaces: overlapping pairs of
 * letters, as words; null for other texts. Pairs need no dictionary and find every substring (Nie,
 * Gao, Zhang and Zhou 2000, "On the use of words and n-grams for Chinese information retrieval").
 */
export function grams(text: string): string | null {
  if (!isUnspaced(text)) return null;
  const found = [...text.matchAll(wordPattern(text))]
    .filter(([word]) => isUnspaced(word))
    .flatMap(([word]) => runs(word))
    .flatMap(({ letters, unspaced }) => (unspaced ? pairs(letters) : [letters.join("")]));
  return found.length > 0 ? found.join(" ") : null;
}

/**
 * The words of the index that stand in a row where a term is found. When `open`, the last of them
 * may be longer.
 */
export interface TermTokens {
  readonly row: readonly string[];
  readonly open: boolean;
}

/**
 * Gives the words by which the index finds a term. A term of several words ("o'brien") is those
 * words in a row.
 */
export function termTokens(term: string): TermTokens {
  const all = [...term.matchAll(wordPattern(term))].flatMap(([word]) =>
    isUnspaced(word) ? runs(word) : [{ letters: [...foldText(word)], unspaced: false }],
  );
  const last = all.at(-1);
  const row = all.flatMap(({ letters, unspaced }, at) => {
    if (!unspaced) return [letters.join("")];
    return at === all.length - 1 && letters.length > 1
      ? pairs(letters).slice(0, -1)
      : pairs(letters);
  });
  return { row, open: last?.unspaced === true && last.letters.length === 1 };
}
