import type { Condition, Hit } from "../backends/search-index.ts";
import type { MarkedTerm } from "./snippet.ts";

/**
 * How a hit came by its score: named numbers, null for a part that did not find it. `bm25`
 * (relevance of the words) and `cosine` (nearness in meaning: the mean of the cosines with the
 * segment and with the passages around it) are always there; what else there is says how they were
 * weighed.
 */
export type Explain = { readonly bm25: number | null; readonly cosine: number | null } & Readonly<
  Record<string, number | null>
>;

export interface RankedHit extends Hit {
  readonly explain: Explain;
  /** The title or chapter over it that has words of the query which it lacks. */
  readonly heading?: string | undefined;
}

/** The best hit of a moment. */
export interface RankedMoment extends RankedHit {
  /** The other hits of the same moment, best first. */
  readonly folded: readonly RankedHit[];
}

export interface SearchAnswer {
  /** How many hits there are, those that are folded under a better one of their moment included. */
  readonly total: number;
  /** How many moments there are to page through: as many as hits where none is folded. */
  readonly momentTotal: number;
  /**
   * "all": every segment that matches is counted. "ranked": nearness in meaning has no natural end,
   * so the best are ranked, at most 1,000.
   */
  readonly totalIs: "all" | "ranked";
  readonly hits: readonly RankedMoment[];
  /** The terms to mark in the texts, for `markMatches`. */
  readonly marks: readonly MarkedTerm[];
  /**
   * Whether a word of the query is said in what was searched; true where it has none to look for.
   */
  readonly isSaid: boolean;
  /** What the signs of the query ask for, for who tells why nothing was found. */
  readonly where: Condition | undefined;
  /** The query with words that occur nowhere put right; null when there is nothing to put right. */
  readonly didYouMean: string | null;
}
