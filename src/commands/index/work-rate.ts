/** How long files of one kind take: each a fixed time, and a time for each unit of its content. */
export interface WorkRate {
  /** Milliseconds. */
  readonly fixedMs: number;
  readonly msPerUnit: number;
}

interface Observation {
  readonly units: number;
  readonly ms: number;
}

export interface WeightedObservation extends Observation {
  /** The newest file that is over has 1. */
  readonly weight: number;
}

export interface WorkRateEstimate {
  /** A file that is done; the newest count. */
  readonly add: (observation: Observation) => void;
  /** @param underWay what is done of files that are being worked at. */
  readonly rate: (underWay: readonly WeightedObservation[]) => WorkRate;
}

const MAX_OBSERVATIONS = 200;
/** Machines get busier and files change: each file tells so much less than the one after it. */
const FADING = 0.93;
/** How much the guess of the fixed time counts, beside relative errors of single files. */
const FIXED_WEIGHT = 0.02;
/** As many files as the guess of the rate counts for: machines differ tenfold. */
const UNIT_WEIGHT = 0.05;

/**
 * Learns a rate from files that were done: least squares of the relative errors, so that short
 * files count as much as long ones; the guess is a little evidence, the newest files are the most.
 */
export function createWorkRate(guess: WorkRate): WorkRateEstimate {
  const observations: Observation[] = [];
  return {
    add(observation) {
      observations.push(observation);
      if (observations.length > MAX_OBSERVATIONS) observations.shift();
    },
    rate: (underWay) =>
      fit(
        [
          ...observations.map((one, i) => ({
            ...one,
            weight: FADING ** (observations.length - 1 - i),
          })),
          ...underWay,
        ],
        guess,
      ),
  };
}

function fit(observations: readonly WeightedObservation[], guess: WorkRate): WorkRate {
  if (observations.length === 0) return guess;
  // The first round weighs by the guess, the second by what the first found.
  return leastSquares(observations, guess, leastSquares(observations, guess, guess));
}

function leastSquares(
  observations: readonly WeightedObservation[],
  guess: WorkRate,
  weighing: WorkRate,
): WorkRate {
  // Normal equations for [fixed, perUnit].
  let [ff, fu, uu, fy, uy] = [0, 0, 0, 0, 0];
  for (const { units, ms, weight: own } of observations) {
    const weight = own / Math.max(1, weighing.fixedMs + weighing.msPerUnit * units) ** 2;
    ff += weight;
    fu += weight * units;
    uu += weight * units * units;
    fy += weight * ms;
    uy += weight * units * ms;
  }
  const count = observations.reduce((sum, { weight }) => sum + weight, 0);
  const fixedWeight = FIXED_WEIGHT / guess.fixedMs ** 2;
  const unitWeight = (UNIT_WEIGHT * uu) / count;
  ff += fixedWeight;
  fy += fixedWeight * guess.fixedMs;
  uu += unitWeight;
  uy += unitWeight * guess.msPerUnit;
  const determinant = ff * uu - fu * fu;
  const fixedMs = Math.max(0, (fy * uu - uy * fu) / determinant);
  const msPerUnit = Math.max(0, (uy - fu * fixedMs) / uu);
  return { fixedMs, msPerUnit };
}
