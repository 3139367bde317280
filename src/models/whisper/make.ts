import { readWeights } from "./ctranslate2.ts";
import { makeDecoder } from "./decoder-graph.ts";
import type { AlignmentHeads } from "./dimensions.ts";
import { makeEncoder } from "./encoder-graph.ts";

/** As the authors published them (https://github.com/openai/whisper, whisper/__init__.py). */
const BASE_ALIGNMENT: AlignmentHeads = [
  [3, 1],
  [4, 2],
  [4, 3],
  [4, 7],
  [5, 1],
  [5, 2],
  [5, 4],
  [5, 6],
];

export const makeBaseEncoder = (file: Uint8Array): Uint8Array =>
  makeEncoder("base", BASE_ALIGNMENT, readWeights(file));

export const makeBaseDecoder = (file: Uint8Array): Uint8Array =>
  makeDecoder("base", BASE_ALIGNMENT, readWeights(file));
