import type { MediasearchError } from "../../../errors.ts";
import { Builder, ByteBuffer, type Offset } from "flatbuffers";
import { brokenReply } from "./faults.ts";

/**
 * One field of a table that is being written: its value under its own width. Offsets are strings,
 * vectors or tables written before.
 */
export type Slot =
  | readonly ["offset", Offset]
  | readonly ["bool", boolean]
  | readonly ["u8" | "i8" | "i16" | "u16" | "i32" | "u32" | "f32" | "f64", number]
  | readonly ["i64" | "u64", bigint];

/**
 * FlatBuffers tables without generated code (https://flatbuffers.dev/internals/); field numbers are
 * those of protocol page §6.
 * `null` for a field that is left out. Zeros vanish as everywhere in FlatBuffers, unless `defaults`
 * says what else is the default.
 */
export function writeTable(
  b: Builder,
  slots: readonly (Slot | null)[],
  defaults: Readonly<Record<number, number>> = {},
): Offset {
  b.startObject(slots.length);
  slots.forEach((slot, i) => {
    if (slot !== null) writeSlot(b, i, slot, defaults[i] ?? 0);
  });
  return b.endObject();
}

function writeSlot(b: Builder, i: number, [kind, value]: Slot, zero: number): void {
  switch (kind) {
    case "offset":
      return b.addFieldOffset(i, value, 0);
    case "bool":
      return b.addFieldInt8(i, value ? 1 : 0, zero);
    case "u8":
    case "i8":
      return b.addFieldInt8(i, value, zero);
    case "i16":
    case "u16":
      return b.addFieldInt16(i, value, zero);
    case "i32":
    case "u32":
      return b.addFieldInt32(i, value, zero);
    case "f32":
      return b.addFieldFloat32(i, value, zero);
    case "f64":
      return b.addFieldFloat64(i, value, zero);
    case "i64":
    case "u64":
      return b.addFieldInt64(i, value, BigInt(zero));
  }
}

export function writeVector(b: Builder, offsets: readonly Offset[]): Offset {
  b.startVector(4, offsets.length, 4);
  for (const offset of offsets.toReversed()) b.addOffset(offset);
  return b.endVector();
}

export function finish(build: (b: Builder) => Offset): Uint8Array {
  const b = new Builder(1024);
  b.finish(build(b));
  return b.asUint8Array();
}

/** A table that is read; absent fields read as their default. */
export interface FlatTable {
  string(field: number): string | undefined;
  bytes(field: number): Uint8Array | undefined;
  table(field: number): FlatTable | undefined;
  tables(field: number): readonly FlatTable[];
  /** How many structs of that width a vector has; all of them lie within the bytes. */
  structs(field: number, width: number): number;
  u8(field: number): number;
  i16(field: number): number;
  u16(field: number): number;
  i32(field: number): number;
  u32(field: number): number;
  i64(field: number): bigint;
  u64(field: number): bigint;
  f32(field: number): number;
  f64(field: number): number;
  bool(field: number): boolean;
  has(field: number): boolean;
}

/**
 * @throws UNREACHABLE for bytes that are no FlatBuffers table: a reply that breaks the protocol is
 * no reply.
 */
export function readRoot(bytes: Uint8Array): FlatTable {
  const bb = new ByteBuffer(bytes);
  if (bytes.length < MIN_BUFFER_BYTES) throw notFlatError();
  return tableAt(bb, bb.readInt32(0));
}

/** The root's offset, an empty table and its list of fields. */
const MIN_BUFFER_BYTES = 12;

const notFlatError = (): MediasearchError =>
  brokenReply("the cluster", "its answer is not FlatBuffers (https://flatbuffers.dev)");

/** Every offset of a table must lie within the bytes. */
function refuseBrokenTable(bb: ByteBuffer, position: number): void {
  const size = bb.capacity();
  const isInside = (from: number, length: number): boolean => from >= 0 && from + length <= size;
  if (!Number.isInteger(position) || !isInside(position, 4)) throw notFlatError();
  const fields = position - bb.readInt32(position);
  if (!isInside(fields, 4)) throw notFlatError();
  const [fieldsLength, tableLength] = [bb.readUint16(fields), bb.readUint16(fields + 2)];
  if (fieldsLength < 4 || !isInside(fields, fieldsLength) || !isInside(position, tableLength))
    throw notFlatError();
}

const utf8Decoder = new TextDecoder();

function tableAt(bb: ByteBuffer, position: number): FlatTable {
  refuseBrokenTable(bb, position);
  /** Where a vector's values are and how many there are; all of them lie within the bytes. */
  const vectorAt = (where: number, width: number): readonly [start: number, length: number] => {
    if (where + 4 > bb.capacity()) throw notFlatError();
    const start = bb.__vector(where);
    if (start < 4 || start > bb.capacity()) throw notFlatError();
    const length = bb.__vector_len(where);
    if (length < 0 || start + length * width > bb.capacity()) throw notFlatError();
    return [start, length];
  };
  const offsetOf = (field: number): number => {
    const offset = bb.__offset(position, 4 + field * 2);
    return offset === 0 ? 0 : position + offset;
  };
  const read = <T>(field: number, absent: T, get: (position: number) => T): T => {
    const where = offsetOf(field);
    return where === 0 ? absent : get(where);
  };
  const bytes = (field: number): Uint8Array | undefined =>
    read(field, undefined, (where) => {
      const [start, length] = vectorAt(where, 1);
      return bb.bytes().subarray(start, start + length);
    });
  return {
    bytes,
    string: (field) => {
      const found = bytes(field);
      return found && utf8Decoder.decode(found);
    },
    table: (field) => read(field, undefined, (where) => tableAt(bb, bb.__indirect(where))),
    tables: (field) =>
      read(field, [], (where) => {
        const [start, length] = vectorAt(where, 4);
        return Array.from({ length }, (_, i) => tableAt(bb, bb.__indirect(start + i * 4)));
      }),
    structs: (field, width) => read(field, 0, (where) => vectorAt(where, width)[1]),
    u8: (field) => read(field, 0, (where) => bb.readUint8(where)),
    i16: (field) => read(field, 0, (where) => bb.readInt16(where)),
    u16: (field) => read(field, 0, (where) => bb.readUint16(where)),
    i32: (field) => read(field, 0, (where) => bb.readInt32(where)),
    u32: (field) => read(field, 0, (where) => bb.readUint32(where)),
    i64: (field) => read(field, 0n, (where) => bb.readInt64(where)),
    u64: (field) => read(field, 0n, (where) => bb.readUint64(where)),
    f32: (field) => read(field, 0, (where) => bb.readFloat32(where)),
    f64: (field) => read(field, 0, (where) => bb.readFloat64(where)),
    bool: (field) => read(field, false, (where) => bb.readUint8(where) !== 0),
    has: (field) => offsetOf(field) !== 0,
  };
}
