import { access, constants, readFile } from "node:fs/promises";
import { MediasearchError } from "../../errors.ts";
import { bundledFile } from "../../models/catalogue.ts";
import { type InferenceSession, loadOnnxRuntime, type Tensor } from "../../models/onnx-runtime.ts";
import type { Embedder } from "../embedder.ts";
import { DIMENSIONS, identifyMinilm } from "./identify.ts";
import { MODEL } from "./settings.ts";
import { openWordPiece } from "../wordpiece.ts";

/** Tokens that the model takes, [CLS] and [SEP] included. */
const MAX_TOKENS = 256;

/**
 * all-MiniLM-L6-v2 in int8, mean pooling over all tokens, then unit length. One text a call of the
 * model: dynamic quantisation would make a vector depend on its neighbours in a batch.
 */
export async function open(): Promise<Embedder> {
  const [{ InferenceSession, Tensor }, vocabulary] = await Promise.all([
    loadOnnxRuntime(),
    bundled("vocab.txt").then((path) => readFile(path, "utf8")),
  ]);
  const tokenizer = openWordPiece(vocabulary);
  // By its path: the runtime maps the file, which takes less than reading and copying it.
  const session = await InferenceSession.create(await bundled("model_quantized.onnx"), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
  });
  const embedOne = async (text: string): Promise<Float32Array> => {
    const ids = tokenizer.encode(text, MAX_TOKENS);
    const output = await session.run(miniLmInputs(ids, Tensor));
    return meanPool(output["last_hidden_state"]?.data as Float32Array, ids.length);
  };
  return {
    id: identifyMinilm().embedder,
    dimensions: DIMENSIONS,
    async embed(texts, { signal }) {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        signal?.throwIfAborted();
        vectors.push(await embedOne(text));
      }
      return vectors;
    },
    close: () => session.release(),
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

function miniLmInputs(
  ids: readonly number[],
  Make: typeof Tensor,
): InferenceSession.OnnxValueMapType {
  const row = (values: bigint[]): Tensor =>
    new Make("int64", BigInt64Array.from(values), [1, ids.length]);
  return {
    input_ids: row(ids.map(BigInt)),
    attention_mask: row(ids.map(() => 1n)),
    token_type_ids: row(ids.map(() => 0n)),
  };
}

function meanPool(hidden: Float32Array, tokens: number): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (let token = 0; token < tokens; token++)
    for (let i = 0; i < DIMENSIONS; i++)
      vector[i] = (vector[i] ?? 0) + (hidden[token * DIMENSIONS + i] ?? 0);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
