import { createHash } from "node:crypto";
import { open, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { EmbeddingModel } from "../../embedding-model.ts";
import { MediasearchError } from "../../errors.ts";
import { prefixesOf } from "../prefixes.ts";
import type { EmbedderSettings } from "../settings.ts";

/** A sentence-embedding model as the Hugging Face hub and its exporters lay it out. */
export interface ModelFolder {
  readonly path: string;
  readonly model: string;
  /** `tokenizer.json`, or `vocab.txt` of an uncased BERT. */
  readonly tokenizer:
    | { readonly kind: "json"; readonly path: string; readonly configPath: string | null }
    | { readonly kind: "wordpiece"; readonly path: string };
  readonly pooling: "mean" | "cls" | "last";
  readonly maxTokens: number;
  readonly dimensions: number;
}

const MODEL_FILE_NAMES = [
  "onnx/model_quantized.onnx",
  "onnx/model_int8.onnx",
  "onnx/model.onnx",
  "model_quantized.onnx",
  "model_int8.onnx",
  "model.onnx",
];
const DEFAULT_TOKENS = 256;
const SAMPLES = 16;
const SAMPLE_BYTES = 65_536;

/** @throws MISSING_MODEL naming what the folder lacks. */
export async function readModelFolder({
  model: path,
  maxTokens,
  dimensions,
}: EmbedderSettings): Promise<ModelFolder> {
  const find = async (...names: readonly string[]): Promise<string | null> => {
    for (const name of names)
      if (
        await stat(join(path, name)).then(
          (at) => at.isFile(),
          () => false,
        )
      )
        return join(path, name);
    return null;
  };
  const lacks = (what: string): MediasearchError =>
    new MediasearchError("MISSING_MODEL", `${path}: no ${what} in this folder`, {
      subject: path,
      hint: "the folder of a sentence-embedding model has config.json, model.onnx (or onnx/model.onnx), and tokenizer.json or vocab.txt",
    });
  const model = await find(...MODEL_FILE_NAMES);
  if (model === null) throw lacks("model.onnx");
  const config = await readJson(await find("config.json"));
  const hidden =
    dimensions ??
    numberIn(config, "hidden_size") ??
    numberIn(config, "dim") ??
    numberIn(config, "d_model");
  if (hidden === undefined)
    throw lacks("config.json with hidden_size (or set EMBEDDING_DIMENSION)");
  const json = await find("tokenizer.json");
  const vocabulary = await find("vocab.txt");
  if (json === null && vocabulary === null) throw lacks("tokenizer.json or vocab.txt");
  const pooling = await readJson(await find("1_Pooling/config.json"));
  const sentence = await readJson(await find("sentence_bert_config.json"));
  return {
    path,
    model,
    tokenizer:
      json === null
        ? { kind: "wordpiece", path: vocabulary ?? "" }
        : { kind: "json", path: json, configPath: await find("tokenizer_config.json") },
    pooling: poolingOf(pooling),
    maxTokens:
      maxTokens ??
      numberIn(sentence, "max_seq_length") ??
      Math.min(DEFAULT_TOKENS, numberIn(config, "max_position_embeddings") ?? DEFAULT_TOKENS),
    dimensions: hidden,
  };
}

function poolingOf(config: Readonly<Record<string, unknown>>): ModelFolder["pooling"] {
  if (config["pooling_mode_cls_token"] === true) return "cls";
  return config["pooling_mode_lasttoken"] === true ? "last" : "mean";
}

/** Identifies the model of a folder without loading it. */
export async function identifyOnnx(settings: EmbedderSettings): Promise<EmbeddingModel> {
  const folder = await readModelFolder(settings);
  return { embedder: await onnxModelId(folder, settings), dimensions: folder.dimensions };
}

/**
 * Size and samples of the weights stand for them, since reading gigabytes at every start would take
 * longer than the search.
 */
export async function onnxModelId(
  { path, model, pooling, maxTokens, tokenizer }: ModelFolder,
  settings: EmbedderSettings,
): Promise<string> {
  const { query, passage } = prefixesOf(settings);
  const { size } = await stat(model);
  const hash = createHash("sha256")
    .update(JSON.stringify([size, pooling, maxTokens, query, passage]))
    .update(await readFile(tokenizer.path));
  const file = await open(model, "r");
  try {
    const buffer = Buffer.alloc(SAMPLE_BYTES);
    for (let i = 0; i < SAMPLES; i++) {
      const { bytesRead } = await file.read(
        buffer,
        0,
        SAMPLE_BYTES,
        Math.floor((Math.max(0, size - SAMPLE_BYTES) * i) / (SAMPLES - 1)),
      );
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return `${basename(path).replace(/[^\w.-]+/g, "-")}@${hash.digest("hex").slice(0, 12)}`;
}

async function readJson(path: string | null): Promise<Readonly<Record<string, unknown>>> {
  if (path === null) return {};
  try {
    return JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  } catch (cause) {
    throw new MediasearchError("MISSING_MODEL", `${path}: not valid JSON`, {
      subject: path,
      hint: "get the file anew",
      cause,
    });
  }
}

const numberIn = (object: Readonly<Record<string, unknown>>, name: string): number | undefined =>
  typeof object[name] === "number" ? object[name] : undefined;
