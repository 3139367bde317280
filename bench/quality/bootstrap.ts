/** A mean and the bounds within which it would lie in 95 of 100 other sets of such queries. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;
const TAIL = 0.025;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/**
 * The percentile bootstrap over queries (Efron and Tibshirani 1993): the same values give the same
 * bounds, since the generator has a fixed seed (Park and Miller 1988). Of the differences between
 * two runs, query by query, it says whether one is better: where 0 is outside of the bounds.
 */
export function bootstrap(values: readonly number[]): Interval {
  let state = 3;
  const below = (n: number): number => (state = (state * 48_271) % 2_147_483_647) % n;
  const means = Array.from({ length: RESAMPLES }, () =>
    meanOf(values.map(() => values[below(values.length)] as number)),
  ).toSorted((a, b) => a - b);
  const at = (share: number): number => means[Math.floor(share * (RESAMPLES - 1))] ?? 0;
  return { mean: meanOf(values), low: at(TAIL), high: at(1 - TAIL) };
}

/** `.394 (.341 to .447)` */
export const formatInterval = ({ mean, low, high }: Interval): string =>
  `${short(mean)} (${short(low)} to ${short(high)})`;

const short = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, "$1.");
