import { inverseFrequency, saturated } from "../../text/bm25.ts";
import { occurrences, stemColumns, termRows } from "../../text/terms.ts";
import type { EmbeddedSegment } from "../../types.ts";
import type { Heading } from "../headings.ts";
import type { AssetVersion } from "../versions.ts";
import type { Hit } from "../search-index.ts";
import type { SearchTerm } from "../../text/terms.ts";

export interface SegmentEntry {
  readonly version: AssetVersion;
  readonly segment: EmbeddedSegment;
  /** Those of its recording. */
  readonly headings: readonly Heading[];
}

/**
 * BM25 over text, speaker and what stands for scripts without spaces: statistics of all rows, hits
 * only among the wanted ones.
 */
export function rank(
  rows: readonly SegmentEntry[],
  terms: readonly SearchTerm[],
  wanted: ReadonlySet<EmbeddedSegment>,
): Hit[] {
  const phrases = terms.flatMap(termRows);
  const documents = rows.map((row) => {
    const columns = stemColumns(row.segment, row.version.language);
    return {
      row,
      length: columns.reduce((sum, column) => sum + column.length, 0),
      counts: phrases.map((phrase) =>
        columns.reduce((sum, column) => sum + occurrences(column, phrase), 0),
      ),
    };
  });
  const meanLength =
    documents.reduce((sum, { length }) => sum + length, 0) / Math.max(1, documents.length);
  const idf = phrases.map((_, i) => {
    const having = documents.filter(({ counts }) => (counts[i] ?? 0) > 0).length;
    return inverseFrequency(documents.length, having);
  });
  return documents
    .filter(({ row, counts }) => wanted.has(row.segment) && counts.some((count) => count > 0))
    .map(({ row, length, counts }) =>
      hitOf(
        row,
        counts.reduce(
          (sum, count, i) => sum + (idf[i] ?? 0) * saturated(count, length, meanLength),
          0,
        ),
      ),
    )
    .toSorted(compareHits);
}

/** The law of `Store.termWeights`. */
export const countTermWeights = (
  all: readonly SegmentEntry[],
  terms: readonly SearchTerm[],
): number[] =>
  terms.map((term) => {
    if (termRows(term).length === 0) return 0;
    const having = all.filter((entry) => hasTerm(entry, term)).length;
    return inverseFrequency(all.length, having);
  });

/** Whether a segment has the term, as `rank` sees it. */
export const hasTerm = ({ segment, version }: SegmentEntry, term: SearchTerm): boolean =>
  termRows(term).some((row) =>
    stemColumns(segment, version.language).some((column) => occurrences(column, row) > 0),
  );

export function hitOf({ version, segment }: SegmentEntry, score: number): Hit {
  const { vector: _, ...rest } = segment;
  return {
    asset: version.id,
    segment: rest,
    score,
    origin: version.origin,
    engine: version.engine,
    language: version.language,
  };
}

export const compareHits = (a: Hit, b: Hit): number =>
  b.score - a.score ||
  Buffer.compare(Buffer.from(a.asset), Buffer.from(b.asset)) ||
  a.segment.index - b.segment.index;
