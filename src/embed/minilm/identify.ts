import type { EmbeddingModel } from "../../embedding-model.ts";
import { fileDigest } from "../../models/catalogue.ts";
import { MODEL } from "./settings.ts";

export const DIMENSIONS = 384;

/** Gives the name and digest of the weights without loading them. */
export const identifyMinilm = (): EmbeddingModel => ({
  embedder: `${MODEL}-int8@${fileDigest(MODEL, "model_quantized.onnx").slice(0, 12)}`,
  dimensions: DIMENSIONS,
});
