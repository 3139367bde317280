import { describe, expect, it } from "vitest";
import { addNode, beginGraph, beginInnerGraph, floats, int, int64 } from "./graph.ts";
import { encodeOnnx } from "./onnx-file.ts";
import { readOnnx } from "./read-onnx.ts";

/** A sum, and a loop with a product inside. */
function model(): Uint8Array {
  const graph = beginGraph();
  addNode(graph, "Add", ["x", floats(graph, Float32Array.of(1, 2.5, -3), "weights")]);
  const inner = beginInnerGraph(graph);
  addNode(inner, "Mul", ["i", int64(inner, -1, 2 ** 40)], { axis: int(-1) });
  graph.nodes.push({
    kind: "Loop",
    inputs: ["n"],
    outputs: ["y"],
    attributes: { body: { graph: { nodes: inner.nodes, inputs: [], outputs: [] } } },
  });
  return encodeOnnx({ ...graph, inputs: [], outputs: [], metadata: { author: "nobody" } });
}

function errorOf(file: Uint8Array, length: number): string {
  try {
    readOnnx(file.subarray(0, length));
    return "";
  } catch (error) {
    return String(error);
  }
}

describe("an ONNX file", () => {
  it("is read with its weights and the nodes of inner graphs", () => {
    const { initializers, nodes } = readOnnx(model());
    expect(nodes.map(({ kind }) => kind).toSorted()).toEqual(["Add", "Loop", "Mul"]);
    expect(nodes.find(({ kind }) => kind === "Add")).toEqual({
      kind: "Add",
      inputs: ["x", "weights"],
      outputs: ["Add2"],
    });
    const weights = initializers.get("weights");
    expect(weights).toMatchObject({ type: "float", shape: [3] });
    expect([...new Float32Array(new Uint8Array(weights?.bytes ?? []).buffer)]).toEqual([
      1, 2.5, -3,
    ]);
  });

  it("that is cut anywhere, or is none, is an error and never a hang", () => {
    const file = model();
    // A cut between two fields of the outermost message leaves a file that is whole.
    const errors = Array.from({ length: file.length }, (_, length) => errorOf(file, length));
    expect(errors.filter((error) => !/^$|ends early|no graph|not ONNX/.test(error))).toEqual([]);
    expect(errors.filter((error) => error !== "").length).toBeGreaterThan(file.length / 2);
    expect(() => readOnnx(new Uint8Array(64).fill(255))).toThrow(/not ONNX/);
    expect(() => readOnnx(new Uint8Array())).toThrow(/no graph/);
  });
});
