import { tensorOf, toFloat32, type Weights } from "./ctranslate2.ts";
import { type AlignmentHeads, type Dimensions, dimensionsOf, metadataOf } from "./dimensions.ts";
import { crossValues } from "./encoder-graph.ts";
import {
  beginWhisperGraph,
  feedForward,
  type WhisperGraph,
  heads,
  integerProduct,
  join,
  linear,
  norm,
  positions,
  quantiseColumns,
  transposed,
} from "./graph-builder.ts";
import {
  addNode,
  addResult,
  constant,
  float,
  floats,
  int64,
  slice,
  softmax,
  split,
  transpose,
} from "../onnx/graph.ts";
import { encodeOnnx, type GraphValue } from "../onnx/onnx-file.ts";
import { withScaledQueries } from "./scaled-queries.ts";

/** What is the same for every layer of the decoder. */
interface Shared {
  readonly sizes: Dimensions;
  readonly alignment: AlignmentHeads;
  readonly mask: string;
  readonly pastKeys: readonly string[];
  readonly pastValues: readonly string[];
  readonly crossKeys: readonly string[];
  readonly crossValues: readonly string[];
  /** Names of results that become results of the graph, a layer each. */
  readonly keys: string[];
  readonly values: string[];
  readonly attention: string[];
}

/**
 * Whisper's decoder as ONNX. In: `tokens` (N, n), the keys and values of the tokens before them
 * (layer, N, cached, state), those of the audio, and `offset`, how many tokens were before. Out:
 * `logits` (N, n, vocabulary), the caches with the new tokens, and the attention of the alignment
 * heads to the audio (N, heads, n, T).
 */
export function makeDecoder(name: string, alignment: AlignmentHeads, stored: Weights): Uint8Array {
  const sizes = dimensionsOf(stored);
  const graph = beginWhisperGraph(withScaledQueries(stored, sizes.state));
  const { words, scales, x: embedded } = addEmbedding(graph, sizes);
  const { x: start, mask } = addPositions(graph, embedded, sizes);
  const layers = Array.from({ length: sizes.textLayers }, () => 1);
  const past = (part: "k" | "v"): readonly string[] => {
    const before = slice(
      graph,
      `in_n_layer_self_${part}_cache`,
      int64(graph, 0),
      "offset",
      int64(graph, 2),
    );
    return split(graph, before, layers, 0);
  };
  const pastKeys = past("k");
  const pastValues = past("v");
  const shared: Shared = {
    sizes,
    alignment,
    mask,
    pastKeys,
    pastValues,
    crossKeys: split(graph, "n_layer_cross_k", layers, 0),
    crossValues: split(graph, "n_layer_cross_v", layers, 0),
    keys: [],
    values: [],
    attention: [],
  };
  let x = start;
  for (let layer = 0; layer < sizes.textLayers; layer++)
    x = addDecoderLayer(graph, x, layer, shared);
  const logits = integerProduct(graph, norm(graph, x, "decoder/layer_norm"), words, scales);
  addResult(graph, "logits", "Identity", [logits]);
  addResult(graph, "out_n_layer_self_k_cache", "Concat", shared.keys, { axis: { int: 0 } });
  addResult(graph, "out_n_layer_self_v_cache", "Concat", shared.values, { axis: { int: 0 } });
  addResult(graph, "cross_attention_weights", "Concat", shared.attention, { axis: { int: 1 } });
  return encodeOnnx({
    nodes: graph.nodes,
    initializers: graph.initializers,
    ...valuesOf(sizes, alignment),
    metadata: metadataOf(name, sizes, alignment),
  });
}

/** One table serves both ends. Its words are columns, so that it multiplies as it is. */
function addEmbedding(
  graph: WhisperGraph,
  { vocabulary, state }: Dimensions,
): { readonly words: string; readonly scales: string; readonly x: string } {
  const values = toFloat32(tensorOf(graph.weights, "decoder/embeddings/weight"));
  const table = transposed({ rows: vocabulary, columns: state, values });
  const quantised = quantiseColumns(table);
  const words = constant(graph, "int8", [state, vocabulary], quantised.bytes, "embedding");
  const scales = floats(graph, quantised.scales, "embedding.scale");
  const gathered = addNode(graph, "Gather", [words, "tokens"], { axis: { int: 1 } });
  const chosen = addNode(graph, "Cast", [gathered], { to: { int: 1 } });
  const scaled = addNode(graph, "Mul", [chosen, addNode(graph, "Gather", [scales, "tokens"])]);
  return { words, scales, x: transpose(graph, scaled, [1, 2, 0]) };
}

