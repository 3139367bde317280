import { readFileSync } from "node:fs";
import { openBert } from "../bert.ts";
import { bundledGraph, bundledModelFile } from "../bundled-file.ts";
import type { Embedder } from "../embedder.ts";
import { DIMENSIONS, identifyMinilm } from "./identify.ts";
import { MODEL } from "./settings.ts";

/** Tokens that the model takes, [CLS] and [SEP] included. */
const MAX_TOKENS = 256;

/** all-MiniLM-L6-v2 in int8. */
export async function open(): Promise<Embedder> {
  return {
    id: identifyMinilm().embedder,
    dimensions: DIMENSIONS,
    ...(await openBert({
      model: bundledGraph(MODEL),
      // Not by node:fs/promises, which a search would have to load for this alone.
      vocabulary: readFileSync(bundledModelFile(MODEL, "vocab.txt"), "utf8"),
      dimensions: DIMENSIONS,
      maxTokens: MAX_TOKENS,
      prefixes: { query: "", passage: "" },
    })),
  };
}
