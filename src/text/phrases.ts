import { stem } from "./stem.ts";
import {
  fold,
  isUnspaced,
  literally,
  type TermTokens,
  termTokens,
  UNSPACED,
  wordPattern,
} from "./words.ts";

const ENDINGS = (
  "s es ies ed ied ing ings e y ly al ally ance ence er ers ic able ible ant ement ment ent ion ions ation ational tional ism ate ated ating ity ous ously ive ively " +
  "ize ise ized ised izing ising ization isation ful ness ality ivity bility icate ative icity ical ator ancy ency"
).split(" ");
const MIN_OPEN = 3;
/** Stems that end so are also those of words which are written otherwise there: "taking" has "take", "happy" "happi", "ability" "abl". */
const CHANGING = /(?:[ei]|bl)$/;

/**
 * Where words that begin with a prefix are in an index of stems: under stems that begin so, and under shorter ones ("communi" is in "community",
 * whose stem is "commun"). All but `sure` holds other words too, so that the texts have to be looked at.
 */
export interface PrefixStems {
  readonly sure: readonly TermTokens[];
  readonly unsure: readonly TermTokens[];
}

export function prefixStems(prefix: string): PrefixStems {
  const wanted = fold(prefix);
  if (isUnspaced(wanted)) return { sure: [termTokens(wanted)], unsure: [] };
  const stemmed = stem(wanted);
  const open: TermTokens = { row: [stemmed], open: true };
  const whole = new Set<string>();
  for (const ending of ["", ...ENDINGS])
    for (let written = 0; written <= ending.length; written++)
      if (wanted.endsWith(ending.slice(0, written)))
        whole.add(stem(wanted + ending.slice(written)));
  const others = [...whole]
    .filter((one) => !one.startsWith(stemmed) || (stemmed !== wanted && stemmed.length < MIN_OPEN))
    .map((one): TermTokens => ({ row: [one], open: false }));
  if (stemmed === wanted && !CHANGING.test(wanted)) return { sure: [open], unsure: others };
  const asWritten: TermTokens = { row: [wanted], open: true };
  return {
    sure: [],
    unsure:
      stemmed.length < MIN_OPEN || stemmed === wanted
        ? [asWritten, ...others]
        : [asWritten, open, ...others],
  };
}

/** Whether a word of the text begins with the prefix, whatever case and accents. */
export function prefixMatcher(prefix: string): (text: string) => boolean {
  const wanted = literally(fold(prefix));
  if (wanted === "") return () => false;
  const pattern = new RegExp(`${isUnspaced(prefix) ? "" : BEFORE}${wanted}`, "u");
  return (text) => pattern.test(fold(text));
}

const LETTER = "[\\p{L}\\p{N}\\p{M}\\p{Co}]";
const GAP = "[^\\p{L}\\p{N}\\p{M}\\p{Co}]";
/** Edges of words; a script without spaces beside one is an edge too. */
const BEFORE = `(?<!(?!${UNSPACED})${LETTER})`;
const AFTER = `(?!(?!${UNSPACED})${LETTER})`;

export interface PhraseMatcher {
  readonly isIn: (text: string) => boolean;
  readonly isStartOf: (text: string) => boolean;
  readonly isEndOf: (text: string) => boolean;
}

/** Exact words in a row, whatever case, accents and punctuation; scripts without spaces need no edges of words. */
export function phraseMatcher(phrase: string): PhraseMatcher {
  const words = phraseWords(phrase);
  if (words.length === 0)
    return { isIn: () => false, isStartOf: () => false, isEndOf: () => false };
  const joined = words
    .map(
      (word, at) =>
        literally(word) +
        (at === words.length - 1 ? "" : `${GAP}${isUnspaced(word.at(-1) ?? "") ? "*" : "+"}`),
    )
    .join("");
  const body = `${isUnspaced(words[0]?.[0] ?? "") ? "" : BEFORE}${joined}${isUnspaced(words.at(-1)?.at(-1) ?? "") ? "" : AFTER}`;
  const test = (pattern: string): ((text: string) => boolean) => {
    const compiled = new RegExp(pattern, "u");
    return (text) => compiled.test(normal(text));
  };
  return { isIn: test(body), isStartOf: test(`^${GAP}*${body}`), isEndOf: test(`${body}${GAP}*$`) };
}

const normal = (text: string): string => fold(text.normalize("NFKC"));

export function phraseWords(phrase: string): string[] {
  const plain = normal(phrase);
  return plain.match(wordPattern(plain)) ?? [];
}

/** Every way in which a phrase can end in a text that it did not begin in: `right` there, `left` before. */
export function splits(phrase: string): { readonly left: string; readonly right: string }[] {
  const words = phraseWords(phrase);
  return words.slice(1).map((_, at) => ({
    left: words.slice(0, at + 1).join(" "),
    right: words.slice(at + 1).join(" "),
  }));
}

/** A phrase runs over so many ends of segments at most: people put in an "okay" now and then. */
export const MAX_ENDS = 4;

/** Whether a text and what was said between end with the phrase, which begins in the text and not later. */
export function endsFrom(phrase: string): (text: string, between: string) => boolean {
  const { isEndOf } = phraseMatcher(phrase);
  return (text, between) =>
    between === "" ? isEndOf(text) : !isEndOf(between) && isEndOf(`${text} ${between}`);
}
