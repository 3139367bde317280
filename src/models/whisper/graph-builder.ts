import { type StoredTensor, tensorOf, toFloat32, type Weights } from "./ctranslate2.ts";
import {
  addNode,
  addNodes,
  beginGraph,
  constant,
  float,
  floats,
  type GraphUnderConstruction,
  int,
  int64,
  ints,
  transpose,
} from "../onnx/graph.ts";

/** A matrix in float32, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

const EPSILON = 1e-5;

/**
 * A graph of Whisper under construction. Matrices are kept as int8 with a scale for each column;
 * what they are multiplied with is quantised as it comes (DynamicQuantizeLinear), once for all
 * matrices that take it.
 */
export interface WhisperGraph extends GraphUnderConstruction {
  readonly weights: Weights;
  /** Names of the quantised parts of results. */
  readonly quantised: Map<string, readonly string[]>;
}

export const beginWhisperGraph = (weights: Weights): WhisperGraph => ({
  ...beginGraph(),
  weights,
  quantised: new Map(),
});

/** Puts x times the transpose of the weight (outputs × inputs) plus the bias. */
export function linear(
  graph: WhisperGraph,
  x: string,
  prefix: string,
  rows?: { readonly from: number; readonly to: number },
): string {
  const weight = tensorOf(graph.weights, `${prefix}/weight`);
  const [outputs = 0, inputs = 0] = weight.shape;
  const { from, to } = rows ?? { from: 0, to: outputs };
  const matrix = {
    rows: to - from,
    columns: inputs,
    values: toFloat32(weight).subarray(from * inputs, to * inputs),
  };
  const multiplied = product(graph, x, transposed(matrix), `${prefix}.${from}`);
  const bias = toFloat32(tensorOf(graph.weights, `${prefix}/bias`)).slice(from, to);
  return addNode(graph, "Add", [multiplied, floats(graph, bias)]);
}

export function product(graph: WhisperGraph, x: string, matrix: Matrix, name: string): string {
  const { bytes, scales } = quantiseColumns(matrix);
  const stored = constant(graph, "int8", [matrix.rows, matrix.columns], bytes, name);
  return integerProduct(graph, x, stored, floats(graph, scales, `${name}.scale`));
}

export function integerProduct(
  graph: WhisperGraph,
  x: string,
  matrix: string,
  scales: string,
): string {
  let parts = graph.quantised.get(x);
  if (!parts) {
    parts = addNodes(graph, "DynamicQuantizeLinear", [x], 3);
    graph.quantised.set(x, parts);
  }
  const [values = "", scale = "", zero = ""] = parts;
  const ownZero = constant(graph, "int8", [1], Int8Array.of(0));
  const whole = addNode(
    graph,
    "Cast",
    [addNode(graph, "MatMulInteger", [values, matrix, zero, ownZero])],
    {
      to: int(1),
    },
  );
  return addNode(graph, "Mul", [whole, addNode(graph, "Mul", [scale, scales])]);
}

export function norm(graph: WhisperGraph, x: string, prefix: string): string {
  const scale = floats(graph, toFloat32(tensorOf(graph.weights, `${prefix}/gamma`)));
  const shift = floats(graph, toFloat32(tensorOf(graph.weights, `${prefix}/beta`)));
  return addNode(graph, "LayerNormalization", [x, scale, shift], {
    axis: int(-1),
    epsilon: { float: EPSILON },
  });
}

export function gelu(graph: WhisperGraph, x: string): string {
  const erf = addNode(graph, "Erf", [addNode(graph, "Div", [x, float(graph, Math.SQRT2)])]);
  const sum = addNode(graph, "Mul", [x, addNode(graph, "Add", [erf, float(graph, 1)])]);
  return addNode(graph, "Mul", [sum, float(graph, 0.5)]);
}

/** The sinusoids or learnt vectors of positions, kept in half precision. */
export function positions(graph: WhisperGraph, name: string): string {
  const tensor = tensorOf(graph.weights, name);
  if (tensor.type !== "float16") throw new Error(`${name} must be float16`);
  return addNode(graph, "Cast", [constant(graph, "float16", tensor.shape, tensor.bytes)], {
    to: int(1),
  });
}

export function convolution(
  graph: WhisperGraph,
  x: string,
  prefix: string,
  stride: number,
): string {
  const tensor = tensorOf(graph.weights, `${prefix}/weight`);
  const { bytes, scales } = quantiseRows(tensor);
  const kernel = addNode(
    graph,
    "DequantizeLinear",
    [constant(graph, "int8", tensor.shape, bytes), floats(graph, scales)],
    { axis: int(0) },
  );
  const bias = floats(graph, toFloat32(tensorOf(graph.weights, `${prefix}/bias`)));
  return addNode(graph, "Conv", [x, kernel, bias], {
    kernel_shape: ints(3),
    pads: ints(1, 1),
    strides: ints(stride),
  });
}

/** (N, T, state) → (N, heads, T, 64); → (N, heads, 64, T) as keys. */
export function heads(
  graph: WhisperGraph,
  x: string,
  heads: number,
  as: "queries" | "keys",
): string {
  const apart = addNode(graph, "Reshape", [x, int64(graph, 0, 0, heads, -1)]);
  return transpose(graph, apart, as === "keys" ? [0, 2, 3, 1] : [0, 2, 1, 3]);
}

/** (N, heads, T, 64) → (N, T, state). */
export function join(graph: WhisperGraph, x: string): string {
  return addNode(graph, "Reshape", [transpose(graph, x, [0, 2, 1, 3]), int64(graph, 0, 0, -1)]);
}

export function feedForward(graph: WhisperGraph, x: string, prefix: string): string {
  const inner = linear(graph, norm(graph, x, `${prefix}/layer_norm`), `${prefix}/linear_0`);
  return addNode(graph, "Add", [x, linear(graph, gelu(graph, inner), `${prefix}/linear_1`)]);
}
export function transposed({ rows, columns, values }: Matrix): Matrix {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = values[row * columns + column] as number;
  return { rows: columns, columns: rows, values: turned };
}

interface Quantised {
  readonly bytes: Int8Array;
  readonly scales: Float32Array;
}

const MIN_LARGEST = 1e-8;

/** int8, symmetric, with a scale for each column. */
export function quantiseColumns({ columns, values }: Matrix): Quantised {
  return quantise(values, columns, (i) => i % columns);
}

/** The same with a scale for each index of the first dimension. */
function quantiseRows(tensor: StoredTensor): Quantised {
  const rows = tensor.shape[0] ?? 1;
  const values = toFloat32(tensor);
  const length = values.length / rows;
  return quantise(values, rows, (i) => Math.floor(i / length));
}

function quantise(values: Float32Array, groups: number, groupOf: (i: number) => number): Quantised {
  const scales = new Float32Array(groups).fill(MIN_LARGEST);
  for (let i = 0; i < values.length; i++) {
    const group = groupOf(i);
    const size = Math.abs(values[i] as number);
    if (size > (scales[group] as number)) scales[group] = size;
  }
  for (let group = 0; group < groups; group++) scales[group] = (scales[group] as number) / 127;
  const bytes = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const ratio = Math.fround((values[i] as number) / (scales[groupOf(i)] as number));
    bytes[i] = Math.max(-127, Math.min(127, roundHalfEven(ratio)));
  }
  return { bytes, scales };
}

function roundHalfEven(value: number): number {
  const whole = Math.round(value);
  return whole - value === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}
