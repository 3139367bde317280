import { foldAsIndex, foldText, isAscii } from "./fold.ts";
import { prefixStems } from "./phrases.ts";
import { numberForms } from "./number-words.ts";
import { loadedInflectors } from "./inflections.ts";
import { joinedWords, sideText } from "./side-text.ts";
import { type TermTokens, termTokens, tokens, wordPattern } from "./words.ts";
import { stem } from "./stem.ts";

/**
 * What a search looks up: a string stands for any inflection of a word, or for several words in a
 * row ("o'brien"); a prefix for every word that begins with it. A term is never query syntax.
 */
export type SearchTerm = string | { readonly prefix: string };

/** Stems that stand in a row where a term is. When `open`, the last one may be longer. */
export interface StemRow {
  readonly row: readonly string[];
  readonly open: boolean;
}

/**
 * Gives the rows of words of which each stands for the term: "o'brien" may be written "obrien", and
 * "25" said "twenty five". Inflections of languages other than English come last, by their stems.
 */
export const termForms = (term: string): TermTokens[] => [
  termTokens(term),
  ...joinedWords(term).map(oneWord),
  ...numberForms(term).map(termTokens),
  ...loadedInflectors().flatMap(({ stems }) => stems(term).map(oneWord)),
];

const oneWord = (word: string): TermTokens => ({ row: [word], open: false });

/**
 * Gives the rows of stems of which each stands for the term. A term without letters has none and is
 * found nowhere.
 */
export function termRows(term: SearchTerm): StemRow[] {
  const { sure, unsure } =
    typeof term === "string" ? { sure: termForms(term), unsure: [] } : prefixStems(term.prefix);
  return [...sure, ...unsure]
    .map(({ row, open }) => ({
      row: row.flatMap((word) => tokens(word).map((token) => token.stem)),
      open,
    }))
    .filter(({ row }) => row.length > 0);
}

/**
 * Gives the stems that the keyword index has of a segment, by column: text, speaker, and what is
 * kept beside them. A row of stems never goes over the end of a column.
 */
export function stemColumns(segment: SpokenText, language?: string): string[][] {
  const [text, speaker, beside] = columns(segment, language);
  return [stemsAsIndexed(text), stemsAsIndexed(speaker), stemsOf(beside)];
}

const stemsOf = (text: string): string[] => tokens(text).map((token) => token.stem);

/**
 * The tokenizer folds less than we do; what it leaves is in the side text, folded. A word that was
 * folded here too would count twice.
 */
const stemsAsIndexed = (text: string): string[] =>
  isAscii(text)
    ? stemsOf(text)
    : (text.match(wordPattern(text)) ?? []).map((word) => stem(foldAsIndex(word)));

/** Counts how often a row is in a column. */
export function occurrences(column: readonly string[], { row, open }: StemRow): number {
  let found = 0;
  for (let at = 0; at + row.length <= column.length; at++)
    if (rowMatchesAt(column, at, row, open)) found++;
  return found;
}

function rowMatchesAt(
  column: readonly string[],
  at: number,
  row: readonly string[],
  open: boolean,
): boolean {
  for (let i = 0; i < row.length; i++) {
    const [said, wanted] = [column[at + i] as string, row[i] as string];
    if (said !== wanted && !(open && i === row.length - 1 && said.startsWith(wanted))) return false;
  }
  return true;
}

export interface SpokenText {
  readonly text: string;
  readonly speaker: string | null;
}

const columns = (
  { text, speaker }: SpokenText,
  language: string | undefined,
): readonly [string, string, string] => [
  text,
  speaker ?? "",
  sideText(text, speaker, language) ?? "",
];

const isIn = (column: readonly string[], wanted: StemRow): boolean =>
  wanted.row.length > 1 || wanted.open
    ? occurrences(column, wanted) > 0
    : column.includes(wanted.row[0] as string);

/**
 * Makes a measure of how much of a query a segment has: the weights of the terms in it as a share
 * of all weights, 0 to 1. It counts neither how often a term is said nor how long the segment is.
 */
export function coverageOf(
  terms: readonly SearchTerm[],
  weights: readonly number[],
): (segment: SpokenText, language?: string) => number {
  const wanted = terms.map((term, i) => ({ rows: termRows(term), weight: weights[i] ?? 0 }));
  const total = wanted.reduce((sum, { weight }) => sum + weight, 0);
  const rows = wanted.flatMap((term) => term.rows);
  // A word begins as its stem does, but for the stem's last letter ("happy", "happi"). So most
  // words can be ruled out without their stem, and without any look at them when every row is one
  // word.
  const beginnings = rows.flatMap(({ row }) => row.map((word) => word.slice(0, -1)));
  const begun = rows.every(({ row }) => row.length === 1)
    ? new RegExp(`(?<![a-z0-9])(?:${beginnings.join("|")})[a-z0-9]*`, "g")
    : undefined;
  const stems = new Map<string, string>();
  const stemOf = (word: string): string => {
    const known = stems.get(word);
    if (known !== undefined) return known;
    const found = beginnings.some((beginning) => word.startsWith(beginning)) ? stem(word) : "";
    stems.set(word, found);
    return found;
  };
  const stemsOf = (text: string): string[] => {
    const folded = foldText(text);
    return folded.match(begun && isAscii(folded) ? begun : wordPattern(folded))?.map(stemOf) ?? [];
  };
  return ({ text, speaker }, language) => {
    const said = [stemsOf(text), stemsOf(speaker ?? "")];
    // What the index keeps beside a text is made when a term is nowhere else.
    let beside: readonly string[] | undefined;
    const has = wanted.filter(({ rows }) =>
      rows.some(
        (row) =>
          said.some((column) => isIn(column, row)) ||
          isIn((beside ??= stemsOf(sideText(text, speaker, language) ?? "")), row),
      ),
    );
    return total > 0 ? has.reduce((sum, { weight }) => sum + weight, 0) / total : 0;
  };
}
