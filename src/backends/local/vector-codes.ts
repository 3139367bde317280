import { VALUES_PER_GROUP, GROUP_BYTES } from "./vector-kernel.ts";

/** Levels of a code: 0..15 stand for -7.5..7.5 steps. */
const HIGHEST = 15;
const MIDDLE = HIGHEST / 2;
/**
 * Steps that are tried, in standard deviations. 0.335 is the best for a normal distribution (Max
 * 1960, "Quantizing for minimum distortion"); the others suit flatter and more peaked ones.
 */
const STEPS = [0.27, 0.335, 0.42, 0.6] as const;

export const groupsOf = (dimensions: number): number => Math.ceil(dimensions / VALUES_PER_GROUP);
/** Bytes of a row's codes; its scale, a float32, is kept apart. */
export const rowBytes = (dimensions: number): number => groupsOf(dimensions) * GROUP_BYTES;

/** Where a dimension is: byte in the row, and how far up in it. See vector-kernel.wat. */
const byteOf = (i: number): number => (i >> 5) * 16 + (i & 15);
const shiftOf = (i: number): number => (i & 16) >> 2;

/**
 * Codes of four bits for a vector, written into `row`.
 * @returns what a sum of products with the codes is multiplied with to estimate the inner product:
 * |x|² / ⟨x, code⟩, which makes the estimate right for x itself (Gao and Long 2024, "RaBitQ",
 * https://arxiv.org/abs/2405.12497).
 */
export function encode(vector: Float32Array, row: Uint8Array): number {
  const dimensions = vector.length;
  let squared = 0;
  let largest = 0;
  for (let i = 0; i < dimensions; i++) {
    const value = vector[i] as number;
    squared += value * value;
    largest = Math.max(largest, Math.abs(value));
  }
  const deviation = Math.sqrt(squared / dimensions);
  let best = { step: 0, product: 0, nearness: 0 };
  // The last one cuts nothing off: for vectors of few large values.
  for (const step of [...STEPS.map((factor) => factor * deviation), largest / MIDDLE]) {
    const found = tryStep(vector, step);
    if (found.nearness > best.nearness) best = { step, ...found };
  }
  row.fill(0);
  for (let i = 0; i < dimensions; i++)
    row[byteOf(i)] =
      (row[byteOf(i)] as number) | (levelOf(vector[i] as number, 1 / best.step) << shiftOf(i));
  return squared / best.product;
}

const levelOf = (value: number, perStep: number): number =>
  Math.max(0, Math.min(HIGHEST, Math.floor(value * perStep + MIDDLE + 0.5)));

function tryStep(
  vector: Float32Array,
  step: number,
): { readonly product: number; readonly nearness: number } {
  const perStep = 1 / step;
  let product = 0;
  let squared = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i] as number;
    const level = levelOf(value, perStep) - MIDDLE;
    product += value * level;
    squared += level * level;
  }
  return { product, nearness: product / Math.sqrt(squared) };
}

const QUERY_HIGHEST = 2047;

/**
 * A query as the scan takes it: values in the order of the codes, and what their middle adds up to.
 * Scores come out multiplied with `factor`.
 */
export function encodeQuery(vector: Float32Array): {
  readonly values: Int16Array;
  readonly bias: number;
  readonly factor: number;
} {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // A query without a direction is equally far from everything.
  const factor = largest > 0 ? QUERY_HIGHEST / largest : 0;
  // What fills up the last group is 0 here, so whatever the codes say there counts nothing.
  const values = new Int16Array(groupsOf(vector.length) * VALUES_PER_GROUP);
  let sum = 0;
  vector.forEach((value, i) => {
    const rounded = Math.round(value * factor);
    values[i] = rounded;
    sum += rounded;
  });
  return { values, bias: sum * MIDDLE, factor };
}
