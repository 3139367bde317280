import { foldText } from "./fold.ts";
import { stem } from "./stem.ts";
import {
  isUnspaced,
  literally,
  type TermTokens,
  termTokens,
  WORD_EDGES,
  wordPattern,
} from "./words.ts";

const WORD_ENDINGS = (
  "s es ies ed ied ing ings e y ly al ally ance ence er ers ic able ible ant ement ment ent ion ions ation ational tional ism ate ated ating ity ous ously ive ively " +
  "ize ise ized ised izing ising ization isation ful ness ality ivity bility icate ative icity ical ator ancy ency"
).split(" ");
const MIN_OPEN = 3;
/**
 * The end of these stems is not what the word has in that place: the stem of "taking" is "take", of
 * "happy" "happi", of "ability" "abl".
 */
const CHANGING = /(?:[ei]|bl)$/;

/**
 * The stems under which an index has the words that begin with a prefix: stems that begin with it,
 * and shorter ones ("communi" is in "community", whose stem is "commun"). The stems in `unsure`
 * hold other words too, so the caller must check the texts.
 */
export interface PrefixStems {
  readonly sure: readonly TermTokens[];
  readonly unsure: readonly TermTokens[];
}

export function prefixStems(prefix: string): PrefixStems {
  const wanted = foldText(prefix);
  if (isUnspaced(wanted)) return { sure: [termTokens(wanted)], unsure: [] };
  const stemmed = stem(wanted);
  const open: TermTokens = { row: [stemmed], open: true };
  const whole = new Set<string>();
  for (const ending of ["", ...WORD_ENDINGS])
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

/** Makes a test whether a word of a text begins with the prefix, whatever its case and accents. */
export function prefixMatcher(prefix: string): (text: string) => boolean {
  const wanted = literally(foldText(prefix));
  if (wanted === "") return () => false;
  const pattern = new RegExp(`${isUnspaced(prefix) ? "" : BEFORE}${wanted}`, "u");
  return (text) => pattern.test(foldText(text));
}

const GAP = "[^\\p{L}\\p{N}\\p{M}\\p{Co}]";
const [BEFORE, AFTER] = WORD_EDGES;

export interface PhraseMatcher {
  readonly isIn: (text: string) => boolean;
  readonly isStartOf: (text: string) => boolean;
  readonly isEndOf: (text: string) => boolean;
}

/**
 * Makes tests for exact words in a row, whatever their case, accents and punctuation. In scripts
 * without spaces a phrase may begin and end within a word.
 */
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
    return (text) => compiled.test(foldText(text));
  };
  return { isIn: test(body), isStartOf: test(`^${GAP}*${body}`), isEndOf: test(`${body}${GAP}*$`) };
}

function phraseWords(phrase: string): string[] {
  const plain = foldText(phrase);
  return plain.match(wordPattern(plain)) ?? [];
}

/**
 * Lists every way to split a phrase between two texts: `left` ends the first, `right` begins the
 * second.
 */
export function splits(phrase: string): { readonly left: string; readonly right: string }[] {
  const words = phraseWords(phrase);
  return words.slice(1).map((_, at) => ({
    left: words.slice(0, at + 1).join(" "),
    right: words.slice(at + 1).join(" "),
  }));
}

/** A phrase runs over so many ends of segments at most: people put in an "okay" now and then. */
export const MAX_ENDS = 4;

/**
 * Makes a test whether a text and what was said after it (`between`) end with the phrase, and the
 * phrase begins in the text itself.
 */
export function endsFrom(phrase: string): (text: string, between: string) => boolean {
  const { isEndOf } = phraseMatcher(phrase);
  return (text, between) =>
    between === "" ? isEndOf(text) : !isEndOf(between) && isEndOf(`${text} ${between}`);
}
