import type { Column } from "../arrow/column.ts";
import type { Field } from "../arrow/field.ts";
import { scalarAt } from "./scalar.ts";

/** Orders two cells of one column that hold values; 0 for types without an order. */
export function compareRows(of: Field, left: Column, a: number, right: Column, b: number): number {
  const { offsets, data } = left;
  if (
    offsets !== undefined &&
    data !== undefined &&
    right.offsets !== undefined &&
    right.data !== undefined
  )
    return Buffer.compare(
      data.subarray(offsets[a], offsets[a + 1]),
      right.data.subarray(right.offsets[b], right.offsets[b + 1]),
    );
  const x = scalarAt(of, left)?.(a) ?? 0;
  const y = scalarAt(of, right)?.(b) ?? 0;
  return Number(x > y) - Number(x < y);
}
