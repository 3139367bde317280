import { ELEMENT, type ElementType, type Initializer } from "./onnx-file.ts";

/** A node as it is stored, with what can be told of it without its attributes. */
export interface StoredNode {
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface StoredGraph {
  /** Weights by name, also those that are the result of a node of the kind "Constant". */
  readonly initializers: ReadonlyMap<string, Initializer>;
  /** Those of inner graphs too. */
  readonly nodes: readonly StoredNode[];
}

type Field = { readonly number: number } & (
  | { readonly bytes: Uint8Array }
  | { readonly value: number }
);

const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];
const MODEL_GRAPH = 7;
const ATTRIBUTE_TENSOR = 5;
const ATTRIBUTE_GRAPH = 6;

/**
 * Reads the weights and the nodes of an ONNX model
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). Weights are views of the file.
 * @throws Error when the bytes are no such file or end early.
 */
export function readOnnx(file: Uint8Array): StoredGraph {
  const initializers = new Map<string, Initializer>();
  const nodes: StoredNode[] = [];
  for (const graph of messages(file, MODEL_GRAPH)) readGraph(graph, initializers, nodes);
  if (nodes.length === 0) throw new Error("the file has no graph");
  return { initializers, nodes };
}

function readGraph(
  graph: Uint8Array,
  initializers: Map<string, Initializer>,
  nodes: StoredNode[],
): void {
  const keep = (tensor: Uint8Array, result?: string): void => {
    const found = readTensor(tensor);
    if (!found) return;
    const name = result ?? found.name;
    initializers.set(name, { ...found, name });
  };
  for (const node of messages(graph, 1)) {
    const [kind = ""] = texts(node, 4);
    const outputs = texts(node, 2);
    nodes.push({ kind, inputs: texts(node, 1), outputs });
    for (const attribute of messages(node, 5)) {
      for (const inner of messages(attribute, ATTRIBUTE_GRAPH))
        readGraph(inner, initializers, nodes);
      if (kind === "Constant")
        for (const tensor of messages(attribute, ATTRIBUTE_TENSOR)) keep(tensor, outputs[0]);
    }
  }
  for (const tensor of messages(graph, 5)) keep(tensor);
}

/** Null for a type that our graphs have no use for. */
function readTensor(tensor: Uint8Array): Initializer | null {
  const all = [...fields(tensor)];
  const number = all.findLast((field) => field.number === 2);
  const type = Object.entries(ELEMENT).find(
    ([, element]) => number !== undefined && "value" in number && number.value === element,
  )?.[0] as ElementType | undefined;
  if (type === undefined) return null;
  const raw = all.findLast((field) => field.number === 9);
  return {
    name: texts(tensor, 8)[0] ?? "",
    type,
    shape: numbers(all, 1),
    bytes: raw && "bytes" in raw ? raw.bytes : typedBytes(all, type),
  };
}

/** Small tensors keep their numbers in a field of their type. */
function typedBytes(all: readonly Field[], type: ElementType): Uint8Array {
  if (type === "float") {
    const [packed] = all.filter((field) => field.number === 4);
    return packed && "bytes" in packed ? packed.bytes : new Uint8Array();
  }
  if (type === "int64") return new Uint8Array(BigInt64Array.from(numbers(all, 7), BigInt).buffer);
  return type === "float16" ? new Uint8Array() : Uint8Array.from(numbers(all, 5));
}

/** Whole numbers of a field, one by one or packed. */
function numbers(all: readonly Field[], number: number): number[] {
  return all
    .filter((field) => field.number === number)
    .flatMap((field) => ("bytes" in field ? unpack(field.bytes) : [field.value]));
}

function unpack(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const { value, next } = varint(bytes, offset);
    found.push(value);
    offset = next;
  }
  return found;
}

const messages = (message: Uint8Array, number: number): Uint8Array[] =>
  [...fields(message)].flatMap((field) =>
    field.number === number && "bytes" in field ? [field.bytes] : [],
  );

const texts = (message: Uint8Array, number: number): string[] =>
  messages(message, number).map((bytes) => Buffer.from(bytes).toString("utf8"));

function* fields(message: Uint8Array): Generator<Field> {
  for (let offset = 0; offset < message.length;) {
    const { value: tag, next } = varint(message, offset);
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === VARINT) {
      const { value, next: end } = varint(message, next);
      yield { number, value };
      offset = end;
      continue;
    }
    const { from, length } = extent(message, next, wire);
    if (from + length > message.length) throw new Error("the file ends early");
    yield { number, bytes: message.subarray(from, from + length) };
    offset = from + length;
  }
}

function extent(
  message: Uint8Array,
  offset: number,
  wire: number,
): { readonly from: number; readonly length: number } {
  if (wire === FIXED32) return { from: offset, length: 4 };
  if (wire === FIXED64) return { from: offset, length: 8 };
  if (wire !== LENGTH) throw new Error("the file is not ONNX");
  const { value, next } = varint(message, offset);
  return { from: next, length: value };
}

const MAX_VARINT_BYTES = 10;

/** A number that 53 bits do not hold loses its low bits; no size or type is as large. */
function varint(
  bytes: Uint8Array,
  from: number,
): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) throw new Error("the file ends early");
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, next: from + i + 1 };
  }
  throw new Error("the file is not ONNX");
}
