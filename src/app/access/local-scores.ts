import type { Hit } from "../../backends/search-index.ts";
import { occurrences, stemColumns, type SearchTerm, termRows } from "../../text/terms.ts";

/** The usual constants of BM25 (https://www.sqlite.org/fts5.html#the_bm25_function). */
const K1 = 1.2;
const B = 0.75;
/** Words of a segment, about. A mean over all segments would tell of those that nobody may see. */
const MEAN_LENGTH = 20;

/**
 * Orders hits by BM25 with weights that the caller knows, best first. The scores of an index that
 * holds more than the caller may see would tell how often words occur in the rest.
 */
export function scoreHits(
  hits: readonly Hit[],
  terms: readonly SearchTerm[],
  weights: readonly number[],
): Hit[] {
  const wanted = terms.map((term, i) => ({ rows: termRows(term), weight: weights[i] ?? 0 }));
  return hits
    .map((hit) => {
      const columns = stemColumns(hit.segment, hit.language);
      const length = columns.reduce((sum, column) => sum + column.length, 0);
      const norm = K1 * (1 - B + (B * length) / MEAN_LENGTH);
      let score = 0;
      for (const { rows, weight } of wanted) {
        let count = 0;
        for (const row of rows) for (const column of columns) count += occurrences(column, row);
        score += (weight * count * (K1 + 1)) / (count + norm);
      }
      return { ...hit, score };
    })
    .toSorted(
      (a, b) =>
        b.score - a.score || compareText(a.asset, b.asset) || a.segment.index - b.segment.index,
    );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
