import type { Column } from "../arrow/column.ts";
import {
  chunkBytes,
  find,
  firstId,
  lastId,
  merge,
  replaced,
  without,
  type Chunk,
  type TableColumn,
} from "./chunk.ts";

export interface VectorIndex {
  /** The id of the column. */
  readonly column: number;
  readonly metric: string;
  readonly clusterQuantization: string;
  readonly searchQuantization: string;
}

export interface Projection {
  readonly id: number;
  readonly name: string;
  /** Ids of columns, in the order of the sort. */
  readonly sorted: readonly number[];
  readonly unsorted: readonly number[];
}

/** What a table is at one moment: immutable, so a snapshot is a reference. */
export interface Table {
  readonly id: number;
  readonly columns: readonly TableColumn[];
  readonly nextColumn: number;
  readonly properties: string;
  /** Ids of the sort key's columns, in its order; empty = not sorted. */
  readonly sortKey: readonly number[];
  readonly vectorIndex: VectorIndex | undefined;
  readonly projections: readonly Projection[];
  readonly externalIds: boolean;
  /** Ordered by their first row id. */
  readonly chunks: readonly Chunk[];
}

/** A change that can be made again on a later state of the table when its transaction commits. */
export type Change = (table: Table) => Table;

const MERGED_ROWS = 4096;
const MERGED_BYTES = 4 * 1024 * 1024;

/** Ids of sorted and vector-indexed tables have 128 bits. */
export const wideIds = (table: Table): boolean =>
  table.sortKey.length > 0 || table.vectorIndex !== undefined;
export const byIds = (table: Table, ids: readonly number[]): readonly TableColumn[] =>
  ids.flatMap((id) => table.columns.find((column) => column.id === id) ?? []);
export const rowCount = (table: Table): number =>
  table.chunks.reduce((sum, chunk) => sum + chunk.length - chunk.deletedCount, 0);
export const tableBytes = (table: Table): number =>
  table.chunks.reduce((sum, chunk) => sum + chunkBytes(chunk), 0);

export const insertChunk =
  (chunk: Chunk): Change =>
  (table) => {
    if (chunk.length === 0) return table;
    const chunks = [...table.chunks];
    let position = chunks.length;
    while (position > 0 && firstId(chunks[position - 1] ?? chunk) > firstId(chunk)) position--;
    const before = chunks[position - 1];
    if (
      before !== undefined &&
      position === chunks.length &&
      lastId(before) < firstId(chunk) &&
      before.length + chunk.length <= MERGED_ROWS &&
      chunkBytes(before) + chunkBytes(chunk) <= MERGED_BYTES
    )
      chunks[position - 1] = merge(table.columns, [before, chunk]);
    else chunks.splice(position, 0, chunk);
    return { ...table, chunks };
  };

export const deleteRows =
  (ids: Float64Array): Change =>
  (table) => ({
    ...table,
    chunks: table.chunks.flatMap((chunk) => {
      const rows = find(chunk, ids).map(([, row]) => row);
      if (rows.length === 0) return [chunk];
      return rows.length === chunk.length - chunk.deletedCount ? [] : [without(chunk, rows)];
    }),
  });

export const updateRows =
  (ids: Float64Array, values: readonly (readonly [TableColumn, Column])[]): Change =>
  (table) => ({
    ...table,
    chunks: table.chunks.map((chunk) => {
      const rows = find(chunk, ids);
      return rows.length === 0
        ? chunk
        : values.reduce(
            (patched, [column, column2]) => replaced(patched, column, column2, rows),
            chunk,
          );
    }),
  });

/** The ids of these that the table has. */
export function presentIds(table: Table, ids: Float64Array): number[] {
  return table.chunks.flatMap((chunk) => find(chunk, ids).map(([place]) => ids[place] ?? 0));
}
