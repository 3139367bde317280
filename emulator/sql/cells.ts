import {
  arrayValue,
  blobValue,
  DuckDBTypeId,
  listValue,
  type DuckDBArrayType,
  type DuckDBListType,
  type DuckDBType,
  type DuckDBValue,
} from "@duckdb/node-api";
import { bitAt, bitmapBytes, isValid, type Column } from "../arrow/column.ts";
import { byteWidth, field, type ArrowType, type Field } from "../arrow/field.ts";
import { TabularError } from "../errors.ts";

const INTEGERS: readonly (readonly [
  id: DuckDBTypeId,
  bits: number,
  signed: boolean,
  sql: string,
])[] = [
  [DuckDBTypeId.TINYINT, 8, true, "TINYINT"],
  [DuckDBTypeId.SMALLINT, 16, true, "SMALLINT"],
  [DuckDBTypeId.INTEGER, 32, true, "INTEGER"],
  [DuckDBTypeId.BIGINT, 64, true, "BIGINT"],
  [DuckDBTypeId.UTINYINT, 8, false, "UTINYINT"],
  [DuckDBTypeId.USMALLINT, 16, false, "USMALLINT"],
  [DuckDBTypeId.UINTEGER, 32, false, "UINTEGER"],
  [DuckDBTypeId.UBIGINT, 64, false, "UBIGINT"],
];

/** The type of a column in SQL; undefined for types that queries do not see here. */
export function sqlType({ type, children: [item] }: Field): string | undefined {
  switch (type.kind) {
    case "int":
      return INTEGERS.find(([, bits, signed]) => bits === type.bits && signed === type.signed)?.[3];
    case "float":
      if (type.bits === 16) return undefined;
      return type.bits === 32 ? "FLOAT" : "DOUBLE";
    case "utf8":
      return "VARCHAR";
    case "binary":
      return "BLOB";
    case "bool":
      return "BOOLEAN";
    case "list":
    case "fixedList": {
      const inner = item && sqlType(item);
      return inner && `${inner}[${"size" in type ? type.size : ""}]`;
    }
    default:
      return undefined;
  }
}

/** The cells of a column as DuckDB takes them. */
export function cellsOf(of: Field, column: Column, from: number, to: number): DuckDBValue[] {
  const read = cellReader(of, column);
  return Array.from({ length: to - from }, (_, i) =>
    isValid(column, from + i) ? read(from + i) : null,
  );
}

function cellReader(of: Field, column: Column): (row: number) => DuckDBValue {
  const data = column.data ?? new Uint8Array(0);
  const offsets = column.offsets ?? new Int32Array(0);
  const bytes = (row: number): Uint8Array => data.subarray(offsets[row], offsets[row + 1]);
  const [item] = of.children;
  const [child] = column.children;
  switch (of.type.kind) {
    case "bool":
      return (row) => bitAt(data, row);
    case "utf8":
      return (row) => Buffer.from(bytes(row)).toString();
    case "binary":
      return (row) => blobValue(Uint8Array.from(bytes(row)));
    case "list":
      return (row) =>
        listValue(
          cellsOf(item as Field, child as Column, offsets[row] ?? 0, offsets[row + 1] ?? 0),
        );
    case "fixedList": {
      const { size } = of.type;
      return (row) =>
        arrayValue(cellsOf(item as Field, child as Column, row * size, (row + 1) * size));
    }
    default: {
      const numbers = numbersOf(of.type, data);
      return (row) => numbers[row] ?? null;
    }
  }
}

type Numbers = ArrayLike<number> | ArrayLike<bigint>;

function arrayType(type: ArrowType): new (data: ArrayBuffer) => Numbers {
  if (type.kind === "float") return type.bits === 32 ? Float32Array : Float64Array;
  const { bits = 64, signed = true } = type.kind === "int" ? type : {};
  if (bits === 8) return signed ? Int8Array : Uint8Array;
  if (bits === 16) return signed ? Int16Array : Uint16Array;
  if (bits === 32) return signed ? Int32Array : Uint32Array;
  return signed ? BigInt64Array : BigUint64Array;
}

const numbersOf = (type: ArrowType, data: Uint8Array): Numbers =>
  new (arrayType(type))(Uint8Array.from(data).buffer);

