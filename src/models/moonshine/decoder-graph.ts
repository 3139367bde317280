import {
  addNode,
  addNodes,
  addResult,
  beginGraph,
  beginInnerGraph,
  constant,
  float,
  floats,
  type GraphUnderConstruction,
  int,
  int64,
  ints,
  split,
  transpose,
} from "../onnx/graph.ts";
import { encodeOnnx, type GraphValue } from "../onnx/onnx-file.ts";
import { addMatrix, addRuntimeNode, multiply } from "./graph-parts.ts";
import { type DecoderLayer, type DecoderWeights, sideBySide } from "./weights.ts";

const HEADS = 8;
const EPSILON = { float: 1e-5 };
/** Words whose logits are made once more, exactly. */
const CANDIDATES = 8;
/** More than a minute of speech. */
export const MAX_POSITIONS = 512;

const cacheNames = (layers: number, part: string): readonly string[] =>
  Array.from({ length: layers }, (_, layer) => [`${part}_k_${layer}`, `${part}_v_${layer}`]).flat();
const isKey = (name: string): boolean => name.includes("_k_");
const selfValues = (names: readonly string[], length: string, size: number): GraphValue[] =>
  names.map((name) => ({ name, type: "float", shape: [1, HEADS, length, size] }));
const crossValues = (names: readonly string[], size: number): GraphValue[] =>
  names.map((name) => ({
    name,
    type: "float",
    shape: isKey(name) ? [1, HEADS, size, "T"] : [1, HEADS, "T", size],
  }));

/**
 * What each layer of the decoder makes of the encoder's result for every token. In: `hidden`
 * (N, T, state). Out: `cross_k_L` and `cross_v_L` (N, head, T, size) of each layer L.
 */
export function makeCrossGraph({ layers, norm }: DecoderWeights): Uint8Array {
  const graph = beginGraph();
  const state = norm.length;
  const matrix = sideBySide(layers.map(({ crossInputs }) => crossInputs));
  const joined = multiply(graph, "hidden", { matrix, bias: null });
  const names = cacheNames(layers.length, "cross");
  const parts = split(
    graph,
    joined,
    names.map(() => state),
    -1,
  );
  for (const [i, name] of names.entries()) {
    let apart = addNode(graph, "Reshape", [parts[i] ?? "", int64(graph, 0, 0, HEADS, -1)]);
    if (isKey(name)) apart = addNode(graph, "Mul", [apart, float(graph, (state / HEADS) ** -0.5)]);
    addResult(graph, name, "Transpose", [apart], {
      perm: isKey(name) ? ints(0, 2, 3, 1) : ints(0, 2, 1, 3),
    });
  }
  return encodeOnnx({
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [{ name: "hidden", type: "float", shape: ["N", "T", state] }],
    outputs: crossValues(names, state / HEADS),
    metadata: {},
  });
}

/**
 * Moonshine's decoder with its greedy loop inside. In: `token` (1, 1), the caches of the tokens
 * before it (`self_k_L`, `self_v_L`: 1, head, n, size) and of the audio (`cross_k_L`, `cross_v_L`),
 * `offset` (1), how many tokens were before, `bonus` (vocabulary), which is added to the logits
 * before the best is chosen, `steps`, how many tokens to make at most, and `end`, the token that
 * ends the loop. Out: `tokens` (n, 1) and their `probabilities` without the bonus, the end
 * included, and the caches with them.
 */
