import { foldText } from "../text/fold.ts";
import { isMarkedStem, loadedInflectors } from "../text/inflections.ts";
import { termRows } from "../text/terms.ts";
import { patternSpans, type TextPattern } from "../text/text-patterns.ts";
import { isUnspaced, type Token, tokens } from "../text/words.ts";

export interface MarkedSpan {
  readonly text: string;
  readonly matched: boolean;
}

/**
 * A term to mark: a word with all its inflections (or several in a row), a beginning of words, or
 * exact words in a row, or a pattern.
 */
export type MarkedTerm =
  | string
  | { readonly prefix: string }
  | { readonly phrase: string }
  | { readonly pattern: TextPattern };

/** A part of a text, as UTF-16 offsets. */
type Span = readonly [start: number, end: number];

/** Cuts a text where words match any of the marks; the pieces joined are the text. */
export function markMatches(text: string, marks: readonly MarkedTerm[]): readonly MarkedSpan[] {
  const words = tokens(text);
  let folded: readonly string[] | undefined;
  const said = (): readonly string[] =>
    (folded ??= words.map(({ start, end }) => foldText(text.slice(start, end))));
  const spans = marks.flatMap((mark): readonly Span[] => {
    if (typeof mark === "object" && "pattern" in mark) return patternSpans(mark.pattern, text);
    if (typeof mark === "object" && "prefix" in mark)
      return spansOf(words, startingWith(said(), foldText(mark.prefix)));
    const wanted = typeof mark === "string" ? mark : mark.phrase;
    if (isUnspaced(wanted)) return substrings(text, wanted);
    if (typeof mark === "string")
      return termRows(mark).flatMap(({ row }) => {
        const [first = ""] = row;
        if (isMarkedStem(first)) return spansOf(words, inflectionsOf(first, text, words));
        return spansOf(
          words,
          inARow(
            words.map(({ stem }) => stem),
            row,
            false,
          ),
        );
      });
    return spansOf(
      words,
      inARow(
        said(),
        tokens(wanted).map(({ start, end }) => foldText(wanted.slice(start, end))),
        true,
      ),
    );
  });
  return cutAtSpans(
    text,
    spans.toSorted((a, b) => a[0] - b[0]),
  );
}

const spansOf = (words: readonly Token[], places: readonly number[]): Span[] =>
  places.flatMap((at) => (words[at] ? [[words[at].start, words[at].end] as const] : []));

/**
 * Places of all words of every occurrence; with `mayGoOn`, also of what stands at an edge of the
 * text and goes on beyond it.
 */
function inARow(words: readonly string[], wanted: readonly string[], mayGoOn: boolean): number[] {
  if (wanted.length === 0) return [];
  const first = mayGoOn ? 1 - wanted.length : 0;
  const lastStart = mayGoOn ? words.length - 1 : words.length - wanted.length;
  const places: number[] = [];
  for (let at = first; at <= lastStart; at++) {
    const inside = wanted.flatMap((_, offset) =>
      at + offset >= 0 && at + offset < words.length ? [offset] : [],
    );
    if (inside.length > 0 && inside.every((offset) => words[at + offset] === wanted[offset]))
      places.push(...inside.map((offset) => at + offset));
  }
  return places;
}

/** Places of the words that have this stem by the endings of some language. */
const inflectionsOf = (stem: string, text: string, words: readonly Token[]): number[] =>
  words.flatMap(({ start, end }, at) =>
    loadedInflectors().some(({ stems }) => stems(text.slice(start, end)).includes(stem))
      ? [at]
      : [],
  );

const startingWith = (words: readonly string[], prefix: string): number[] =>
  prefix === "" ? [] : words.flatMap((word, at) => (word.startsWith(prefix) ? [at] : []));

/** Scripts without spaces have no words, so their letters are compared. */
function substrings(text: string, wanted: string): Span[] {
  const [lower, sought] = [text.toLowerCase(), wanted.toLowerCase()];
  const spans: Span[] = [];
  if (lower.length !== text.length || sought === "") return spans;
  for (let at = lower.indexOf(sought); at >= 0; at = lower.indexOf(sought, at + sought.length))
    spans.push([at, at + sought.length]);
  return spans;
}

/** Joins spans that touch, because they would show as two marks side by side. */
function cutAtSpans(text: string, spans: readonly Span[]): MarkedSpan[] {
  const joined: [number, number][] = [];
  for (const [start, end] of spans) {
    const lastStart = joined.at(-1);
    if (lastStart && start <= lastStart[1]) lastStart[1] = Math.max(lastStart[1], end);
    else if (end > start) joined.push([start, end]);
  }
  const pieces: MarkedSpan[] = [];
  let done = 0;
  for (const [start, end] of joined) {
    if (start > done) pieces.push({ text: text.slice(done, start), matched: false });
    pieces.push({ text: text.slice(start, end), matched: true });
    done = end;
  }
  return done < text.length ? [...pieces, { text: text.slice(done), matched: false }] : pieces;
}
