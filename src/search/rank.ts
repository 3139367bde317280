import type { HeadingHit, Hit } from "../backends/search-index.ts";
import { type Coverage, headingEvidence } from "./heading-evidence.ts";
import type { RankedHit } from "./result.ts";

/**
 * What all of a query's words together weigh against the nearest in meaning, which counts 1, and
 * how fast that falls when only some of them are there. Chosen over 237 questions and 128
 * paraphrases about 35 meetings and 240 lookups of words, where neighbouring values give the same
 * within noise (bench/README.md).
 */
const WORDS = 1.5;
const STEEPNESS = 4;
/** `leastSpan` of models that were not measured. */
const LEAST_SPAN = 0.3;
/**
 * Of the nearest in meaning so many may have the words too, though BM25 has better ones: to look at
 * more texts takes time and finds nothing.
 */
const MAX_COMPARED_NEAREST = 100;
/** What it weighs that the query names who speaks; measured as the other weights were. */
const SPEAKER = 0.25;
/**
 * What the words of a title or chapter weigh against words that are said; `npm run bench:headings`
 * measures what it does to queries that ask for something else (bench/README.md).
 */
const HEADING = 1.25;
export const segmentKey = ({ asset, segment }: Hit): string => `${asset}\0${segment.index}`;

/**
 * One ranking out of two, by what each query's evidence is worth. Nearness: how far the cosine
 * stands out from the least of its list, as a share of how far the best does. Words: the share of
 * the query that a segment has, rare words counting more, to the fourth power: where all are
 * together they decide, where a few of many are found by chance, as with paraphrases, they hardly
 * count. A speaker whom the query names is some evidence too, and so is a heading over a segment.
 * BM25 decides between equals.
 */
export function rankHybrid(
  byWords: readonly Hit[],
  byMeaning: readonly Hit[],
  coverageOf: Coverage,
  {
    speakerShareOf = () => 0,
    leastSpan = LEAST_SPAN,
    headings = [],
  }: {
    readonly speakerShareOf?: (speaker: string | null) => number;
    readonly leastSpan?: number | undefined;
    /** Headings that have words of the query. */
    readonly headings?: readonly HeadingHit[];
  } = {},
): RankedHit[] {
  const candidates = new Map<
    string,
    {
      readonly hit: Hit;
      readonly bm25: number | null;
      cosine: number | null;
      readonly isLookedAt: boolean;
    }
  >();
  for (const hit of byWords)
    candidates.set(segmentKey(hit), { hit, bm25: hit.score, cosine: null, isLookedAt: true });
  byMeaning.forEach((hit, nth) => {
    const [key, cosine] = [segmentKey(hit), hit.score];
    const known = candidates.get(key);
    if (known) known.cosine = cosine;
    else candidates.set(key, { hit, bm25: null, cosine, isLookedAt: nth < MAX_COMPARED_NEAREST });
  });
  for (const { heading: _heading, headingEndMs: _end, ...hit } of headings)
    if (!candidates.has(segmentKey(hit)))
      candidates.set(segmentKey(hit), { hit, bm25: null, cosine: null, isLookedAt: true });
  const headingOver = headingEvidence(headings, coverageOf, STEEPNESS);
  const floor = byMeaning.at(-1)?.score ?? 0;
  const span = Math.max(leastSpan, (byMeaning[0]?.score ?? 0) - floor);
  const ranked = Array.from(candidates.values(), ({ hit, bm25, cosine, isLookedAt }): RankedHit => {
    const coverage = isLookedAt ? coverageOf(hit.segment, hit.language) : 0;
    const nearness = cosine === null ? 0 : (cosine - floor) / span;
    const speaker = speakerShareOf(hit.segment.speaker);
    const over = isLookedAt ? headingOver(hit) : undefined;
    const said = nearness + WORDS * coverage ** STEEPNESS + SPEAKER * speaker;
    return {
      ...hit,
      score: said + HEADING * (over?.gain ?? 0),
      explain: {
        bm25,
        cosine,
        nearness,
        coverage,
        ...(speaker > 0 ? { speaker } : {}),
        ...(over ? { underHeading: over.gain } : {}),
      },
      ...(over ? { heading: over.heading } : {}),
    };
  });
  return ranked.toSorted(compareRankedHits);
}

/**
 * Best first; equals in the order of files and time, so that the same search gives the same answer.
 */
function compareRankedHits(a: RankedHit, b: RankedHit): number {
  if (a.score !== b.score) return b.score - a.score;
  if (a.explain.bm25 !== b.explain.bm25) return (b.explain.bm25 ?? 0) - (a.explain.bm25 ?? 0);
  if (a.asset === b.asset) return a.segment.index - b.segment.index;
  return a.asset < b.asset ? -1 : 1;
}