export function makeDecoderGraph(weights: DecoderWeights): Uint8Array {
  const outer = beginGraph();
  const inner = beginInnerGraph(outer);
  const count = weights.layers.length;
  const state = weights.norm.length;
  const self = cacheNames(count, "self");
  const body = addBody(inner, outer, weights);
  const size = state / HEADS;
  const token: GraphValue = { name: "token", type: "int64", shape: [1, 1] };
  const bodyInputs = [
    { name: "i", type: "int64", shape: [] },
    { name: "goes_on", type: "bool", shape: [] },
    { ...token, name: "in_token" },
    ...selfValues(
      self.map((name) => `in_${name}`),
      "n",
      size,
    ),
  ] as const;
  const bodyOutputs = [
    { name: body.goesOn, type: "bool", shape: [] },
    { ...token, name: body.token },
    ...selfValues(body.caches, "m", size),
    { name: body.chosen, type: "int64", shape: [1] },
    { name: body.probability, type: "float", shape: [1] },
    { name: body.rival, type: "int64", shape: [1] },
    { name: body.rivalProbability, type: "float", shape: [1] },
  ] as const;
  const isOn = constant(outer, "bool", [], Uint8Array.of(1));
  const caches = self.map((name) => `out_${name}`);
  outer.nodes.push({
    kind: "Loop",
    inputs: ["steps", isOn, "token", ...self],
    outputs: ["last_token", ...caches, "tokens", "probabilities", "rivals", "rival_probabilities"],
    attributes: {
      body: { graph: { nodes: inner.nodes, inputs: bodyInputs, outputs: bodyOutputs } },
    },
  });
  return encodeOnnx({
    nodes: outer.nodes,
    initializers: outer.initializers,
    inputs: [
      token,
      ...selfValues(self, "n", size),
      ...crossValues(cacheNames(count, "cross"), size),
      { name: "offset", type: "int64", shape: [1] },
      { name: "bonus", type: "float", shape: [weights.words.rows] },
      { name: "steps", type: "int64", shape: [] },
      { name: "end", type: "int64", shape: [] },
    ],
    outputs: [
      { name: "tokens", type: "int64", shape: ["made", 1] },
      { name: "probabilities", type: "float", shape: ["made", 1] },
      { name: "rivals", type: "int64", shape: ["made", 1] },
      { name: "rival_probabilities", type: "float", shape: ["made", 1] },
      ...selfValues(caches, "m", size),
    ],
    metadata: {},
  });
}

interface Body {
  readonly goesOn: string;
  readonly token: string;
  /** The token once more, in another shape. */
  readonly chosen: string;
  readonly probability: string;
  /** The second best token. */
  readonly rival: string;
  readonly rivalProbability: string;
  readonly caches: readonly string[];
}

/** What one layer hands to the next: the sum so far, and what its last part adds to it. */
interface Stream {
  readonly sum: string;
  readonly added: string;
}

function addBody(
  graph: GraphUnderConstruction,
  outer: GraphUnderConstruction,
  { layers, words, norm, frequencies }: DecoderWeights,
): Body {
  const [bytes, scales, zeros] = addMatrix(outer, words);
  const gathered = addNode(graph, "Gather", [bytes, "in_token"]);
  const scale = constant(outer, "float", [], words.scales.subarray(0, 1));
  const zero = constant(outer, "uint8", [], words.zeros.subarray(0, 1));
  const embedded = addNode(graph, "DequantizeLinear", [gathered, scale, zero]);
  const rotation = addRotation(graph, frequencies);
  let stream: Stream = { sum: embedded, added: "" };
  const caches: string[] = [];
  for (const [number, layer] of layers.entries())
    stream = addLayer(graph, { number, layer, stream, rotation, caches });
  const { normed } = addNorm(graph, stream, norm);
  const [logits = ""] = addRuntimeNode(
    graph,
    "DynamicQuantizeMatMul",
    [normed, transpose(outer, bytes, [1, 0]), scales, zeros],
    1,
  );
  const row = addNode(graph, "Reshape", [logits, int64(graph, -1)]);
  const [, best = ""] = addNodes(
    graph,
    "TopK",
    [addNode(graph, "Add", [row, "bonus"]), int64(graph, CANDIDATES)],
    2,
    { axis: int(0) },
  );
  // In integers the product is a little off: among the best it is made again in floats.
  const exact = addNode(graph, "MatMul", [
    addNode(graph, "DequantizeLinear", [addNode(graph, "Gather", [bytes, best]), scale, zero]),
    addNode(graph, "Reshape", [normed, int64(graph, -1)]),
  ]);
  const preferred = addNode(graph, "Add", [exact, addNode(graph, "Gather", ["bonus", best])]);
  const [, ranked = ""] = addNodes(graph, "TopK", [preferred, int64(graph, 2)], 2, {
    axis: int(0),
  });
  const [first = "", second = ""] = split(graph, ranked, [1, 1], 0);
  const chosen = addNode(graph, "Gather", [best, first]);
  const rival = addNode(graph, "Gather", [best, second]);
  const likelihoods = addNode(graph, "Softmax", [row], { axis: int(0) });
  const token = addNode(graph, "Reshape", [chosen, int64(graph, 1, 1)]);
  return {
    goesOn: addNode(graph, "Not", [
      addNode(graph, "Squeeze", [addNode(graph, "Equal", [chosen, "end"])]),
    ]),
    token,
    chosen,
    probability: addNode(graph, "Gather", [likelihoods, chosen]),
    rival,
    rivalProbability: addNode(graph, "Gather", [likelihoods, rival]),
    caches,
  };
}

interface Rotation {
  readonly position: string;
  readonly cosines: string;
  readonly sines: string;
  readonly size: number;
}

