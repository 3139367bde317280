import {
  type Data,
  type DataType,
  type Field,
  type FixedSizeList,
  makeData,
  RecordBatchReader,
  Type,
} from "apache-arrow";
import { byteWidth, childrenOf, countLeaves } from "./columns.ts";
import { mustBeMessages, mustBeWhole } from "./plausible.ts";

/**
 * The batches of one leaf's IPC stream as one piece of column: the wire sends each leaf by itself,
 * wrapped in what is above it.
 */
export function readLeaf(stream: Uint8Array): {
  readonly data: Data | undefined;
  readonly rows: number;
} {
  mustBeMessages(stream);
  const batches = [...RecordBatchReader.from(stream)];
  const pieces = batches
    .map((batch) => batch.data.children[0])
    .filter((data) => data !== undefined);
  for (const piece of pieces) mustBeWhole(piece);
  return {
    data: pieces.length === 0 ? undefined : joinData(pieces as [Data, ...Data[]]),
    rows: batches.reduce((sum, { numRows }) => sum + numRows, 0),
  };
}

/**
 * A column out of its leaves, in order: `struct{x,y}` arrives as `struct{x}` and `struct{y}`,
 * `map<k,v>` as `list<struct<k>>` and `list<struct<v>>`;
 * validity and offsets are repeated in each, so those of the first serve.
 */
export function assemble(type: DataType, leaves: readonly Data[]): Data {
  const [first] = leaves;
  if (!first) throw new Error("a column without data");
  const children = childrenOf(type);
  if (
    children.length === 0 ||
    (leaves.length === 1 &&
      type.typeId !== Type.Struct &&
      type.typeId !== Type.Map &&
      type.typeId !== Type.List)
  )
    return first;
  const inner = leaves.map((leaf) => leaf.children[0] as Data);
  const parts: Data[] = [];
  let at = 0;
  for (const child of children) {
    const count = countLeaves(child);
    parts.push(assemble(child.type, inner.slice(at, at + count)));
    at += count;
  }
  return rebuilt(type, first, parts);
}

/** `first` with other children. */
const rebuilt = (type: DataType, first: Data, children: readonly Data[]): Data =>
  makeData({
    type,
    length: first.length,
    nullCount: first.nullCount,
    nullBitmap: first.nullBitmap,
    offset: first.offset,
    ...(first.valueOffsets
      ? { valueOffsets: first.valueOffsets, child: children[0] }
      : { children }),
  } as never);

/** Pieces of one column, each as a reader gives them (from offset 0), in one. */
export function joinData(parts: readonly [Data, ...Data[]]): Data {
  const [first] = parts;
  if (parts.length === 1) return first;
  const { type } = first;
  const length = parts.reduce((sum, piece) => sum + piece.length, 0);
  const nullCount = parts.reduce((sum, piece) => sum + piece.nullCount, 0);
  const common = {
    type,
    length,
    nullCount,
    ...(nullCount === 0
      ? {}
      : {
          nullBitmap: joinBits(parts, (piece) =>
            piece.nullCount === 0 ? undefined : piece.nullBitmap,
          ),
        }),
  };
  const joinChildren = (): Data[] =>
    childrenOf(type).map((_: Field, i) =>
      joinData(parts.map((piece) => piece.children[i] as Data) as [Data, ...Data[]]),
    );
  const make = (more: object): Data => makeData({ ...common, ...more } as never);
  switch (type.typeId) {
    case Type.Bool:
      return make({ data: joinBits(parts, (piece) => piece.values as Uint8Array) });
    case Type.Struct:
      return make({ children: joinChildren() });
    case Type.FixedSizeList:
      return make({ child: joinChildren()[0] });
    case Type.List:
    case Type.Map:
      return make({
        valueOffsets: joinOffsets(parts),
        child: joinData(parts.map(childInUse) as [Data, ...Data[]]),
      });
    case Type.Utf8:
    case Type.Binary:
      return make({
        valueOffsets: joinOffsets(parts),
        data: Buffer.concat(parts.map(bytesInUse)),
      });
    default:
      return make({ data: joinFixed(parts) });
  }
}

const firstOffset = ({ valueOffsets }: Data): number => valueOffsets[0] ?? 0;
const end = ({ valueOffsets, length }: Data): number => valueOffsets[length] ?? 0;
const bytesInUse = (piece: Data): Uint8Array =>
  (piece.values as Uint8Array).subarray(firstOffset(piece), end(piece));
const childInUse = (piece: Data): Data =>
  (piece.children[0] as Data).slice(firstOffset(piece), end(piece) - firstOffset(piece));

function joinOffsets(pieces: readonly Data[]): Int32Array {
  const offsets = new Int32Array(pieces.reduce((sum, { length }) => sum + length, 0) + 1);
  let at = 0;
  let base = 0;
  for (const piece of pieces) {
    for (let i = 1; i <= piece.length; i++)
      offsets[++at] = base + (piece.valueOffsets[i] ?? 0) - firstOffset(piece);
    base += end(piece) - firstOffset(piece);
  }
  return offsets;
}

function joinBits(
  pieces: readonly Data[],
  bitsOf: (part: Data) => Uint8Array | undefined,
): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const joined = new Uint8Array(Math.ceil(length / 64) * 8);
  let at = 0;
  for (const piece of pieces) {
    const bits = bitsOf(piece);
    for (let i = 0; i < piece.length; i++, at++) {
      const from = piece.offset + i;
      if (bits === undefined || ((bits[from >> 3] ?? 0) & (1 << (from & 7))) !== 0)
        joined[at >> 3] = (joined[at >> 3] ?? 0) | (1 << (at & 7));
    }
  }
  return joined;
}

type Typed = Uint8Array | BigInt64Array;

/** Values per row in the array: a decimal is four words. */
function joinFixed(parts: readonly Data[]): Typed {
  const first = parts[0]?.values as Typed;
  const perRow =
    (byteWidth(parts[0]?.type as FixedSizeList) ?? first.BYTES_PER_ELEMENT) /
    first.BYTES_PER_ELEMENT;
  const total = parts.reduce((sum, { length }) => sum + length * perRow, 0);
  const joined = new (first.constructor as new (length: number) => Uint8Array)(total);
  let at = 0;
  for (const piece of parts) {
    joined.set((piece.values as Uint8Array).subarray(0, piece.length * perRow), at);
    at += piece.length * perRow;
  }
  return joined;
}
