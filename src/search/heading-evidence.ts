import type { HeadingHit, Hit } from "../backends/search-index.ts";

/** How much of a query's words a text has, by their rarity, 0 to 1. */
export type Coverage = (segment: Hit["segment"], language?: string) => number;

/** What the title of a recording and the heading of a chapter say for a segment under them. */
export interface HeadingEvidence {
  readonly heading: string;
  /** 0 to 1, to be weighed. */
  readonly gain: number;
}

/** Sums of shares are not exact. */
const ROUNDING = 1e-9;
/** Titles that are looked at for one query. */
export const MAX_HEADINGS = 50;

/**
 * Makes a measure of what headings add to a segment. A heading stands for the first segment under
 * it as if its words were said there. For the others it only adds words that they lack: "bridge"
 * under the title "Interview with Ada" is what "ada bridge" looks for, while a title that has all
 * of the query says nothing about which of its segments is meant.
 */
export function headingEvidence(
  headings: readonly HeadingHit[],
  coverageOf: Coverage,
  steepness: number,
): (hit: Hit) => HeadingEvidence | undefined {
  const byAsset = Map.groupBy(headings, ({ asset }) => asset);
  const shares = new Map<HeadingHit, number>();
  const shareOf = (one: HeadingHit): number => {
    const share =
      shares.get(one) ?? coverageOf({ ...one.segment, text: one.heading, speaker: null });
    shares.set(one, share);
    return share;
  };
  return ({ asset, segment, language }) => {
    let best: HeadingEvidence | undefined;
    for (const one of byAsset.get(asset) ?? []) {
      if (segment.startMs < one.segment.startMs || segment.startMs >= one.headingEndMs) continue;
      const own = coverageOf(segment, language);
      const both = coverageOf({ ...segment, text: `${segment.text}\n${one.heading}` }, language);
      const isFirst = segment.index === one.segment.index;
      const complements = both > shareOf(one) + ROUNDING;
      const without = isFirst || complements ? own : Math.max(own, shareOf(one));
      const gain = both ** steepness - without ** steepness;
      if (gain > (best?.gain ?? 0)) best = { heading: one.heading, gain };
    }
    return best;
  };
}
