import type { Hit } from "../backends/backend.ts";

/** Weight of meaning against words; measured over 237 questions about 35 meetings (bench/README.md). */
const MEANING = 0.7;

const keyOf = ({ asset, segment }: Hit): string => `${asset}\0${segment.index}`;

/**
 * One ranking out of two: each list's scores are stretched to 0..1, then added with weights (Shaw and Fox 1994, "Combination of multiple
 * searches", with Lee's 1997 min-max normalisation). A hit that one list lacks has that list's least score. Scores are 0..1.
 */
export function fuse(byWords: readonly Hit[], byMeaning: readonly Hit[]): Hit[] {
  const sums = new Map<string, { readonly hit: Hit; score: number }>();
  const add = (hits: readonly Hit[], weight: number): void => {
    const best = hits[0]?.score ?? 0;
    const least = hits.at(-1)?.score ?? 0;
    const range = best - least;
    for (const hit of hits) {
      const score = weight * (range > 0 ? (hit.score - least) / range : 1);
      const known = sums.get(keyOf(hit));
      if (known) known.score += score;
      else sums.set(keyOf(hit), { hit, score });
    }
  };
  add(byWords, 1 - MEANING);
  add(byMeaning, MEANING);
  return [...sums.values()].map(({ hit, score }) => ({ ...hit, score })).toSorted(byScore);
}

/** Best first; equal scores in the order of files and time, so that the same search gives the same answer. */
function byScore(a: Hit, b: Hit): number {
  if (a.score !== b.score) return b.score - a.score;
  return a.asset === b.asset ? a.segment.index - b.segment.index : a.asset < b.asset ? -1 : 1;
}
