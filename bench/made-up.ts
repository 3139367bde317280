import { readFileSync } from "node:fs";

let state = 7;
/** A whole number from 0 up to, without, the bound; the same row of numbers in every run. */
export const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;

/** English words, as many as a person may know. */
export const vocabulary: readonly string[] = readFileSync(
  new URL("../models/all-MiniLM-L6-v2/vocab.txt", import.meta.url),
  "utf8",
)
  .split("\n")
  .filter((word) => /^[a-z]{3,}$/.test(word))
  .slice(0, 20_000);

/** A vector of length 1 in a direction of its own. */
export function unitVector(dimensions: number): Float32Array {
  const values = Float32Array.from({ length: dimensions }, () => random(2001) - 1000);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
