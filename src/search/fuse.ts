import type { Hit } from "../backends/backend.ts";
import type { RankedHit } from "./answer.ts";

/** Weight of meaning against words; measured over 237 questions about 35 meetings (bench/README.md). */
const MEANING = 0.7;

const keyOf = ({ asset, segment }: Hit): string => `${asset}\0${segment.index}`;

/**
 * One ranking out of two: each list's scores are stretched to 0..1, then added with weights (Shaw and Fox 1994, "Combination of multiple
 * searches", with Lee's 1997 min-max normalisation). A hit that one list lacks has that list's least score. Scores are 0..1.
 */
export function fuse(byWords: readonly Hit[], byMeaning: readonly Hit[]): RankedHit[] {
  const [words, meaning] = [stretched(byWords), stretched(byMeaning)];
  const all = new Map([...byWords, ...byMeaning].map((hit) => [keyOf(hit), hit]));
  return [...all].map(([key, hit]) => {
    const [word, near] = [words.get(key), meaning.get(key)];
    const score = (1 - MEANING) * (word?.stretched ?? 0) + MEANING * (near?.stretched ?? 0);
    return { ...hit, score, explain: { bm25: word?.score ?? null, cosine: near?.score ?? null, wordsWeight: 1 - MEANING, meaningWeight: MEANING } };
  }).toSorted(byScore);
}

function stretched(hits: readonly Hit[]): Map<string, { readonly score: number; readonly stretched: number }> {
  const best = hits[0]?.score ?? 0;
  const least = hits.at(-1)?.score ?? 0;
  const range = best - least;
  return new Map(hits.map((hit) => [keyOf(hit), { score: hit.score, stretched: range > 0 ? (hit.score - least) / range : 1 }]));
}

/** Best first; equal scores in the order of files and time, so that the same search gives the same answer. */
function byScore(a: Hit, b: Hit): number {
  if (a.score !== b.score) return b.score - a.score;
  return a.asset === b.asset ? a.segment.index - b.segment.index : a.asset < b.asset ? -1 : 1;
}
