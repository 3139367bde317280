import { addNodes, constant, floats, type GraphUnderConstruction } from "../onnx/graph.ts";
import { type Attribute, RUNTIME_DOMAIN } from "../onnx/onnx-file.ts";
import type { ByteMatrix, Linear } from "./weights.ts";

/** Adds an operator of ONNX Runtime's own. An empty name stands for an input that is not there. */
export function addRuntimeNode(
  graph: GraphUnderConstruction,
  kind: string,
  inputs: readonly string[],
  results: number,
  attributes: Readonly<Record<string, Attribute>> = {},
): readonly string[] {
  const outputs = addNodes(graph, kind, inputs, results, attributes);
  const node = graph.nodes.pop();
  if (node) graph.nodes.push({ ...node, domain: RUNTIME_DOMAIN });
  return outputs;
}

/** Puts x times the matrix, with x quantised as it comes, plus the bias. */
export function multiply(
  graph: GraphUnderConstruction,
  x: string,
  { matrix, bias }: Linear,
): string {
  const [product = ""] = addRuntimeNode(
    graph,
    "DynamicQuantizeMatMul",
    [x, ...addMatrix(graph, matrix), ...(bias ? [floats(graph, bias)] : [])],
    1,
  );
  return product;
}

/** The names of its bytes, its scales and its zeros. */
export function addMatrix(
  graph: GraphUnderConstruction,
  { rows, columns, bytes, scales, zeros }: ByteMatrix,
): readonly [string, string, string] {
  return [
    constant(graph, "uint8", [rows, columns], bytes),
    floats(graph, scales),
    constant(graph, "uint8", [zeros.length], zeros),
  ];
}
