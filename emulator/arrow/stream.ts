import { FlatTable } from "../flat/reader.ts";
import { finish, i16, i64, pairVector, ref, table, u8 } from "../flat/writer.ts";
import { bitmapBytes, childLength, gather, isText, nullCount, own, type Column } from "./column.ts";
import { byteWidth, type Field } from "./field.ts";
import { readSchema, writeSchema, type Schema } from "./schema.ts";

/**
 * Arrow's IPC stream format
 * (https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc),
 * uncompressed.
 */
export interface Batch {
  readonly length: number;
  readonly columns: readonly Column[];
}

const SCHEMA = 1;
const DICTIONARY_BATCH = 2;
const RECORD_BATCH = 3;
const METADATA_V5 = 4;
export const END_OF_STREAM = Buffer.from("ffffffff00000000", "hex");

/** What is wrong with bytes that should be an Arrow stream. */
export class ArrowError extends Error {}
/** Values of a type that has no layout here; a dictionary is one. */
export class UnsupportedTypeError extends ArrowError {}

interface Message {
  readonly kind: number;
  readonly header: FlatTable;
  readonly body: Uint8Array;
}

function* messages(bytes: Uint8Array): Generator<Message> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  while (offset + 8 <= bytes.length) {
    if (view.getUint32(offset, true) !== 0xffffffff)
      throw new ArrowError("a message without its continuation marker");
    const size = view.getInt32(offset + 4, true);
    if (size === 0) return;
    const start = offset + 8;
    if (size < 0 || start + size > bytes.length)
      throw new ArrowError("a message that is cut short");
    const message = FlatTable.root(bytes.subarray(start, start + size));
    const header = message.table(2);
    const bodyLength = Number(message.i64(3));
    if (header === undefined || start + size + bodyLength > bytes.length)
      throw new ArrowError("a message that is cut short");
    yield {
      kind: message.u8(1),
      header,
      body: bytes.subarray(start + size, start + size + bodyLength),
    };
    offset = start + size + bodyLength;
  }
  if (offset !== bytes.length) throw new ArrowError("bytes after the last message");
}

/** Reads a schema alone, whatever follows it. @throws ArrowError */
export function readSchemaMessage(bytes: Uint8Array): Schema {
  try {
    for (const { kind, header } of messages(bytes)) if (kind === SCHEMA) return readSchema(header);
  } catch (error) {
    throw error instanceof ArrowError
      ? error
      : new ArrowError("bytes that are no Arrow schema", { cause: error });
  }
  throw new ArrowError("no schema");
}

/** Reads a schema and the batches that follow it. @throws ArrowError */
export function readStream(bytes: Uint8Array): {
  readonly schema: Schema;
  readonly batches: readonly Batch[];
} {
  let schema: Schema | undefined;
  const batches: Batch[] = [];
  try {
    for (const { kind, header, body } of messages(bytes)) {
      if (kind === SCHEMA) schema = readSchema(header);
      else if (kind === DICTIONARY_BATCH) throw new UnsupportedTypeError("a dictionary");
      else if (kind === RECORD_BATCH && schema !== undefined)
        batches.push(readBatch(schema, header, body));
      else throw new ArrowError(`a message of kind ${kind}`);
    }
  } catch (error) {
    throw error instanceof ArrowError
      ? error
      : new ArrowError("bytes that are no Arrow stream", { cause: error });
  }
  if (schema === undefined) throw new ArrowError("no schema");
  return { schema, batches };
}

function readBatch(schema: Schema, header: FlatTable, body: Uint8Array): Batch {
  if (header.table(3) !== undefined) throw new ArrowError("a compressed batch");
  const nodes = header.pairs(1).values();
  const buffers = header.pairs(2).values();
  const nextBuffer = (): Uint8Array => {
    const { value } = buffers.next();
    if (value === undefined || value[0] + value[1] > body.length)
      throw new ArrowError("a buffer outside of its message");
    return body.subarray(value[0], value[0] + value[1]);
  };
  const read = (of: Field): Column => {
    const { value: node } = nodes.next();
    if (node === undefined) throw new ArrowError(`no values for ${of.name}`);
    const [length, missing] = node;
    const bits = nextBuffer();
    const validity = missing > 0 ? own(bits.subarray(0, bitmapBytes(length))) : undefined;
    return { length, validity, ...readValues(of, length, nextBuffer, read) };
  };
  return { length: Number(header.i64(0)), columns: schema.fields.map(read) };
}

