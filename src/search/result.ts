import type { Hit } from "../backends/search-index.ts";
import type { Mark } from "./snippet.ts";

/**
 * How a hit came by its score: named numbers, null for a part that did not find it. `bm25` (relevance of the words) and `cosine` (nearness in
 * meaning: the mean of the cosines with the segment and with the passages around it) are always there; what else there is says how they were weighed.
 */
export type Explain = { readonly bm25: number | null; readonly cosine: number | null } & Readonly<
  Record<string, number | null>
>;

export interface RankedHit extends Hit {
  readonly explain: Explain;
}

export interface SearchAnswer {
  /** How many hits there are to page through. */
  readonly total: number;
  /** "all": every segment that matches is counted. "ranked": nearness in meaning has no natural end, so the best are ranked, at most 1,000. */
  readonly totalIs: "all" | "ranked";
  readonly hits: readonly RankedHit[];
  /** What to mark in the texts, for `markMatches`. */
  readonly marks: readonly Mark[];
  /** The query with words that occur nowhere put right; null when there is nothing to put right. */
  readonly didYouMean: string | null;
}
