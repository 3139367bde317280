import { access, constants, readFile } from "node:fs/promises";
import { MediasearchError } from "../../errors.ts";
import { bundledFile } from "../../models/catalogue.ts";
import { openBert } from "../bert.ts";
import type { Embedder } from "../embedder.ts";
import { DIMENSIONS, identifyMinilm } from "./identify.ts";
import { MODEL } from "./settings.ts";

/** Tokens that the model takes, [CLS] and [SEP] included. */
const MAX_TOKENS = 256;

/** all-MiniLM-L6-v2 in int8. */
export async function open(): Promise<Embedder> {
  const [model, vocabulary] = await Promise.all([
    bundled("model_quantized.onnx"),
    bundled("vocab.txt").then((path) => readFile(path, "utf8")),
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

async function bundled(name: string): Promise<string> {
  const path = bundledFile(MODEL, name);
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new MediasearchError(
      "MISSING_MODEL",
      `${path}: the embedding model is part of mediasearch and is not there`,
      {
        subject: path,
        hint: "npm install mediasearch",
        cause,
      },
    );
  });
  return path;
}