/** How much a position turns the queries and keys. Su et al. 2021, https://arxiv.org/abs/2104.09864 */
function addRotation(graph: GraphUnderConstruction, frequencies: Float32Array): Rotation {
  const table = (of: (angle: number) => number): string =>
    constant(
      graph,
      "float",
      [MAX_POSITIONS, frequencies.length],
      Float32Array.from({ length: MAX_POSITIONS * frequencies.length }, (_, i) =>
        of(Math.floor(i / frequencies.length) * (frequencies[i % frequencies.length] ?? 0)),
      ),
    );
  return {
    position: addNode(graph, "Add", ["i", "offset"]),
    cosines: table(Math.cos),
    sines: table(Math.sin),
    size: 2 * frequencies.length,
  };
}

interface LayerInput {
  readonly number: number;
  readonly layer: DecoderLayer;
  readonly stream: Stream;
  readonly rotation: Rotation;
  /** Takes the names of the caches with the new token. */
  readonly caches: string[];
}

function addLayer(
  graph: GraphUnderConstruction,
  { number, layer, stream, rotation, caches }: LayerInput,
): Stream {
  const before = addNorm(graph, stream, layer.norms.self);
  const self = addSelfAttention(graph, number, layer, before.normed, rotation);
  caches.push(...self.caches);
  const middle = addNorm(graph, { sum: before.sum, added: self.output }, layer.norms.cross);
  const queries = multiply(graph, middle.normed, { matrix: layer.crossQueries, bias: null });
  const apart = addNode(graph, "Reshape", [queries, int64(graph, 1, HEADS, 1, -1)]);
  const scores = addNode(graph, "MatMul", [apart, `cross_k_${number}`]);
  const weights = addNode(graph, "Softmax", [scores], { axis: int(-1) });
  const mixed = addNode(graph, "MatMul", [weights, `cross_v_${number}`]);
  const heard = addNode(graph, "Reshape", [mixed, int64(graph, 1, 1, -1)]);
  const cross = multiply(graph, heard, { matrix: layer.crossOutput, bias: null });
  const after = addNorm(graph, { sum: middle.sum, added: cross }, layer.norms.feedForward);
  return { sum: after.sum, added: addFeedForward(graph, layer, after.normed) };
}

/** Adds what the last part gave to the sum, and norms that. */
function addNorm(
  graph: GraphUnderConstruction,
  { sum, added }: Stream,
  weight: Float32Array,
): { readonly normed: string; readonly sum: string } {
  const scale = floats(graph, weight);
  if (added === "") {
    const attributes = { axis: int(-1), epsilon: EPSILON };
    return { normed: addNode(graph, "LayerNormalization", [sum, scale], attributes), sum };
  }
  const [normed = "", , , both = ""] = addRuntimeNode(
    graph,
    "SkipLayerNormalization",
    [sum, added, scale],
    4,
    { epsilon: EPSILON },
  );
  return { normed, sum: both };
}

function addSelfAttention(
  graph: GraphUnderConstruction,
  number: number,
  { selfInputs, selfOutput }: DecoderLayer,
  x: string,
  { position, cosines, sines, size }: Rotation,
): { readonly output: string; readonly caches: readonly string[] } {
  const state = selfOutput.rows;
  const joined = multiply(graph, x, { matrix: selfInputs, bias: null });
  const [both = "", values = ""] = split(graph, joined, [2 * state, state], -1);
  const [turned = ""] = addRuntimeNode(
    graph,
    "RotaryEmbedding",
    [both, position, cosines, sines],
    1,
    { interleaved: int(1), num_heads: int(2 * HEADS), rotary_embedding_dim: int(size) },
  );
  const [queries = "", keys = ""] = split(graph, turned, [state, state], -1);
  const past = [`in_self_k_${number}`, `in_self_v_${number}`];
  const [mixed = "", ...caches] = addRuntimeNode(
    graph,
    "MultiHeadAttention",
    [queries, keys, values, "", "", "", ...past],
    3,
    { num_heads: int(HEADS) },
  );
  return { output: multiply(graph, mixed, { matrix: selfOutput, bias: null }), caches };
}

/** Half of the numbers open the gates for the other half. */
function addFeedForward(
  graph: GraphUnderConstruction,
  { up, down }: DecoderLayer,
  x: string,
): string {
  const wide = multiply(graph, x, up);
  const half = up.matrix.columns / 2;
  const [values = "", gates = ""] = split(graph, wide, [half, half], -1);
  const [open = ""] = addRuntimeNode(graph, "QuickGelu", [gates], 1, { alpha: { float: 1 } });
  return multiply(graph, addNode(graph, "Mul", [open, values]), down);
}