/** A token may look at itself and at those before it. */
function addPositions(
  graph: WhisperGraph,
  embedded: string,
  { context }: Dimensions,
): { readonly x: string; readonly mask: string } {
  const shape = addNode(graph, "Shape", ["tokens"]);
  const count = slice(graph, shape, int64(graph, 1), int64(graph, 2));
  const end = addNode(graph, "Add", ["offset", count]);
  const all = positions(graph, "decoder/position_encodings/encodings");
  const own = slice(graph, all, "offset", end, int64(graph, 0));
  const x = addNode(graph, "Add", [embedded, own]);
  const numbers = constant(
    graph,
    "int64",
    [context],
    BigInt64Array.from({ length: context }, (_, i) => BigInt(i)),
  );
  const mine = slice(graph, numbers, "offset", end, int64(graph, 0));
  const rows = addNode(graph, "Unsqueeze", [mine, int64(graph, 1)]);
  const columns = slice(graph, numbers, int64(graph, 0), end, int64(graph, 0));
  const ahead = addNode(graph, "Greater", [columns, rows]);
  const mask = addNode(graph, "Where", [ahead, float(graph, -Infinity), float(graph, 0)]);
  return { x, mask };
}

function addDecoderLayer(graph: WhisperGraph, x: string, layer: number, shared: Shared): string {
  const layerName = `decoder/layer_${layer}`;
  const afterSelf = addSelfAttention(graph, x, layer, shared);
  const { textHeads } = shared.sizes;
  const normed = norm(graph, afterSelf, `${layerName}/attention/layer_norm`);
  const queries = heads(
    graph,
    linear(graph, normed, `${layerName}/attention/linear_0`),
    textHeads,
    "queries",
  );
  const first = int64(graph, 0);
  const keys = addNode(graph, "Squeeze", [shared.crossKeys[layer] ?? "", first]);
  const values = addNode(graph, "Squeeze", [shared.crossValues[layer] ?? "", first]);
  const weights = softmax(graph, addNode(graph, "MatMul", [queries, keys]));
  const mixed = join(graph, addNode(graph, "MatMul", [weights, values]));
  const out = linear(graph, mixed, `${layerName}/attention/linear_2`);
  const sum = addNode(graph, "Add", [afterSelf, out]);
  const chosen = shared.alignment.flatMap(([of, head]) => (of === layer ? [head] : []));
  if (chosen.length > 0)
    shared.attention.push(
      addNode(graph, "Gather", [weights, int64(graph, ...chosen)], { axis: { int: 1 } }),
    );
  return feedForward(graph, sum, `${layerName}/ffn`);
}

function addSelfAttention(
  graph: WhisperGraph,
  x: string,
  layer: number,
  { sizes: { state, textHeads }, ...shared }: Shared,
): string {
  const layerName = `decoder/layer_${layer}/self_attention`;
  const joined = linear(graph, norm(graph, x, `${layerName}/layer_norm`), `${layerName}/linear_0`);
  const [q = "", k = "", v = ""] = split(graph, joined, [state, state, state], -1);
  const extend = (past: string | undefined, fresh: string, kept: string[]): string => {
    const before = addNode(graph, "Squeeze", [past ?? "", int64(graph, 0)]);
    const both = addNode(graph, "Concat", [before, fresh], { axis: { int: 1 } });
    kept.push(addNode(graph, "Unsqueeze", [both, int64(graph, 0)]));
    return both;
  };
  const allKeys = extend(shared.pastKeys[layer], k, shared.keys);
  const allValues = extend(shared.pastValues[layer], v, shared.values);
  const queries = heads(graph, q, textHeads, "queries");
  const keys = heads(graph, allKeys, textHeads, "keys");
  const scores = addNode(graph, "Add", [addNode(graph, "MatMul", [queries, keys]), shared.mask]);
  const weights = softmax(graph, scores);
  const mixed = addNode(graph, "MatMul", [weights, heads(graph, allValues, textHeads, "queries")]);
  return addNode(graph, "Add", [x, linear(graph, join(graph, mixed), `${layerName}/linear_1`)]);
}

function valuesOf(
  sizes: Dimensions,
  alignment: AlignmentHeads,
): { readonly inputs: readonly GraphValue[]; readonly outputs: readonly GraphValue[] } {
  const { textLayers, state, vocabulary } = sizes;
  const cache = (name: string, length: string): GraphValue => ({
    name,
    type: "float",
    shape: [textLayers, "n_audio", length, state],
  });
  return {
    inputs: [
      { name: "tokens", type: "int64", shape: ["n_audio", "n_tokens"] },
      cache("in_n_layer_self_k_cache", "cached"),
      cache("in_n_layer_self_v_cache", "cached"),
      ...crossValues(sizes),
      { name: "offset", type: "int64", shape: [1] },
    ],
    outputs: [
      { name: "logits", type: "float", shape: ["n_audio", "n_tokens", vocabulary] },
      cache("out_n_layer_self_k_cache", "now"),
      cache("out_n_layer_self_v_cache", "now"),
      {
        name: "cross_attention_weights",
        type: "float",
        shape: ["n_audio", alignment.length, "n_tokens", "T"],
      },
    ],
  };
}
