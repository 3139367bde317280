import type { Attribute, ElementType, GraphNode, Initializer } from "./onnx-file.ts";

/** Small constants are kept once each. */
const MAX_SHARED_ELEMENTS = 15;
export const int = (value: number): Attribute => ({ int: value });
export const ints = (...values: readonly number[]): Attribute => ({ ints: values });

/**
 * A graph under construction. The functions below add nodes to it and return the name of their
 * result.
 */
export interface GraphUnderConstruction {
  readonly nodes: GraphNode[];
  readonly initializers: Initializer[];
  /** Names of constants by what they are. */
  readonly shared: Map<string, string>;
  count: number;
}

export const beginGraph = (): GraphUnderConstruction => ({
  nodes: [],
  initializers: [],
  shared: new Map(),
  count: 0,
});

/** A graph inside one: its nodes are its own, constants lie around it. */
export function beginInnerGraph(outer: GraphUnderConstruction): GraphUnderConstruction {
  return {
    ...outer,
    nodes: [],
    get count() {
      return outer.count;
    },
    set count(value) {
      outer.count = value;
    },
  };
}

/** Adds a node with one result. */
export function addNode(
  graph: GraphUnderConstruction,
  kind: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): string {
  const name = `${kind}${++graph.count}`;
  graph.nodes.push({ kind, inputs, outputs: [name], attributes });
  return name;
}

/** Adds a node with several results. */
export function addNodes(
  graph: GraphUnderConstruction,
  kind: string,
  inputs: readonly string[],
  results: number,
  attributes: Readonly<Record<string, Attribute>> = {},
): readonly string[] {
  const name = `${kind}${++graph.count}`;
  const outputs = Array.from({ length: results }, (_, n) => `${name}_${n}`);
  graph.nodes.push({ kind, inputs, outputs, attributes });
  return outputs;
}

/** Adds a node whose result has the given name: a result of the whole graph. */
export function addResult(
  graph: GraphUnderConstruction,
  name: string,
  kind: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): void {
  graph.count++;
  graph.nodes.push({ kind, inputs, outputs: [name], attributes });
}

export function constant(
  graph: GraphUnderConstruction,
  type: ElementType,
  shape: readonly number[],
  array: ArrayBufferView,
  name?: string,
): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const elements = shape.reduce((product, size) => product * size, 1);
  const key =
    name === undefined && elements <= MAX_SHARED_ELEMENTS
      ? `${type}:${shape.join("x")}:${Buffer.from(bytes).toString("hex")}`
      : undefined;
  const known = key === undefined ? undefined : graph.shared.get(key);
  if (known !== undefined) return known;
  graph.count++;
  const own = name ?? `c${graph.count}`;
  graph.initializers.push({ name: own, type, shape, bytes });
  if (key !== undefined) graph.shared.set(key, own);
  return own;
}

export function int64(graph: GraphUnderConstruction, ...values: readonly number[]): string {
  return constant(graph, "int64", [values.length], BigInt64Array.from(values, BigInt));
}

export function float(graph: GraphUnderConstruction, value: number): string {
  return constant(graph, "float", [1], Float32Array.of(value));
}

export function floats(graph: GraphUnderConstruction, values: Float32Array, name?: string): string {
  return constant(graph, "float", [values.length], values, name);
}

export function transpose(
  graph: GraphUnderConstruction,
  x: string,
  order: readonly number[],
): string {
  return addNode(graph, "Transpose", [x], { perm: ints(...order) });
}

export function softmax(graph: GraphUnderConstruction, x: string): string {
  return addNode(graph, "Softmax", [x], { axis: int(-1) });
}

export function split(
  graph: GraphUnderConstruction,
  x: string,
  sizes: readonly number[],
  axis: number,
): readonly string[] {
  return addNodes(graph, "Split", [x, int64(graph, ...sizes)], sizes.length, { axis: int(axis) });
}

export function slice(
  graph: GraphUnderConstruction,
  x: string,
  from: string,
  to: string,
  axis?: string,
): string {
  return addNode(graph, "Slice", axis === undefined ? [x, from, to] : [x, from, to, axis]);
}
