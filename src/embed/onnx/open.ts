import { readFile } from "node:fs/promises";
import { MediasearchError } from "../../errors.ts";
import { type InferenceSession, loadOnnxRuntime, type Tensor } from "../../models/onnx-runtime.ts";
import type { Embedder } from "../embedder.ts";
import { prefixesOf } from "../prefixes.ts";
import type { EmbedderSettings } from "../settings.ts";
import { openWordPiece } from "../wordpiece.ts";
import { onnxModelId, type ModelFolder, readModelFolder } from "./folder.ts";

type Encode = (text: string) => number[];

/**
 * A sentence-embedding model in a folder of the user's, one text a call, pooled as the model says,
 * unit length.
 */
export async function open(settings: EmbedderSettings): Promise<Embedder> {
  const folder = await readModelFolder(settings);
  const [{ InferenceSession, Tensor }, encode, id] = await Promise.all([
    loadOnnxRuntime(),
    encoder(folder),
    onnxModelId(folder, settings),
  ]);
  const session = await InferenceSession.create(folder.model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 4,
  }).catch((cause: unknown) => {
    throw new MediasearchError(
      "MISSING_MODEL",
      `${folder.model}: can't be loaded: ${(cause as Error).message.split("\n")[0] ?? ""}`,
      { subject: folder.model, hint: "get the file anew; it must be an ONNX model", cause },
    );
  });
  const prefixes = prefixesOf(settings);
  const embedOne = async (text: string): Promise<Float32Array> => {
    const ids = encode(text);
    const output = await session.run(modelInputs(ids, session.inputNames, Tensor));
    return outputVector(output, ids.length, folder);
  };
  return {
    id,
    dimensions: folder.dimensions,
    async embed(texts, { as, signal }) {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        signal?.throwIfAborted();
        vectors.push(await embedOne(prefixes[as] + text));
      }
      return vectors;
    },
    close: () => session.release(),
  };
}

/** Ids with the marks at both ends; what is too long is cut before the last of them. */
async function encoder({ tokenizer, maxTokens }: ModelFolder): Promise<Encode> {
  if (tokenizer.kind === "wordpiece") {
    const wordPiece = openWordPiece(await readFile(tokenizer.path, "utf8"));
    return (text) => wordPiece.encode(text, maxTokens);
  }
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const json = JSON.parse(await readFile(tokenizer.path, "utf8")) as object;
  const config =
    tokenizer.configPath === null
      ? {}
      : (JSON.parse(await readFile(tokenizer.configPath, "utf8")) as object);
  const model = new Tokenizer(json, config);
  const ends = model.encode("").ids;
  return (text) => {
    const { ids } = model.encode(text);
    return ids.length <= maxTokens
      ? ids
      : [
          ...ids.slice(0, maxTokens - (ends.length > 1 ? 1 : 0)),
          ...(ends.length > 1 ? ends.slice(-1) : []),
        ];
  };
}

function modelInputs(
  ids: readonly number[],
  names: readonly string[],
  Make: typeof Tensor,
): InferenceSession.OnnxValueMapType {
  const row = (value: (id: number) => bigint): Tensor =>
    new Make("int64", BigInt64Array.from(ids, value), [1, ids.length]);
  const all: Record<string, () => Tensor> = {
    input_ids: () => row(BigInt),
    attention_mask: () => row(() => 1n),
    token_type_ids: () => row(() => 0n),
  };
  return Object.fromEntries(names.flatMap((name) => (all[name] ? [[name, all[name]()]] : [])));
}

/**
 * Some exports pool themselves (`sentence_embedding`); of the others the hidden states of the last
 * layer are pooled here.
 */
function outputVector(
  output: InferenceSession.OnnxValueMapType,
  tokens: number,
  { dimensions, pooling, path }: ModelFolder,
): Float32Array {
  const pooled = output["sentence_embedding"]?.data as Float32Array | undefined;
  const hidden = (
    output["last_hidden_state"] ??
    output["token_embeddings"] ??
    Object.values(output)[0]
  )?.data as Float32Array | undefined;
  let vector: Float32Array | undefined;
  if (pooled?.length === dimensions) vector = Float32Array.from(pooled);
  else if (hidden?.length === tokens * dimensions)
    vector = poolTokens(hidden, tokens, dimensions, pooling);
  if (!vector)
    throw new MediasearchError(
      "MODEL_MISMATCH",
      `${path}: the model's output is not of ${dimensions} dimensions`,
      {
        subject: path,
        hint: "config.json and the model belong to different models, or EMBEDDING_DIMENSION is wrong",
      },
    );
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function poolTokens(
  hidden: Float32Array,
  tokens: number,
  dimensions: number,
  pooling: ModelFolder["pooling"],
): Float32Array {
  if (pooling !== "mean") {
    const at = pooling === "cls" ? 0 : (tokens - 1) * dimensions;
    return hidden.slice(at, at + dimensions);
  }
  // The sum: unit length comes afterwards.
  const vector = new Float32Array(dimensions);
  for (let token = 0; token < tokens; token++)
    for (let i = 0; i < dimensions; i++)
      vector[i] = (vector[i] ?? 0) + (hidden[token * dimensions + i] ?? 0);
  return vector;
}
