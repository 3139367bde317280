import { readOnnx, type StoredGraph } from "../onnx/read-onnx.ts";

/** Bytes, row by row, that stand for (byte − zero) × scale of their column. */
export interface ByteMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly bytes: Uint8Array;
  readonly scales: Float32Array;
  readonly zeros: Uint8Array;
}

/** A product with a matrix and what is added to it. */
export interface Linear {
  readonly matrix: ByteMatrix;
  readonly bias: Float32Array | null;
}

export interface DecoderLayer {
  readonly norms: Readonly<Record<"self" | "cross" | "feedForward", Float32Array>>;
  /** Queries, keys and values side by side. */
  readonly selfInputs: ByteMatrix;
  readonly selfOutput: ByteMatrix;
  readonly crossQueries: ByteMatrix;
  /** Of the audio: keys and values side by side. */
  readonly crossInputs: ByteMatrix;
  readonly crossOutput: ByteMatrix;
  readonly up: Linear;
  readonly down: Linear;
}

/** What Moonshine's decoder has learnt. */
export interface DecoderWeights {
  readonly layers: readonly DecoderLayer[];
  /** A row for each word. */
  readonly words: ByteMatrix;
  readonly norm: Float32Array;
  /** Angles by which a position turns each pair of numbers. */
  readonly frequencies: Float32Array;
}

const DECODER = "/model/decoder";

/**
 * Takes the weights out of the merged decoder as its makers publish it
 * (https://huggingface.co/UsefulSensors/moonshine-tiny, converted by Optimum and quantised to
 * uint8), finding each by the name of the result that it is multiplied to.
 * @throws Error when the file is no such decoder.
 */
export function readDecoderWeights(file: Uint8Array): DecoderWeights {
  const graph = readOnnx(file);
  const names = [...graph.initializers.keys()];
  const count = names.filter((name) => /layers\.\d+\.input_layernorm\.weight/.test(name)).length;
  return {
    layers: Array.from({ length: count }, (_, layer) => readLayer(graph, layer)),
    words: bytesNamed(graph, "model.decoder.embed_tokens.weight_merged_0", "rows"),
    norm: floatsNamed(graph, "model.decoder.norm.weight_merged_0"),
    frequencies: floatsNamed(graph, `${DECODER}/rotary_emb/Cast_1_output_0`),
  };
}

function readLayer(graph: StoredGraph, layer: number): DecoderLayer {
  const place = `${DECODER}/layers.${layer}`;
  const prefix = `model.decoder.layers.${layer}`;
  const matrix = (name: string): ByteMatrix => multipliedTo(graph, `${place}/${name}/MatMul`);
  const norm = (name: string): Float32Array =>
    floatsNamed(graph, `${prefix}.${name}_layernorm.weight_merged_0`);
  const linear = (name: string): Linear => ({
    matrix: matrix(`mlp/${name}`),
    bias: floatsNamed(graph, `${prefix}.mlp.${name}.bias_merged_0`),
  });
  const of = (attention: string, parts: readonly string[]): ByteMatrix =>
    sideBySide(parts.map((part) => matrix(`${attention}/${part}`)));
  return {
    norms: { self: norm("input"), cross: norm("post_attention"), feedForward: norm("final") },
    selfInputs: of("self_attn", ["q_proj", "k_proj", "v_proj"]),
    selfOutput: matrix("self_attn/dense"),
    crossQueries: matrix("encoder_attn/q_proj"),
    crossInputs: of("encoder_attn", ["k_proj", "v_proj"]),
    crossOutput: matrix("encoder_attn/dense"),
    up: linear("up_proj"),
    down: linear("down_proj"),
  };
}

/** The matrix that is multiplied to the result of the name. */
function multipliedTo({ nodes, ...graph }: StoredGraph, result: string): ByteMatrix {
  const output = `${result}_output_0_output_quantized`;
  const weight = nodes.find(({ outputs }) => outputs[0] === output)?.inputs[1];
  if (weight === undefined) throw new Error(`the decoder has no ${result}`);
  return bytesNamed({ nodes, ...graph }, weight.replace(/_quantized$/, ""), "columns");
}

/** Has the scale and the zero of the whole matrix for each of its columns, or of its rows. */
function bytesNamed(graph: StoredGraph, name: string, each: "rows" | "columns"): ByteMatrix {
  const stored = graph.initializers.get(`${name}_quantized`);
  const zero = graph.initializers.get(`${name}_zero_point`)?.bytes[0];
  const [scale] = floatsNamed(graph, `${name}_scale`);
  const [rows = 0, columns = 0] = stored?.shape ?? [];
  const isWhole = stored?.type === "uint8" && stored.bytes.length === rows * columns;
  if (!isWhole || zero === undefined || scale === undefined)
    throw new Error(`the decoder has no ${name}`);
  const count = each === "rows" ? rows : columns;
  return {
    rows,
    columns,
    bytes: stored.bytes,
    scales: new Float32Array(count).fill(scale),
    zeros: new Uint8Array(count).fill(zero),
  };
}

function floatsNamed({ initializers }: StoredGraph, name: string): Float32Array {
  const stored = initializers.get(name);
  if (stored?.type !== "float" || stored.bytes.length === 0)
    throw new Error(`the decoder has no ${name}`);
  return new Float32Array(new Uint8Array(stored.bytes).buffer);
}

/** One product with the result costs less than several, and gives the same numbers. */
export function sideBySide(parts: readonly ByteMatrix[]): ByteMatrix {
  const rows = parts[0]?.rows ?? 0;
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  const joined = {
    rows,
    columns,
    bytes: new Uint8Array(rows * columns),
    scales: new Float32Array(columns),
    zeros: new Uint8Array(columns),
  };
  let from = 0;
  for (const part of parts) {
    for (let row = 0; row < rows; row++)
      joined.bytes.set(
        part.bytes.subarray(row * part.columns, (row + 1) * part.columns),
        row * columns + from,
      );
    joined.scales.set(part.scales, from);
    joined.zeros.set(part.zeros, from);
    from += part.columns;
  }
  return joined;
}
