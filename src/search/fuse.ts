import type { Hit } from "../backends/backend.ts";
import type { RankedHit } from "./answer.ts";

/**
 * What words weigh against cosine, and how fast that falls when they match in part. Chosen over 237 questions and 128 paraphrases about 35
 * meetings, where neighbouring values give the same within noise (bench/README.md).
 */
const WORDS = 4;
const STEEPNESS = 2;
/** What is said around a segment counts, the less the further away: a Gaussian of 20 s, and so much of the whole. */
const AROUND = 0.3;
const SIGMA_MS = 20_000;
/** Further away the Gaussian is under a twentieth. */
const REACH_MS = 50_000;
/** Hits whose middles are no further apart are one moment. */
const MOMENT_MS = 10_000;

const keyOf = ({ asset, segment }: Hit): string => `${asset}\0${segment.index}`;
const middle = ({ segment }: Hit): number => (segment.startMs + segment.endMs) / 2;

interface Weighed {
  readonly hit: Hit;
  readonly bm25: number | null;
  readonly cosine: number | null;
  readonly own: number;
}

/**
 * One ranking out of two, by what each query's evidence is worth: cosine above the least of its list, and BM25 as a share of what a segment with
 * every term would score (`most`), squared. Where all of a query's rare words are together they decide; where a few of many are found by chance, as with
 * paraphrases, they hardly count. Stretching every list to 0..1 (min-max) can't tell the two apart. A hit's neighbours in time lend it a part of their score.
 */
export function fuse(byWords: readonly Hit[], byMeaning: readonly Hit[], most: number): RankedHit[] {
  const words = new Map(byWords.map((hit) => [keyOf(hit), hit.score]));
  const near = new Map(byMeaning.map((hit) => [keyOf(hit), hit.score]));
  const floor = byMeaning.at(-1)?.score ?? 0;
  const all = [...new Map([...byWords, ...byMeaning].map((hit) => [keyOf(hit), hit]))].map(([key, hit]): Weighed => {
    const [bm25, cosine] = [words.get(key) ?? null, near.get(key) ?? null];
    const share = most > 0 ? Math.min(1, (bm25 ?? 0) / most) : 0;
    return { hit, bm25, cosine, own: (cosine ?? floor) - floor + WORDS * share ** STEEPNESS };
  });
  const ranked = byFile(all).flatMap((weighed) => weighed.map((one, at): RankedHit => {
    const around = smoothed(weighed, at);
    const score = (1 - AROUND) * one.own + AROUND * around;
    return { ...one.hit, score, explain: { bm25: one.bm25, cosine: one.cosine, mostBm25: most, own: one.own, around } };
  }));
  return apart(ranked.toSorted(byScore));
}

function byFile(all: readonly Weighed[]): Weighed[][] {
  const files = new Map<string, Weighed[]>();
  for (const one of all) {
    const known = files.get(one.hit.asset);
    if (known) known.push(one);
    else files.set(one.hit.asset, [one]);
  }
  return [...files.values()].map((weighed) => weighed.toSorted((a, b) => middle(a.hit) - middle(b.hit)));
}

/** Segments that neither list has count as nothing: so many of them are missing as their indices leave out. */
function smoothed(weighed: readonly Weighed[], at: number): number {
  const here = weighed[at];
  if (!here) return 0;
  let [weight, sum] = [1, here.own];
  for (const step of [-1, 1]) {
    let last = here;
    for (let next = at + step; ; next += step) {
      const one = weighed[next];
      const distance = one ? Math.abs(middle(one.hit) - middle(here.hit)) : REACH_MS + 1;
      if (!one || distance > REACH_MS) {
        weight += missing(here, last, step);
        break;
      }
      const gaps = Math.abs(one.hit.segment.index - last.hit.segment.index) - 1;
      const share = gauss(distance);
      weight += share + gaps * gauss((distance + Math.abs(middle(last.hit) - middle(here.hit))) / 2);
      sum += share * one.own;
      last = one;
    }
  }
  return sum / weight;
}

const gauss = (distanceMs: number): number => Math.exp(-(distanceMs ** 2) / (2 * SIGMA_MS ** 2));

/** The weight of what lies beyond the last known neighbour, as if segments were as long as this one. */
function missing(here: Weighed, last: Weighed, step: number): number {
  const length = Math.max(1000, here.hit.segment.endMs - here.hit.segment.startMs);
  let weight = 0;
  let left = step < 0 ? last.hit.segment.index : Infinity;
  for (let distance = Math.abs(middle(last.hit) - middle(here.hit)) + length; distance <= REACH_MS && left > 0; distance += length, left--) weight += gauss(distance);
  return weight;
}

/** Ten hits are ten moments: what lies within a better hit's moment comes after all that are moments of their own. */
function apart(ranked: readonly RankedHit[]): RankedHit[] {
  const taken = new Map<string, number[]>();
  const later: RankedHit[] = [];
  const first = ranked.filter((hit) => {
    const known = taken.get(hit.asset) ?? [];
    const isNear = known.some((at) => Math.abs(at - middle(hit)) <= MOMENT_MS);
    if (isNear) later.push(hit);
    else taken.set(hit.asset, [...known, middle(hit)]);
    return !isNear;
  });
  return [...first, ...later];
}

/** Best first; equal scores in the order of files and time, so that the same search gives the same answer. */
function byScore(a: Hit, b: Hit): number {
  if (a.score !== b.score) return b.score - a.score;
  return a.asset === b.asset ? a.segment.index - b.segment.index : a.asset < b.asset ? -1 : 1;
}
