import type { Field } from "../arrow/field.ts";
import { badRequest } from "../errors.ts";
import type { FlatTable } from "../flat/reader.ts";

/**
 * A literal as it is compared: numbers for up to 32 bits and floats, bigints for more, bytes for
 * text, a list for vectors.
 */
export type Value = number | bigint | Uint8Array | readonly Value[];

/**
 * Reads a literal of a filter, for a column of this type; the numbers are LiteralImpl's of
 * computeir.
 * @throws TabularError 400
 */
export function readLiteral(literal: FlatTable | undefined, of: Field): Value {
  const kind = literal?.u8(0) ?? 0;
  const impl = literal?.table(1);
  if (impl === undefined) throw badRequest("a comparison without a literal");
  const wanted = literalKind(of);
  if (kind !== wanted)
    throw badRequest(
      `column ${of.name} is compared with a literal of kind ${kind}, not ${wanted}`,
      "TabularMismatchColumnType",
    );
  return readImpl(kind, impl, of);
}

function readImpl(kind: number, impl: FlatTable, of: Field): Value {
  switch (kind) {
    case 1:
      return impl.bool(0) ? 1 : 0;
    case 2:
      return impl.i8(0);
    case 3:
      return impl.i16(0);
    case 4:
      return impl.i32(0);
    case 5:
      return impl.i64(0);
    case 6:
      return impl.u8(0);
    case 7:
      return impl.u16(0);
    case 8:
      return impl.u32(0);
    case 9:
      return impl.u64(0);
    case 10:
      return Number(impl.i64(0));
    case 11:
      return of.type.kind === "time" && of.type.bits === 32 ? Number(impl.i64(0)) : impl.i64(0);
    case 12:
      return impl.i64(0);
    case 15:
      return decimal(impl.bytes(0));
    case 16:
      return half(impl.u16(0));
    case 17:
      return impl.f32(0);
    case 18:
      return impl.f64(0);
    case 19:
      return list(impl, of);
    default:
      return impl.bytes(0) ?? new Uint8Array(0);
  }
}

function list(impl: FlatTable, of: Field): readonly Value[] {
  const [item] = of.children;
  const values = impl.tables(0);
  if (item === undefined || of.type.kind !== "fixedList" || values.length !== of.type.size)
    throw badRequest(
      `column ${of.name} is compared with a vector of another size`,
      "TabularMismatchColumnType",
    );
  return values.map((value) => readLiteral(value, item));
}

const INTS: Readonly<Record<string, number>> = {
  "8true": 2,
  "16true": 3,
  "32true": 4,
  "64true": 5,
  "8false": 6,
  "16false": 7,
  "32false": 8,
  "64false": 9,
};

function literalKind({ type }: Field): number {
  switch (type.kind) {
    case "int":
      return INTS[`${type.bits}${type.signed}`] ?? 0;
    case "float":
      return { 16: 16, 32: 17, 64: 18 }[type.bits];
    case "fixedList":
      return 19;
    case "bool":
    case "date":
    case "time":
    case "timestamp":
    case "decimal":
    case "utf8":
    case "binary":
    case "fixedBinary":
      return {
        bool: 1,
        date: 10,
        time: 11,
        timestamp: 12,
        decimal: 15,
        utf8: 22,
        binary: 23,
        fixedBinary: 24,
      }[type.kind];
    default:
      throw badRequest(`a column of type ${type.kind} can't be compared`);
  }
}

/** 16 bytes, little endian, two's complement. */
export function decimal(bytes: Uint8Array | undefined, at = 0): bigint {
  if (bytes === undefined || bytes.length < at + 16) throw badRequest("a decimal has 16 bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 16);
  return (view.getBigInt64(8, true) << 64n) | view.getBigUint64(0, true);
}

/** IEEE 754 binary16. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
