import { fileDigest } from "../../models/catalogue.ts";

export const MODEL = "all-MiniLM-L6-v2";
export const DIMENSIONS = 384;

/** Name and digest of the weights; known without loading them. */
export const minilmId = (): string =>
  `${MODEL}-int8@${fileDigest(MODEL, "model_quantized.onnx").slice(0, 12)}`;
