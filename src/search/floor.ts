import type { RankedHit } from "./result.ts";

/**
 * Nothing is found by chance: a hit that has no word of the query must be so near in meaning that
 * words which nobody said seldom come as near. Cosines differ from model to model, so that a model
 * which was not measured has no floor. `npm run bench:quality` prints what this one loses and what
 * it keeps out (docs/decisions/0012-floor.md).
 */
interface Calibration {
  /** The beginning of the model's name, as libraries are marked with it. */
  readonly model: string;
  /** The least cosine where words of the query are said somewhere. */
  readonly near: number;
  /** Where none of them is said: the least cosine in a library of one segment. */
  readonly alone: number;
  /** The nearest of ten times as many unrelated segments is nearer by this. */
  readonly perDecade: number;
  /**
   * Several words are less often near to something by chance than one: for each more, up to three.
   */
  readonly perWord: number;
  readonly most: number;
}

const CALIBRATIONS: readonly Calibration[] = [
  {
    model: "all-MiniLM-L6-v2",
    near: 0.2,
    alone: 0.2,
    perDecade: 0.058,
    perWord: -0.03,
    most: 0.5,
  },
];

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

/** The least cosine of a hit that has no word of the query. */
export function cosineFloor({ model, isSaid, wordCount, segmentCount }: Asked): number {
  const known = CALIBRATIONS.find((one) => model?.startsWith(one.model) === true);
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
