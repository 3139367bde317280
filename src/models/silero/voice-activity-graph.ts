import {
  addNode,
  addNodes,
  addResult,
  beginGraph,
  constant,
  floats,
  type GraphUnderConstruction,
  int,
  int64,
  split,
} from "../onnx/graph.ts";
import { encodeOnnx, type Initializer } from "../onnx/onnx-file.ts";
import { readOnnx } from "../onnx/read-onnx.ts";

/** The part of the file for 16 kHz. */
const PREFIX = "If_0_then_branch__Inline_0__";
/** The samples that one decision sees: 64 of before, 512 new ones. */
const WINDOW = 576;
/** So many samples more are mirrored at the end of each window. */
const MIRRORED = 64;
/** The spectrum is taken four times a window, 128 samples apart. */
const [SPECTRA, SPECTRUM, HOP] = [4, 256, 128];
const HIDDEN = 128;

/** The convolutions over the spectra of a window: kernels of three with a zero at both ends. */
const CONVOLUTIONS = [
  { times: 4, stride: 1 },
  { times: 4, stride: 2 },
  { times: 2, stride: 2 },
  { times: 1, stride: 1 },
] as const;

/**
 * Silero's net for voice activity over many windows in one run. The published graph takes one
 * window at a time through some 150 nodes; here only the recurrent layer goes window by window, and
 * what is before and after it are products with all windows at once. In: `windows` (N, 576) and
 * `state` (2, 1, 128). Out: `probabilities` (N) and `next_state`.
 * @throws Error when the file is no such net.
 */
export function makeVoiceActivityGraph(file: Uint8Array): Uint8Array {
  const { initializers } = readOnnx(file);
  const weight = (name: string): Weight => toWeight(initializers.get(`${PREFIX}${name}`), name);
  const graph = beginGraph();
  let x = addSpectra(graph, weight("stft.forward_basis_buffer"));
  for (const [layer, { times, stride }] of CONVOLUTIONS.entries()) {
    const kernel = weight(`encoder.${layer}.reparam_conv.weight`);
    const bias = weight(`encoder.${layer}.reparam_conv.bias`);
    x = addConvolution(graph, x, kernel, bias, { times, stride });
  }
  addDecision(graph, x, weight);
  return encodeOnnx({
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [
      { name: "windows", type: "float", shape: ["N", WINDOW] },
      { name: "state", type: "float", shape: [2, 1, HIDDEN] },
    ],
    outputs: [
      { name: "probabilities", type: "float", shape: ["N"] },
      { name: "next_state", type: "float", shape: [2, 1, HIDDEN] },
    ],
    metadata: {},
  });
}

interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function toWeight(stored: Initializer | undefined, name: string): Weight {
  if (stored?.type !== "float" || stored.bytes.length === 0)
    throw new Error(`the net for voice activity has no ${name}`);
  return { shape: stored.shape, values: new Float32Array(new Uint8Array(stored.bytes).buffer) };
}

/** (N, 576) → (N, 4 × 129): how strong each frequency is. */
function addSpectra(graph: GraphUnderConstruction, { shape, values }: Weight): string {
  const [parts = 0] = shape;
  const samples = Array.from({ length: SPECTRA * SPECTRUM }, (_, i) => {
    const at = Math.floor(i / SPECTRUM) * HOP + (i % SPECTRUM);
    return at < WINDOW ? at : 2 * (WINDOW - 1) - at;
  });
  if (samples.at(-1) !== WINDOW - 1 - MIRRORED) throw new Error("the windows are of another size");
  const gathered = addNode(graph, "Gather", ["windows", int64(graph, ...samples)], {
    axis: int(1),
  });
  const rows = addNode(graph, "Reshape", [gathered, int64(graph, -1, SPECTRUM)]);
  const basis = matrix(graph, SPECTRUM, parts, (row, column) => values[column * SPECTRUM + row]);
  const waves = addNode(graph, "MatMul", [rows, basis]);
  const squares = split(graph, addNode(graph, "Mul", [waves, waves]), [parts / 2, parts / 2], -1);
  const strength = addNode(graph, "Sqrt", [addNode(graph, "Add", squares)]);
  return addNode(graph, "Reshape", [strength, int64(graph, -1, (SPECTRA * parts) / 2)]);
}