/** The field of a column of an answer. @throws TabularError for types that are not emulated */
export function fieldOf(name: string, type: DuckDBType): Field {
  const id = type.typeId;
  const integer = INTEGERS.find(([of]) => of === id);
  if (integer) return field(name, { kind: "int", bits: integer[1], signed: integer[2] });
  if (id === DuckDBTypeId.FLOAT) return field(name, { kind: "float", bits: 32 });
  if (id === DuckDBTypeId.DOUBLE) return field(name, { kind: "float", bits: 64 });
  if (id === DuckDBTypeId.BOOLEAN) return field(name, { kind: "bool" });
  if (id === DuckDBTypeId.VARCHAR) return field(name, { kind: "utf8" });
  if (id === DuckDBTypeId.BLOB) return field(name, { kind: "binary" });
  // Sums of integers; a decimal of 38 digits in Arrow.
  if (id === DuckDBTypeId.HUGEINT)
    return field(name, { kind: "decimal", precision: 38, scale: 0, bits: 128 });
  if (id === DuckDBTypeId.LIST)
    return field(name, { kind: "list" }, [fieldOf("item", (type as DuckDBListType).valueType)]);
  if (id === DuckDBTypeId.ARRAY) {
    const { valueType, length } = type as DuckDBArrayType;
    return field(name, { kind: "fixedList", size: length }, [fieldOf("item", valueType)]);
  }
  throw new TabularError(501, "NotImplemented", `answers of type ${String(type)} are not emulated`);
}

/** A column of these values. */
export function columnFrom(of: Field, values: readonly DuckDBValue[]): Column {
  const { length } = values;
  const validity = bits(values, (value) => value !== null);
  const base = { length, validity, offsets: undefined, data: undefined, children: [] };
  switch (of.type.kind) {
    case "bool":
      return { ...base, data: bits(values, (value) => value === true) };
    case "utf8":
    case "binary": {
      const parts = values.map(bytesOf);
      return { ...base, offsets: offsetsOf(parts), data: Uint8Array.from(Buffer.concat(parts)) };
    }
    case "list":
    case "fixedList": {
      const { kind } = of.type;
      const size = of.type.kind === "fixedList" ? of.type.size : 0;
      const none = Array.from({ length: size }, () => null);
      const parts = values.map((value) =>
        value === null ? none : (value as { readonly items: readonly DuckDBValue[] }).items,
      );
      const children = [columnFrom(of.children[0] as Field, parts.flat())];
      return { ...base, offsets: kind === "list" ? offsetsOf(parts) : undefined, children };
    }
    default:
      return { ...base, data: numberBytes(of.type, values) };
  }
}

function bits(values: readonly DuckDBValue[], isSet: (value: DuckDBValue) => boolean): Uint8Array {
  const bitmap = new Uint8Array(bitmapBytes(values.length));
  values.forEach((value, i) => {
    if (isSet(value)) bitmap[i >> 3] = (bitmap[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return bitmap;
}

const bytesOf = (value: DuckDBValue): Uint8Array =>
  typeof value === "object" && value !== null && "bytes" in value
    ? (value.bytes as Uint8Array)
    : Buffer.from(typeof value === "string" ? value : "");

function offsetsOf(parts: readonly { readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach(({ length }, i) => (offsets[i + 1] = (offsets[i] ?? 0) + length));
  return offsets;
}

function numberBytes(type: ArrowType, values: readonly DuckDBValue[]): Uint8Array {
  const width = byteWidth(type) ?? 8;
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (value !== null) writeNumber(view, i * width, type, value as number | bigint);
  });
  return bytes;
}

function writeNumber(view: DataView, at: number, type: ArrowType, value: number | bigint): void {
  if (type.kind === "float") {
    if (type.bits === 32) view.setFloat32(at, Number(value), true);
    else view.setFloat64(at, Number(value), true);
    return;
  }
  // Two's complement, little endian, byte by byte: as wide as the type is.
  const width = (byteWidth(type) ?? 8) * 8;
  let rest = BigInt.asUintN(width, BigInt(value));
  for (let i = 0; i < width / 8; i++) {
    view.setUint8(at + i, Number(rest & 255n));
    rest >>= 8n;
  }
}
