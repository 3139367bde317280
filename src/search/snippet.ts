import { stem } from "./stem.ts";

/** A word of a text: UTF-16 offsets, and the form in which it is compared. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly stem: string;
}

export interface Piece {
  readonly text: string;
  readonly matched: boolean;
}

const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** Words as the keyword index sees them: without case, accents and English endings. */
export function tokens(text: string): Token[] {
  return [...text.matchAll(WORD)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    stem: stem(match[0].normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase()),
  }));
}

/**
 * Cuts a text where words match any of the terms; the pieces joined are the text. A term of several words ("o'brien")
 * matches them in a row.
 */
export function markMatches(text: string, terms: readonly string[]): readonly Piece[] {
  const words = tokens(text);
  const matched = new Set<number>();
  for (const term of terms) {
    const wanted = tokens(term);
    if (wanted.length === 0) continue;
    for (let at = 0; at + wanted.length <= words.length; at++)
      if (wanted.every(({ stem }, offset) => words[at + offset]?.stem === stem)) wanted.forEach((_, offset) => matched.add(at + offset));
  }
  const pieces: Piece[] = [];
  let done = 0;
  const add = (end: number, isMatch: boolean): void => {
    if (end > done) pieces.push({ text: text.slice(done, end), matched: isMatch });
    done = end;
  };
  words.forEach(({ start, end }, index) => {
    if (!matched.has(index)) return;
    add(start, false);
    add(end, true);
  });
  add(text.length, false);
  return pieces;
}
