import { bitAt, type Column } from "../arrow/column.ts";
import type { Field } from "../arrow/field.ts";
import { decimal, half } from "./literal.ts";

/** Reads a scalar of a column; undefined for text and vectors. */
export function scalarAt(
  of: Field,
  column: Column,
): ((row: number) => number | bigint) | undefined {
  const data = column.data ?? new Uint8Array(0);
  const { buffer: b, byteOffset: o } = data;
  const { type } = of;
  const from =
    <T extends number | bigint>(values: ArrayLike<T>, zero: T) =>
    (row: number): T =>
      values[row] ?? zero;
  switch (type.kind) {
    case "bool":
      return (row) => (bitAt(data, row) ? 1 : 0);
    case "int":
      return intsOf(data, type.bits, type.signed);
    case "date":
      return from(new Int32Array(b, o, data.length >> 2), 0);
    case "time":
      return intsOf(data, type.bits, true);
    case "timestamp":
      return from(new BigInt64Array(b, o, data.length >> 3), 0n);
    case "decimal":
      return (row) => decimal(data, 16 * row);
    case "float": {
      if (type.bits === 64) return from(new Float64Array(b, o, data.length >> 3), 0);
      if (type.bits === 32) return from(new Float32Array(b, o, data.length >> 2), 0);
      const bits = new Uint16Array(b, o, data.length >> 1);
      return (row) => half(bits[row] ?? 0);
    }
    default:
      return undefined;
  }
}

function intsOf(data: Uint8Array, bits: number, signed: boolean): (row: number) => number | bigint {
  const { buffer: b, byteOffset: o, length } = data;
  if (bits === 64) {
    const values = signed
      ? new BigInt64Array(b, o, length >> 3)
      : new BigUint64Array(b, o, length >> 3);
    return (row) => values[row] ?? 0n;
  }
  const values = smallInts(data, bits, signed);
  return (row) => values[row] ?? 0;
}

function smallInts(
  { buffer: b, byteOffset: o, length }: Uint8Array,
  bits: number,
  signed: boolean,
): Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array {
  if (bits === 8) return signed ? new Int8Array(b, o, length) : new Uint8Array(b, o, length);
  if (bits === 16)
    return signed ? new Int16Array(b, o, length >> 1) : new Uint16Array(b, o, length >> 1);
  return signed ? new Int32Array(b, o, length >> 2) : new Uint32Array(b, o, length >> 2);
}
