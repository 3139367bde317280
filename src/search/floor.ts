import { calibrationOf } from "./calibrations.ts";
import type { RankedHit } from "./result.ts";

const MAX_WORDS = 3;

export interface Asked {
  /** Marks the library's vectors; undefined where it has none. */
  readonly model: string | undefined;
  /** Whether a word of the query is said anywhere that was searched. */
  readonly isSaid: boolean;
  /** Telling words of the query. */
  readonly wordCount: number;
  /** How many segments were searched. */
  readonly segmentCount: number;
}

/**
 * The least cosine of a hit that has no word of the query. Nothing is found by chance: it must be
 * so near in meaning that words which nobody said seldom come as near. `npm run bench:quality`
 * prints what this loses and what it keeps out.
 */
export function cosineFloor({ model, isSaid, wordCount, segmentCount }: Asked): number {
  const known = calibrationOf(model);
  if (!known) return -Infinity;
  if (isSaid) return known.near;
  const chance = known.alone + known.perDecade * Math.log10(Math.max(1, segmentCount));
  const more = Math.max(0, Math.min(MAX_WORDS, wordCount) - 1);
  return Math.min(known.most, chance + more * known.perWord);
}

/** Whether a hit stays. What was found by words always does. */
export const isAbove =
  (floor: number) =>
  ({ explain: { bm25, cosine, coverage } }: RankedHit): boolean =>
    bm25 !== null || (coverage ?? 0) > 0 || (cosine ?? -1) >= floor;
