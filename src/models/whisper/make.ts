import { readWeights } from "./ctranslate2.ts";
import { makeDecoder } from "./decoder-graph.ts";
import type { AlignmentHeads } from "./dimensions.ts";
import { makeEncoder } from "./encoder-graph.ts";

/**
 * Heads that follow the words, as the authors published them
 * (https://github.com/openai/whisper, whisper/__init__.py).
 */
const ALIGNMENT: Readonly<Record<string, AlignmentHeads>> = {
  tiny: [
    [2, 2],
    [3, 0],
    [3, 2],
    [3, 3],
    [3, 4],
    [3, 5],
  ],
  base: [
    [3, 1],
    [4, 2],
    [4, 3],
    [4, 7],
    [5, 1],
    [5, 2],
    [5, 4],
    [5, 6],
  ],
  small: [
    [5, 3],
    [5, 9],
    [8, 0],
    [8, 4],
    [8, 7],
    [8, 8],
    [9, 0],
    [9, 7],
    [9, 9],
    [10, 5],
  ],
};

/** What makes a part of a Whisper of the size out of its model.bin. */
export function makerOf(
  size: string,
  part: "encoder" | "decoder",
): (file: Uint8Array) => Uint8Array {
  const heads = ALIGNMENT[size] ?? [];
  return part === "encoder"
    ? (file) => makeEncoder(size, heads, readWeights(file))
    : (file) => makeDecoder(size, heads, readWeights(file));
}
