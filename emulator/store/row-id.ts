import type { Column } from "../arrow/column.ts";
import { field, type Field } from "../arrow/field.ts";

/**
 * `$row_id` on the wire: 64 bits, or 128 for tables that are sorted or have a vector index. The
 * high word of the wide form is never 0 and grows with the row, so that a client that drops it, or
 * sorts by the low one alone, is found out.
 */
export const ROW_ID = "$row_id";
export const rowIdField = (wide: boolean): Field =>
  field(
    ROW_ID,
    wide
      ? { kind: "decimal", precision: 38, scale: 0, bits: 128 }
      : { kind: "int", bits: 64, signed: false },
  );

const highWord = (id: number): bigint => BigInt(Math.floor(id / 65_536) + 1);

export function rowIdColumn(ids: Float64Array, wide: boolean): Column {
  const words = new BigUint64Array(wide ? ids.length * 2 : ids.length);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] ?? 0;
    if (!wide) words[i] = BigInt(id);
    else {
      words[2 * i] = BigInt(id);
      words[2 * i + 1] = highWord(id);
    }
  }
  return {
    length: ids.length,
    validity: undefined,
    offsets: undefined,
    data: new Uint8Array(words.buffer),
    children: [],
  };
}

/** The ids in a column of a request; one that can't be an id of this table becomes −1. */
export function readRowIds(column: Column, wide: boolean): Float64Array {
  const data = column.data ?? new Uint8Array(0);
  const words = new BigUint64Array(data.buffer, data.byteOffset, data.length >> 3);
  return Float64Array.from({ length: column.length }, (_, i) => {
    const low = words[wide ? 2 * i : i] ?? 0n;
    const known = low < 1n << 53n && (!wide || words[2 * i + 1] === highWord(Number(low)));
    return known ? Number(low) : -1;
  });
}

/** The whole numbers of a column of ids, to compare them with each other. */
export function wholeRowIds(column: Column, wide: boolean): bigint[] {
  const data = column.data ?? new Uint8Array(0);
  const words = new BigUint64Array(data.buffer, data.byteOffset, data.length >> 3);
  return Array.from({ length: column.length }, (_, i) =>
    wide ? ((words[2 * i + 1] ?? 0n) << 64n) | (words[2 * i] ?? 0n) : (words[i] ?? 0n),
  );
}