function readValues(
  of: Field,
  length: number,
  next: () => Uint8Array,
  read: (of: Field) => Column,
): Pick<Column, "offsets" | "data" | "children"> {
  const { kind } = of.type;
  const width = byteWidth(of.type);
  if (kind === "other")
    throw new UnsupportedTypeError(`column ${of.name} has a type that is not supported`);
  if (kind === "bool" || width !== undefined) {
    const needed = width === undefined ? bitmapBytes(length) : width * length;
    const data = next();
    if (data.length < needed) throw new ArrowError(`too few values of ${of.name}`);
    return { offsets: undefined, data: own(data.subarray(0, needed)), children: [] };
  }
  if (kind === "struct" || kind === "fixedList") {
    const needed = childLength(of, { length, offsets: undefined });
    return {
      offsets: undefined,
      data: undefined,
      children: of.children.map((child) => part(child, read(child), 0, needed)),
    };
  }
  const { offsets, first, last } = readOffsets(of, length, next());
  if (!isText(of))
    return {
      offsets,
      data: undefined,
      children: of.children.map((child) => part(child, read(child), first, last)),
    };
  const data = next();
  if (last > data.length) throw new ArrowError(`offsets of ${of.name} beyond its bytes`);
  return { offsets, data: own(data.subarray(first, last)), children: [] };
}

/**
 * Offsets that begin at 0, and where the values that they mean begin and end among those that were
 * sent.
 */
function readOffsets(
  of: Field,
  length: number,
  raw: Uint8Array,
): { readonly offsets: Int32Array; readonly first: number; readonly last: number } {
  if (length === 0) return { offsets: new Int32Array(1), first: 0, last: 0 };
  const size = 4 * (length + 1);
  if (raw.length < size) throw new ArrowError(`too few offsets of ${of.name}`);
  const sent = new Int32Array(own(raw.subarray(0, size)).buffer);
  if (sent.some((offset, i) => offset < (sent[i - 1] ?? 0)))
    throw new ArrowError(`offsets of ${of.name} that go back`);
  const first = sent[0] ?? 0;
  return { offsets: sent.map((offset) => offset - first), first, last: sent[length] ?? 0 };
}

/** A writer may leave more rows in a child than its parent uses. */
function part(of: Field, column: Column, from: number, to: number): Column {
  if (column.length < to) throw new ArrowError(`too few values of ${of.name}`);
  if (from === 0 && to === column.length) return column;
  return gather(
    of,
    column,
    Uint32Array.from({ length: to - from }, (_, i) => from + i),
  );
}

const padded = (length: number): number => (length + 7) & ~7;

function message(
  kind: number,
  bodyLength: number,
  header: (b: Parameters<Parameters<typeof finish>[0]>[0]) => number,
): Buffer {
  const metadata = finish((b) => {
    const offset = header(b);
    return table(b, 5, [
      i16(0, METADATA_V5),
      u8(1, kind),
      ref(2, offset),
      i64(3, BigInt(bodyLength)),
    ]);
  });
  const out = Buffer.alloc(padded(8 + metadata.length));
  out.writeUInt32LE(0xffffffff, 0);
  out.writeInt32LE(out.length - 8, 4);
  out.set(metadata, 8);
  return out;
}

export const schemaMessage = (schema: Schema): Buffer =>
  message(SCHEMA, 0, (b) => writeSchema(b, schema));

/**
 * A record batch as one encapsulated message: its metadata, then its buffers, in pieces that aren't
 * copied.
 */
export function batchMessage(fields: readonly Field[], { length, columns }: Batch): Uint8Array[] {
  const nodes: [number, number][] = [];
  const places: [number, number][] = [];
  const parts: Uint8Array[] = [];
  let size = 0;
  const put = (bytes: Uint8Array): void => {
    places.push([size, bytes.length]);
    if (bytes.length === 0) return;
    parts.push(bytes);
    const rest = padded(bytes.length) - bytes.length;
    if (rest > 0) parts.push(new Uint8Array(rest));
    size += bytes.length + rest;
  };
  const add = (of: Field, column: Column): void => {
    const missing = nullCount(column);
    nodes.push([column.length, missing]);
    put(missing > 0 ? (column.validity ?? new Uint8Array(0)) : new Uint8Array(0));
    if (column.offsets !== undefined)
      put(
        new Uint8Array(column.offsets.buffer, column.offsets.byteOffset, column.offsets.byteLength),
      );
    if (column.data !== undefined) put(column.data);
    of.children.forEach((child, i) => column.children[i] && add(child, column.children[i]));
  };
  fields.forEach((of, i) => columns[i] && add(of, columns[i]));
  const head = message(RECORD_BATCH, size, (b) => {
    const where = pairVector(b, places);
    const lengths = pairVector(b, nodes);
    return table(b, 4, [i64(0, BigInt(length)), ref(1, lengths), ref(2, where)]);
  });
  return [head, ...parts];
}

/** A whole stream: the schema, the batches, the end. */
export const writeStream = (schema: Schema, batches: readonly Batch[] = []): Buffer =>
  Buffer.concat([
    schemaMessage(schema),
    ...batches.flatMap((batch) => batchMessage(schema.fields, batch)),
    END_OF_STREAM,
  ]);
