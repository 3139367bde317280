import { isValid } from "../arrow/column.ts";
import { columnOf, isDeleted, type TableColumn } from "../store/chunk.ts";
import type { Table } from "../store/table.ts";
import { compareRows } from "./compare-rows.ts";

/** Rows of a table in the order of a projection: chunk and row of each place. */
export interface Ordered {
  readonly chunks: Uint32Array;
  readonly rows: Uint32Array;
}

const known = new WeakMap<Table, Map<string, Ordered>>();

/** The rows by these columns, nulls first; kept for as long as this state of the table is. */
export function orderedRows(table: Table, by: readonly TableColumn[]): Ordered {
  const key = by.map(({ id }) => id).join();
  const orders = known.get(table) ?? new Map<string, Ordered>();
  known.set(table, orders);
  const found = orders.get(key) ?? sortRows(table, by);
  orders.set(key, found);
  return found;
}

function sortRows(table: Table, by: readonly TableColumn[]): Ordered {
  const places = table.chunks.flatMap((chunk, c) =>
    Array.from({ length: chunk.length }, (_, row) => [c, row] as const).filter(
      ([, row]) => !isDeleted(chunk, row),
    ),
  );
  const columns = by.map((column) => ({
    field: column.field,
    parts: table.chunks.map((chunk) => columnOf(chunk, column)),
  }));
  places.sort(([chunkA, a], [chunkB, b]) => {
    for (const { field, parts } of columns) {
      const left = parts[chunkA];
      const right = parts[chunkB];
      if (left === undefined || right === undefined) continue;
      const valid = Number(isValid(left, a)) - Number(isValid(right, b));
      const order = valid === 0 && isValid(left, a) ? compareRows(field, left, a, right, b) : valid;
      if (order !== 0) return order;
    }
    return 0;
  });
  return {
    chunks: Uint32Array.from(places, ([c]) => c),
    rows: Uint32Array.from(places, ([, row]) => row),
  };
}