/** A convolution over the few times of a window as one product: zeros where it does not reach. */
function addConvolution(
  graph: GraphUnderConstruction,
  x: string,
  { shape, values }: Weight,
  bias: Weight,
  { times, stride }: { readonly times: number; readonly stride: number },
): string {
  const [outputs = 0, inputs = 0, size = 0] = shape;
  const results = Math.ceil(times / stride);
  const weights = matrix(graph, times * inputs, results * outputs, (row, column) => {
    const tap = Math.floor(row / inputs) - Math.floor(column / outputs) * stride + 1;
    const from = ((column % outputs) * inputs + (row % inputs)) * size;
    return tap >= 0 && tap < size ? values[from + tap] : 0;
  });
  const added = Float32Array.from(
    { length: results * outputs },
    (_, i) => bias.values[i % outputs] ?? 0,
  );
  const sum = addNode(graph, "Add", [addNode(graph, "MatMul", [x, weights]), floats(graph, added)]);
  return addNode(graph, "Relu", [sum]);
}

/** The recurrent layer, window by window, and what it says of each. */
function addDecision(
  graph: GraphUnderConstruction,
  x: string,
  weight: (name: string) => Weight,
): void {
  const sequence = addNode(graph, "Reshape", [x, int64(graph, -1, 1, HIDDEN)]);
  const gates = (name: string, columns: number): string => {
    const values = inOrder(weight(`decoder.rnn.${name}`).values, columns);
    return constant(graph, "float", [1, 4 * HIDDEN, columns], values);
  };
  const biases = ["bias_ih", "bias_hh"].flatMap((name) => [
    ...inOrder(weight(`decoder.rnn.${name}`).values, 1),
  ]);
  const bias = constant(graph, "float", [1, 8 * HIDDEN], Float32Array.from(biases));
  const [hidden = "", cell = ""] = split(graph, "state", [1, 1], 0);
  const [all = "", lastHidden = "", lastCell = ""] = addNodes(
    graph,
    "LSTM",
    [sequence, gates("weight_ih", HIDDEN), gates("weight_hh", HIDDEN), bias, "", hidden, cell],
    3,
    { hidden_size: int(HIDDEN) },
  );
  addResult(graph, "next_state", "Concat", [lastHidden, lastCell], { axis: int(0) });
  const heard = addNode(graph, "Relu", [
    addNode(graph, "Reshape", [all, int64(graph, -1, HIDDEN)]),
  ]);
  const last = constant(graph, "float", [HIDDEN], weight("decoder.decoder.2.weight").values);
  const logit = addNode(graph, "Add", [
    addNode(graph, "MatMul", [heard, last]),
    floats(graph, weight("decoder.decoder.2.bias").values),
  ]);
  addResult(graph, "probabilities", "Sigmoid", [logit]);
}

/** The gates as ONNX orders them (input, output, forget, cell) out of PyTorch's i, f, c, o. */
function inOrder(values: Float32Array, columns: number): Float32Array {
  const gate = HIDDEN * columns;
  const sorted = new Float32Array(values.length);
  for (const [to, from] of [0, 3, 1, 2].entries())
    sorted.set(values.subarray(from * gate, (from + 1) * gate), to * gate);
  return sorted;
}

function matrix(
  graph: GraphUnderConstruction,
  rows: number,
  columns: number,
  at: (row: number, column: number) => number | undefined,
): string {
  const values = new Float32Array(rows * columns);
  let i = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) values[i++] = at(row, column) ?? 0;
  return constant(graph, "float", [rows, columns], values);
}
