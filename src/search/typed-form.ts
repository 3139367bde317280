import { isAscii } from "../text/fold.ts";
import type { SearchTerm } from "../text/terms.ts";
import { literally } from "../text/words.ts";
import type { RankedHit } from "./result.ts";

/**
 * "university" is no "universe", and "été" no "et", though the index takes them for one: what has a
 * word in the form that was typed comes first. That counts in short queries alone, with which
 * people look words up; in questions it decides nothing (measured: .398 to .391).
 */
const MAX_LOOKUP_TERMS = 3;

/** What a word weighs that is there in another form only: inflected, or without its accents. */
const OTHER_FORM = 0.9;

/** Among so many of the best by words, whatever the page, the typed form comes first. */
const FORM_DEPTH = 200;

const isLookup = (terms: readonly SearchTerm[]): boolean =>
  terms.length > 0 && terms.length <= MAX_LOOKUP_TERMS;

/** Counts the hits by words that must be read, so that the typed form can come first among them. */
export const formDepth = (terms: readonly SearchTerm[]): number =>
  isLookup(terms) ? FORM_DEPTH : 0;

interface SpokenText {
  readonly text: string;
  readonly speaker: string | null;
}

/** Makes a test whether a text has a word in the very form that was typed, but for its case. */
function formMatcher(term: SearchTerm): (text: string) => boolean {
  if (typeof term !== "string") return () => true;
  const edge = isAscii(term) ? "[a-z0-9]" : "[\\p{L}\\p{N}\\p{M}]";
  const form = new RegExp(
    `(?<!${edge})${literally(term.normalize("NFC"))}(?!${edge})`,
    isAscii(term) ? "i" : "iu",
  );
  return (text) => form.test(isAscii(text) ? text : text.normalize("NFC"));
}

/**
 * Makes a measure of the share of terms that a segment has in the very form that was typed;
 * undefined for a query that is no lookup.
 */
function typedShare(terms: readonly SearchTerm[]): ((segment: SpokenText) => number) | undefined {
  if (!isLookup(terms)) return undefined;
  const forms = terms.map(formMatcher);
  return ({ text, speaker }) =>
    forms.filter((isAsTyped) => isAsTyped(text) || isAsTyped(speaker ?? "")).length / forms.length;
}

/** Makes a measure of coverage in which other forms of short queries count a little less. */
export function preferTypedForm<Segment extends SpokenText>(
  coverageOf: (segment: Segment, language?: string) => number,
  terms: readonly SearchTerm[],
): (segment: Segment, language?: string) => number {
  const shareOf = typedShare(terms);
  if (!shareOf) return coverageOf;
  return (segment, language) => {
    const coverage = coverageOf(segment, language);
    return coverage === 0 ? 0 : coverage * (OTHER_FORM + (1 - OTHER_FORM) * shareOf(segment));
  };
}

/** Puts forward the hits by words that have the words of a short query as they were typed. */
export function typedFormFirst(
  ranked: readonly RankedHit[],
  terms: readonly SearchTerm[],
): readonly RankedHit[] {
  const shareOf = typedShare(terms);
  if (!shareOf) return ranked;
  const best = ranked.slice(0, FORM_DEPTH).map((hit) => {
    const asTyped = shareOf(hit.segment);
    return { ...hit, score: hit.score * (1 + asTyped), explain: { ...hit.explain, asTyped } };
  });
  return [...best.toSorted((a, b) => b.score - a.score), ...ranked.slice(FORM_DEPTH)];
}
