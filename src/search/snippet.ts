import { fold, type Token, tokens } from "./words.ts";

export interface Piece {
  readonly text: string;
  readonly matched: boolean;
}

/** What to mark: a word however inflected (or several in a row), words that begin so, or exact words in a row. */
export type Mark = string | { readonly prefix: string } | { readonly phrase: string };

/** Cuts a text where words match any of the marks; the pieces joined are the text. */
export function markMatches(text: string, marks: readonly Mark[]): readonly Piece[] {
  const words = tokens(text);
  const matched = new Set<number>();
  for (const mark of marks) {
    const found = typeof mark === "object" && "prefix" in mark ? startingWith(text, words, mark.prefix) : inARow(words, typeof mark === "string" ? mark : mark.phrase);
    for (const at of found) matched.add(at);
  }
  return cut(text, words.filter((_, at) => matched.has(at)));
}

/** A term of several words ("o'brien") matches them in a row. */
function inARow(words: readonly Token[], term: string): number[] {
  const wanted = tokens(term);
  if (wanted.length === 0) return [];
  return words.flatMap((_, at) => (wanted.every(({ stem }, offset) => words[at + offset]?.stem === stem) ? wanted.map((__, offset) => at + offset) : []));
}

function startingWith(text: string, words: readonly Token[], prefix: string): number[] {
  const wanted = fold(prefix);
  return words.flatMap(({ start, end }, at) => (wanted !== "" && fold(text.slice(start, end)).startsWith(wanted) ? [at] : []));
}

function cut(text: string, matched: readonly Token[]): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const add = (end: number, isMatch: boolean): void => {
    if (end > done) pieces.push({ text: text.slice(done, end), matched: isMatch });
    done = end;
  };
  for (const { start, end } of matched) {
    add(start, false);
    add(end, true);
  }
  add(text.length, false);
  return pieces;
}
