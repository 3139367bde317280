/**
 * Writes an ONNX model (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) as protobuf: only
 * the fields that our graphs need, each in the order of its number, so that the same graph gives
 * the same bytes everywhere.
 */

/** Numbers of ONNX for types of elements. */
export const ELEMENT = { float: 1, uint8: 2, int8: 3, int64: 7, bool: 9, float16: 10 } as const;
export type ElementType = keyof typeof ELEMENT;

export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A whole number, a float, whole numbers or a graph, as ONNX tells attributes apart. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly graph: InnerGraph };

export interface GraphNode {
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Operators of ONNX Runtime's own have one; those of the standard have none. */
  readonly domain?: typeof RUNTIME_DOMAIN;
}

/** The graph of a loop: it may use the results of the graph around it. */
export type InnerGraph = Pick<OnnxGraph, "nodes" | "inputs" | "outputs">;

/** https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md */
export const RUNTIME_DOMAIN = "com.microsoft";

/** What goes in or out of a graph; a name in place of a number is a size that varies. */
export interface GraphValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

const IR_VERSION = 8;
const OPSET = 17;

export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  return Buffer.concat([
    ...varintField(1, IR_VERSION),
    ...textField(2, "mediasearch"),
    ...messageField(7, encodeGraph(graph, "whisper")),
    ...messageField(8, [...textField(1, ""), ...varintField(2, OPSET)]),
    ...(usesRuntimeDomain(graph)
      ? messageField(8, [...textField(1, RUNTIME_DOMAIN), ...varintField(2, 1)])
      : []),
    ...Object.entries(graph.metadata).flatMap(([key, value]) =>
      messageField(14, [...textField(1, key), ...textField(2, value)]),
    ),
  ]);
}

type Parts = readonly Uint8Array[];

const encodeGraph = (
  { nodes, inputs, outputs, initializers = [] }: InnerGraph & Partial<OnnxGraph>,
  name: string,
): Parts => [
  ...nodes.flatMap((node) => messageField(1, encodeNode(node))),
  ...textField(2, name),
  ...initializers.flatMap((tensor) => messageField(5, encodeTensor(tensor))),
  ...inputs.flatMap((value) => messageField(11, encodeValue(value))),
  ...outputs.flatMap((value) => messageField(12, encodeValue(value))),
];

const usesRuntimeDomain = ({ nodes }: InnerGraph): boolean =>
  nodes.some(
    ({ domain, attributes }) =>
      domain !== undefined ||
      Object.values(attributes).some((one) => "graph" in one && usesRuntimeDomain(one.graph)),
  );

const encodeNode = ({ kind, inputs, outputs, attributes, domain }: GraphNode): Parts => [
  ...inputs.flatMap((name) => textField(1, name)),
  ...outputs.flatMap((name) => textField(2, name)),
  ...textField(4, kind),
  ...Object.entries(attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, attribute]) => messageField(5, encodeAttribute(name, attribute))),
  ...(domain === undefined ? [] : textField(7, domain)),
];

function encodeAttribute(name: string, attribute: Attribute): Parts {
  if ("float" in attribute) {
    const value = Buffer.alloc(4);
    value.writeFloatLE(attribute.float);
    return [...textField(1, name), tag(2, 5), value, ...varintField(20, 1)];
  }
  if ("int" in attribute)
    return [...textField(1, name), ...varintField(3, attribute.int), ...varintField(20, 2)];
  if ("graph" in attribute)
    return [
      ...textField(1, name),
      ...messageField(6, encodeGraph(attribute.graph, "loop")),
      ...varintField(20, 5),
    ];
  return [
    ...textField(1, name),
    ...attribute.ints.flatMap((one) => varintField(8, one)),
    ...varintField(20, 7),
  ];
}

const encodeTensor = ({ name, type, shape, bytes }: Initializer): Parts => [
  ...shape.flatMap((size) => varintField(1, size)),
  ...varintField(2, ELEMENT[type]),
  ...textField(8, name),
  ...bytesField(9, bytes),
];

const encodeValue = ({ name, type, shape }: GraphValue): Parts => [
  ...textField(1, name),
  ...messageField(
    2,
    messageField(1, [
      ...varintField(1, ELEMENT[type]),
      ...messageField(
        2,
        shape.flatMap((size) =>
          messageField(1, typeof size === "number" ? varintField(1, size) : textField(2, size)),
        ),
      ),
    ]),
  ),
];

/** Negative numbers take ten bytes, as 64 bits of two's complement. */
function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const tag = (field: number, wire: 0 | 2 | 5): Uint8Array => varint(field * 8 + wire);
const varintField = (field: number, value: number): Parts => [tag(field, 0), varint(value)];
const bytesField = (field: number, bytes: Uint8Array): Parts => [
  tag(field, 2),
  varint(bytes.byteLength),
  bytes,
];
const textField = (field: number, text: string): Parts => bytesField(field, Buffer.from(text));
function messageField(field: number, parts: Parts): Parts {
  const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return [tag(field, 2), varint(length), ...parts];
}
