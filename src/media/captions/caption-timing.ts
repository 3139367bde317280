import { wordPattern } from "../../text/words.ts";
import { foldText } from "../../text/fold.ts";
import type { Cue } from "../../types.ts";

/** Where captions are while their media is somewhere: `rate` × media time + `offsetMs`. */
export interface CaptionTiming {
  readonly rate: number;
  readonly offsetMs: number;
}

export const IN_STEP: CaptionTiming = { rate: 1, offsetMs: 0 };

/** A word, compared without case, and when it is said in milliseconds. */
export interface TimedWord {
  readonly text: string;
  readonly atMs: number;
}

/** The words of cues with their times; where nobody timed them they share their cue's by length. */
export const timedWords = (cues: readonly Cue[]): TimedWord[] =>
  cues.flatMap((cue) => {
    if (cue.words)
      return cue.words.flatMap(({ text, startMs }) =>
        wordsOf(text).map((word) => ({ text: word.text, atMs: startMs })),
      );
    const length = Math.max(1, cue.text.length);
    return wordsOf(cue.text).map(({ text, at }) => ({
      text,
      atMs: cue.startMs + ((cue.endMs - cue.startMs) * at) / length,
    }));
  });

const wordsOf = (text: string): { readonly text: string; readonly at: number }[] =>
  [...text.matchAll(wordPattern(text))].map((match) => ({
    text: foldText(match[0]),
    at: match.index,
  }));

/** What a stretch of recognised sound tells: at that time, captions are so much later. */
export interface TimingPoint {
  readonly mediaMs: number;
  readonly laterMs: number;
}

/** Words that are compared at once. Fewer come again too often. */
const RUN = 3;
/** Runs that come more often in the captions tell nothing. */
const MAX_PLACES = 5;
/** Votes that are so near to each other are for the same. */
const SAME_MS = 1200;
const MIN_VOTES = 3;
/** What other places may have at most of the votes that the best one has. */
const MAX_RIVAL = 0.6;

/**
 * Finds where words that were recognised stand in the captions; null where they are not found, or
 * at several places alike.
 */
export function findPoint(
  heard: readonly TimedWord[],
  captions: readonly TimedWord[],
): TimingPoint | null {
  const places = new Map<string, number[]>();
  for (const [key, atMs] of runs(captions)) {
    const known = places.get(key);
    if (known) known.push(atMs);
    else places.set(key, [atMs]);
  }
  const votes = runs(heard)
    .flatMap(([key, atMs]) => {
      const found = places.get(key) ?? [];
      return found.length > MAX_PLACES
        ? []
        : found.map((place) => ({ mediaMs: atMs, laterMs: place - atMs }));
    })
    .toSorted((a, b) => a.laterMs - b.laterMs);
  const best = densest(votes);
  if (best.length < MIN_VOTES) return null;
  const from = best[0]?.laterMs ?? 0;
  const until = best.at(-1)?.laterMs ?? 0;
  const rest = votes.filter(({ laterMs }) => laterMs < from - SAME_MS || laterMs > until + SAME_MS);
  if (densest(rest).length > MAX_RIVAL * best.length) return null;
  return {
    mediaMs: middle(best.map((vote) => vote.mediaMs)),
    laterMs: middle(best.map((vote) => vote.laterMs)),
  };
}

const runs = (words: readonly TimedWord[]): (readonly [key: string, atMs: number])[] =>
  words.slice(0, Math.max(0, words.length - RUN + 1)).map((word, i) => [
    words
      .slice(i, i + RUN)
      .map(({ text }) => text)
      .join(" "),
    word.atMs,
  ]);

/** The most votes that are near to each other. `votes` are in order. */
function densest(votes: readonly TimingPoint[]): readonly TimingPoint[] {
  let [best, bestFrom, from] = [0, 0, 0];
  for (let to = 0; to < votes.length; to++) {
    while ((votes[to]?.laterMs ?? 0) - (votes[from]?.laterMs ?? 0) > SAME_MS) from++;
    if (to - from + 1 > best) [best, bestFrom] = [to - from + 1, from];
  }
  return votes.slice(bestFrom, bestFrom + best);
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Film at 24, television at 25, and both as NTSC has them. */
const FRAME_RATES = [24, 25, 24_000 / 1001] as const;
const RATES = FRAME_RATES.flatMap((own) => FRAME_RATES.map((other) => own / other)).filter(
  (rate) => Math.abs(rate - 1) > 0.01,
);
/** Points lie on a line when none is farther away from it. */
const MAX_AWAY_MS = 900;

/** Points that are so near to a constant are on it, as exactly as words have times. */
const SURE_AWAY_MS = 350;
/** Points that a drift is told by. */
const MIN_DRIFT_POINTS = 3;

/**
 * The line that all points lie on: a constant one, or one of another frame rate where that fits
 * twice as well.
 */
export function fitTiming(points: readonly TimingPoint[]): CaptionTiming | null {
  if (points.length === 0) return null;
  const constant = fitRate(points, 1);
  if (constant.awayMs <= SURE_AWAY_MS) return constant.timing;
  const rates = points.length < MIN_DRIFT_POINTS ? [] : RATES;
  const [drift] = rates
    .map((rate) => fitRate(points, rate))
    .toSorted((a, b) => a.awayMs - b.awayMs);
  if (drift && drift.awayMs <= MAX_AWAY_MS && drift.awayMs * 2 <= constant.awayMs)
    return drift.timing;
  return constant.awayMs <= MAX_AWAY_MS ? constant.timing : null;
}

function fitRate(
  points: readonly TimingPoint[],
  rate: number,
): { readonly timing: CaptionTiming; readonly awayMs: number } {
  const offsets = points.map(({ mediaMs, laterMs }) => mediaMs + laterMs - rate * mediaMs);
  const offsetMs = Math.round(middle(offsets));
  return {
    timing: { rate, offsetMs },
    awayMs: Math.max(...offsets.map((offset) => Math.abs(offset - offsetMs))),
  };
}

/** Readers don't notice less. */
const NOTICED_MS = 1000;

/** How far captions are away where they are farthest, until the end of the media. */
export const isOutOfStep = ({ rate, offsetMs }: CaptionTiming, durationMs: number): boolean =>
  Math.max(Math.abs(offsetMs), Math.abs(offsetMs + (rate - 1) * durationMs)) >= NOTICED_MS;

/** Such as `it is 5.0 s late` or `it is 0.2 s late at the start and 12.5 s at the end`. */
export function describeTiming({ rate, offsetMs }: CaptionTiming, durationMs: number): string {
  if (rate === 1) return `it is ${away(offsetMs)}`;
  const endMs = offsetMs + (rate - 1) * durationMs;
  return `it is ${away(offsetMs)} at the start and ${away(endMs)} at the end, as for another frame rate`;
}

const away = (ms: number): string =>
  `${(Math.abs(ms) / 1000).toFixed(1)} s ${ms < 0 ? "early" : "late"}`;

/** The cues at the times of the media. */
export const applyTiming = (cues: readonly Cue[], { rate, offsetMs }: CaptionTiming): Cue[] => {
  const toMedia = (ms: number): number => Math.max(0, Math.round((ms - offsetMs) / rate));
  return cues.map((cue) => ({
    ...cue,
    startMs: toMedia(cue.startMs),
    endMs: toMedia(cue.endMs),
    words:
      cue.words?.map((word) => ({
        ...word,
        startMs: toMedia(word.startMs),
        endMs: toMedia(word.endMs),
      })) ?? null,
  }));
};
