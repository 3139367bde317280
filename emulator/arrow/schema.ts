import type { Builder } from "flatbuffers";
import type { FlatTable } from "../flat/reader.ts";
import { bool, i16, i32, ref, table, u8, vector, type Slot } from "../flat/writer.ts";
import type { ArrowType, Field } from "./field.ts";

export interface Schema {
  readonly fields: readonly Field[];
  readonly metadata: ReadonlyMap<string, string>;
}

const FLOAT_BITS = [16, 32, 64] as const;

function readType(id: number, t: FlatTable | undefined, dictionary: boolean): ArrowType {
  if (dictionary || t === undefined) return { kind: "other", id, dictionary };
  switch (id) {
    case 2:
      return { kind: "int", bits: t.i32(0), signed: t.bool(1) };
    case 3:
      return { kind: "float", bits: FLOAT_BITS[t.i16(0)] ?? 64 };
    case 4:
      return { kind: "binary" };
    case 5:
      return { kind: "utf8" };
    case 6:
      return { kind: "bool" };
    case 7:
      return { kind: "decimal", precision: t.i32(0), scale: t.i32(1), bits: t.i32(2, 128) };
    case 8:
      return { kind: "date", unit: t.i16(0, 1) };
    case 9:
      return { kind: "time", unit: t.i16(0, 1), bits: t.i32(1, 32) };
    case 10:
      return { kind: "timestamp", unit: t.i16(0), zone: t.string(1) ?? "" };
    case 12:
      return { kind: "list" };
    case 13:
      return { kind: "struct" };
    case 15:
      return { kind: "fixedBinary", width: t.i32(0) };
    case 16:
      return { kind: "fixedList", size: t.i32(0) };
    case 17:
      return { kind: "map", sorted: t.bool(0) };
    default:
      return { kind: "other", id, dictionary };
  }
}

const readMetadata = (t: FlatTable, id: number): ReadonlyMap<string, string> =>
  new Map(t.tables(id).map((pair) => [pair.string(0) ?? "", pair.string(1) ?? ""]));

export function readField(t: FlatTable): Field {
  const metadata = readMetadata(t, 6);
  return {
    name: t.string(0) ?? "",
    nullable: t.bool(1),
    type: readType(t.u8(2), t.table(3), t.table(4) !== undefined),
    children: t.tables(5).map(readField),
    ...(metadata.size > 0 ? { metadata } : {}),
  };
}

export const readSchema = (t: FlatTable): Schema => ({
  fields: t.tables(1).map(readField),
  metadata: readMetadata(t, 2),
});

/** The type's id in the union, its slots, and the number of them. */
function typeTable(
  type: ArrowType,
  b: Builder,
): { readonly id: number; readonly slots: readonly Slot[]; readonly count: number } {
  switch (type.kind) {
    case "int":
      return { id: 2, slots: [i32(0, type.bits), bool(1, type.signed)], count: 2 };
    case "float":
      return { id: 3, slots: [i16(0, FLOAT_BITS.indexOf(type.bits))], count: 1 };
    case "decimal":
      return {
        id: 7,
        slots: [i32(0, type.precision), i32(1, type.scale), i32(2, type.bits, 128)],
        count: 3,
      };
    case "date":
      return { id: 8, slots: [i16(0, type.unit, 1)], count: 1 };
    case "time":
      return { id: 9, slots: [i16(0, type.unit, 1), i32(1, type.bits, 32)], count: 2 };
    case "timestamp":
      return {
        id: 10,
        slots: [i16(0, type.unit), ref(1, type.zone === "" ? 0 : b.createString(type.zone))],
        count: 2,
      };
    case "fixedBinary":
      return { id: 15, slots: [i32(0, type.width)], count: 1 };
    case "fixedList":
      return { id: 16, slots: [i32(0, type.size)], count: 1 };
    case "map":
      return { id: 17, slots: [bool(0, type.sorted)], count: 1 };
    case "other":
      return { id: type.id, slots: [], count: 0 };
    default:
      return {
        id: { binary: 4, utf8: 5, bool: 6, list: 12, struct: 13 }[type.kind],
        slots: [],
        count: 0,
      };
  }
}

function writeMetadata(b: Builder, metadata: ReadonlyMap<string, string> | undefined): number {
  if (metadata === undefined || metadata.size === 0) return 0;
  const pairs = [...metadata].map(([key, value]) => {
    const k = b.createString(key);
    const v = b.createString(value);
    return table(b, 2, [ref(0, k), ref(1, v)]);
  });
  return vector(b, pairs);
}

function writeField(b: Builder, f: Field): number {
  const children = vector(
    b,
    f.children.map((child) => writeField(b, child)),
  );
  const { id, slots, count } = typeTable(f.type, b);
  const type = table(b, count, slots);
  const metadata = writeMetadata(b, f.metadata);
  const name = b.createString(f.name);
  return table(b, 7, [
    ref(0, name),
    bool(1, f.nullable),
    u8(2, id),
    ref(3, type),
    ref(5, children),
    ref(6, metadata),
  ]);
}

export function writeSchema(b: Builder, { fields, metadata }: Schema): number {
  const all = vector(
    b,
    fields.map((f) => writeField(b, f)),
  );
  const pairs = writeMetadata(b, metadata);
  return table(b, 4, [ref(1, all), ref(2, pairs)]);
}
