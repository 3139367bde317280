/** What one alignment head looked at while each token was made: a row a token, over the audio. */
export interface Attention {
  /** One array for each token that was fed: heads × positions. */
  readonly rows: readonly Float32Array[];
  readonly heads: number;
  /** The positions of 20 ms in each row of a head. */
  readonly positions: number;
}

const MEDIAN_WIDTH = 7;

/**
 * Finds where each token begins, by dynamic time warping over the attention of the alignment heads
 * (openai/whisper, timing.py). `skipped`: the tokens of the prompt before the last one. `used`: how
 * many positions hold audio and not the silence after it.
 * @returns positions of 20 ms, one for each text token and one for the end.
 */
export function tokenStarts(attention: Attention, skipped: number, used: number): number[] {
  const cost = costs(attention, skipped, Math.max(1, Math.min(used, attention.positions)));
  return firstPositions(cost);
}

/** The lower, the more a token looks at a position: normalised over tokens, smoothed over time. */
function costs(
  { rows, heads, positions }: Attention,
  skipped: number,
  used: number,
): Float64Array[] {
  const cost = rows.slice(skipped).map(() => new Float64Array(used));
  const line = new Float64Array(used);
  for (let head = 0; head < heads; head++) {
    const { means, deviations } = statistics(rows, head * positions, used);
    for (const [token, into] of cost.entries()) {
      const row = rows[token + skipped] as Float32Array;
      for (let at = 0; at < used; at++)
        line[at] =
          ((row[head * positions + at] as number) - (means[at] as number)) /
          (deviations[at] as number);
      for (let at = 0; at < used; at++)
        into[at] = (into[at] as number) - medianAround(line, at) / heads;
    }
  }
  return cost;
}

function statistics(
  rows: readonly Float32Array[],
  offset: number,
  used: number,
): { readonly means: Float64Array; readonly deviations: Float64Array } {
  const means = new Float64Array(used);
  const deviations = new Float64Array(used);
  for (let at = 0; at < used; at++) {
    let sum = 0;
    let squares = 0;
    for (const row of rows) {
      const value = row[offset + at] as number;
      sum += value;
      squares += value * value;
    }
    const mean = sum / rows.length;
    means[at] = mean;
    deviations[at] = Math.sqrt(Math.max(squares / rows.length - mean * mean, 1e-12));
  }
  return { means, deviations };
}

const around = new Float64Array(MEDIAN_WIDTH);

/** The median of seven values around a place, mirrored at the ends. */
function medianAround(line: Float64Array, at: number): number {
  const last = line.length - 1;
  for (let i = 0; i < MEDIAN_WIDTH; i++) {
    const from = Math.abs(at + i - (MEDIAN_WIDTH >> 1));
    around[i] = line[Math.max(0, from > last ? 2 * last - from : from)] as number;
  }
  return around.sort()[MEDIAN_WIDTH >> 1] as number;
}

/** The cheapest way through rows and columns; where it enters each row. */
function firstPositions(cost: readonly Float64Array[]): number[] {
  const columns = cost[0]?.length ?? 0;
  const width = columns + 1;
  const total = new Float64Array((cost.length + 1) * width).fill(Infinity);
  const steps = new Uint8Array(total.length);
  total[0] = 0;
  for (const [row, values] of cost.entries())
    for (let column = 0; column < columns; column++) {
      const at = (row + 1) * width + column + 1;
      const diagonal = total[at - width - 1] as number;
      const down = total[at - width] as number;
      const right = total[at - 1] as number;
      const best = Math.min(diagonal, down, right);
      total[at] = (values[column] as number) + best;
      steps[at] = best === diagonal ? DIAGONAL : Number(best === right) * RIGHT;
    }
  const starts = cost.map(() => 0);
  let row = cost.length;
  let column = columns;
  while (row > 0 && column > 0) {
    starts[row - 1] = column - 1;
    const step = steps[row * width + column];
    if (step !== RIGHT) row--;
    if (step !== DOWN) column--;
  }
  return starts;
}

const DOWN = 0;
const RIGHT = 1;
const DIAGONAL = 2;
