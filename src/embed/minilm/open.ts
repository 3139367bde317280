import { readFile } from "node:fs/promises";
import { openBert } from "../bert.ts";
import { bundledModelFile } from "../bundled-file.ts";
import type { Embedder } from "../embedder.ts";
import { DIMENSIONS, identifyMinilm } from "./identify.ts";
import { MODEL } from "./settings.ts";

/** Tokens that the model takes, [CLS] and [SEP] included. */
const MAX_TOKENS = 256;

/** all-MiniLM-L6-v2 in int8. */
export async function open(): Promise<Embedder> {
  const [model, vocabulary] = await Promise.all([
    bundledModelFile(MODEL, "model_quantized.onnx"),
    bundledModelFile(MODEL, "vocab.txt").then((path) => readFile(path, "utf8")),
  ]);
  return {
    id: identifyMinilm().embedder,
    dimensions: DIMENSIONS,
    ...(await openBert({
      model,
      vocabulary,
      dimensions: DIMENSIONS,
      maxTokens: MAX_TOKENS,
      prefixes: { query: "", passage: "" },
    })),
  };
}
