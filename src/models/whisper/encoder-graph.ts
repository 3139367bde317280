import type { Weights } from "./ctranslate2.ts";
import { type AlignmentHeads, type Dimensions, dimensionsOf, metadataOf } from "./dimensions.ts";
import {
  beginWhisperGraph,
  convolution,
  feedForward,
  gelu,
  type WhisperGraph,
  heads,
  join,
  linear,
  norm,
  positions,
} from "./graph-builder.ts";
import { addNode, addResult, int64, slice, softmax, split, transpose } from "../onnx/graph.ts";
import { encodeOnnx } from "../onnx/onnx-file.ts";
import { withScaledQueries } from "./scaled-queries.ts";

/**
 * Whisper's encoder as ONNX (Radford et al. 2022, https://arxiv.org/abs/2212.04356). In: `mel`
 * (N, mels, frames). Out: keys (layer, N, head, 64, T) and values (layer, N, head, T, 64) of the
 * decoder's attention to the audio, as the attention reads them, which spares a copy a token.
 */
export function makeEncoder(name: string, alignment: AlignmentHeads, stored: Weights): Uint8Array {
  const sizes = dimensionsOf(stored);
  const graph = beginWhisperGraph(withScaledQueries(stored, sizes.state));
  let x = addConvolutions(graph);
  for (let layer = 0; layer < sizes.audioLayers; layer++)
    x = addEncoderLayer(graph, x, `encoder/layer_${layer}`, sizes);
  addCrossAttention(graph, norm(graph, x, "encoder/layer_norm"), sizes);
  return encodeOnnx({
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [{ name: "mel", type: "float", shape: ["n_audio", sizes.mels, "frames"] }],
    outputs: crossValues(sizes),
    metadata: metadataOf(name, sizes, alignment),
  });
}

function addConvolutions(graph: WhisperGraph): string {
  const first = gelu(graph, convolution(graph, "mel", "encoder/conv1", 1));
  const second = gelu(graph, convolution(graph, first, "encoder/conv2", 2));
  const x = transpose(graph, second, [0, 2, 1]);
  const shape = addNode(graph, "Shape", [x]);
  const length = slice(graph, shape, int64(graph, 1), int64(graph, 2));
  const all = positions(graph, "encoder/position_encodings/encodings");
  const first0 = int64(graph, 0);
  return addNode(graph, "Add", [x, slice(graph, all, first0, length, first0)]);
}

function addEncoderLayer(
  graph: WhisperGraph,
  x: string,
  layerName: string,
  { state, audioHeads }: Dimensions,
): string {
  const normed = norm(graph, x, `${layerName}/self_attention/layer_norm`);
  const joined = linear(graph, normed, `${layerName}/self_attention/linear_0`);
  const [q = "", k = "", v = ""] = split(graph, joined, [state, state, state], -1);
  const queries = heads(graph, q, audioHeads, "queries");
  const keys = heads(graph, k, audioHeads, "keys");
  const weights = softmax(graph, addNode(graph, "MatMul", [queries, keys]));
  const mixed = addNode(graph, "MatMul", [weights, heads(graph, v, audioHeads, "queries")]);
  const out = linear(graph, join(graph, mixed), `${layerName}/self_attention/linear_1`);
  return feedForward(graph, addNode(graph, "Add", [x, out]), `${layerName}/ffn`);
}

/**
 * The encoder ends with what each layer of the decoder would make of its result for every token.
 */
function addCrossAttention(graph: WhisperGraph, x: string, sizes: Dimensions): void {
  const { state, textHeads, textLayers } = sizes;
  const keys: string[] = [];
  const values: string[] = [];
  for (let layer = 0; layer < textLayers; layer++) {
    const layerName = `decoder/layer_${layer}/attention/linear_1`;
    const k = linear(graph, x, layerName, { from: 0, to: state });
    const v = linear(graph, x, layerName, { from: state, to: 2 * state });
    const key = heads(graph, k, textHeads, "keys");
    const value = heads(graph, v, textHeads, "queries");
    keys.push(addNode(graph, "Unsqueeze", [key, int64(graph, 0)]));
    values.push(addNode(graph, "Unsqueeze", [value, int64(graph, 0)]));
  }
  addResult(graph, "n_layer_cross_k", "Concat", keys, { axis: { int: 0 } });
  addResult(graph, "n_layer_cross_v", "Concat", values, { axis: { int: 0 } });
}

export const crossValues = ({ textLayers, textHeads }: Dimensions) =>
  [
    {
      name: "n_layer_cross_k",
      type: "float",
      shape: [textLayers, "n_audio", textHeads, 64, "T"],
    },
    {
      name: "n_layer_cross_v",
      type: "float",
      shape: [textLayers, "n_audio", textHeads, "T", 64],
    },
  ] as const;
