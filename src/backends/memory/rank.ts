import { prefixStems } from "../../search/exact.ts";
import { grams, type TermTokens, termTokens, tokens } from "../../search/words.ts";
import type { EmbeddedSegment } from "../../types.ts";
import type { AssetVersion, Hit, Term } from "../backend.ts";

export interface Row {
  readonly version: AssetVersion;
  readonly segment: EmbeddedSegment;
}

const K1 = 1.2;
const B = 0.75;
const LEAST_IDF = 1e-6;

/**
 * BM25 over text, speaker and what stands for scripts without spaces, as SQLite's FTS5 computes it (https://www.sqlite.org/fts5.html#the_bm25_function):
 * statistics of all rows, hits only among the wanted ones.
 */
export function rank(rows: readonly Row[], terms: readonly Term[], wanted: ReadonlySet<EmbeddedSegment>): Hit[] {
  const phrases = terms.flatMap(phrasesOf);
  const documents = rows.map((row) => {
    const columns = columnsOf(row.segment);
    return { row, length: columns.reduce((sum, column) => sum + column.length, 0), counts: phrases.map((phrase) => columns.reduce((sum, column) => sum + occurrences(column, phrase), 0)) };
  });
  const meanLength = documents.reduce((sum, { length }) => sum + length, 0) / Math.max(1, documents.length);
  const idf = phrases.map((_, i) => {
    const having = documents.filter(({ counts }) => (counts[i] ?? 0) > 0).length;
    return Math.max(LEAST_IDF, Math.log((documents.length - having + 0.5) / (having + 0.5)));
  });
  return documents
    .filter(({ row, counts }) => wanted.has(row.segment) && counts.some((count) => count > 0))
    .map(({ row, length, counts }) =>
      hitOf(row, counts.reduce((sum, count, i) => sum + (idf[i] ?? 0) * ((count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / meanLength))), 0)))
    .toSorted(byScore);
}

/** The law of `Store.mostText`. */
export const mostText = (all: readonly EmbeddedSegment[], terms: readonly Term[]): number =>
  terms.filter((term) => phrasesOf(term).length > 0).reduce((sum, term) => {
    const having = all.filter((segment) => hasTerm(segment, term)).length;
    return sum + (K1 + 1) * Math.max(LEAST_IDF, Math.log((all.length - having + 0.5) / (having + 0.5)));
  }, 0);

/** Whether a segment has the term, as `rank` sees it. */
export const hasTerm = (segment: EmbeddedSegment, term: Term): boolean =>
  phrasesOf(term).some((phrase) => columnsOf(segment).some((column) => occurrences(column, phrase) > 0));

function phrasesOf(term: Term): TermTokens[] {
  const { sure, unsure } = typeof term === "string" ? { sure: [termTokens(term)], unsure: [] } : prefixStems(term.prefix);
  return [...sure, ...unsure].map(({ row, open }) => ({ row: row.flatMap((word) => tokens(word).map(({ stem }) => stem)), open })).filter(({ row }) => row.length > 0);
}

const columnsOf = ({ text, speaker }: EmbeddedSegment): string[][] => [text, speaker ?? "", grams(text) ?? ""].map((column) => tokens(column).map(({ stem }) => stem));

function occurrences(column: readonly string[], { row, open }: TermTokens): number {
  const fits = (at: number): boolean => row.every((word, i) => (open && i === row.length - 1 ? column[at + i]?.startsWith(word) === true : column[at + i] === word));
  let found = 0;
  for (let at = 0; at + row.length <= column.length; at++) if (fits(at)) found++;
  return found;
}

export function hitOf({ version, segment }: Row, score: number): Hit {
  const { vector: _, ...rest } = segment;
  return { asset: version.id, segment: rest, score, origin: version.origin, engine: version.engine };
}

export const byScore = (a: Hit, b: Hit): number =>
  b.score - a.score || Buffer.compare(Buffer.from(a.asset), Buffer.from(b.asset)) || a.segment.index - b.segment.index;
