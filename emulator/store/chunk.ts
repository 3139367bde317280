import {
  bitAt,
  bitmapBytes,
  concat,
  gather,
  nulls,
  sizeInBytes,
  type Column,
} from "../arrow/column.ts";
import type { Field } from "../arrow/field.ts";

/** A column of a table: its id stays when it is renamed, so that chunks need not change. */
export interface TableColumn {
  readonly id: number;
  readonly field: Field;
}

/**
 * Some rows of a table, column by column, ordered by row id. Immutable: a change makes a new chunk
 * that shares what stayed.
 */
export interface Chunk {
  readonly length: number;
  /** Ascending. */
  readonly ids: Float64Array;
  readonly columns: ReadonlyMap<number, Column>;
  /** One bit for each row; undefined = no row is deleted. */
  readonly deleted: Uint8Array | undefined;
  readonly deletedCount: number;
}

export const firstId = (chunk: Chunk): number => chunk.ids[0] ?? 0;
export const lastId = (chunk: Chunk): number => chunk.ids[chunk.length - 1] ?? -1;
export const isDeleted = (chunk: Chunk, row: number): boolean =>
  chunk.deleted !== undefined && bitAt(chunk.deleted, row);

/** The values of a column that the chunk may be older than. */
export const columnOf = (chunk: Chunk, { id, field }: TableColumn): Column =>
  chunk.columns.get(id) ?? nulls({ ...field, nullable: true }, chunk.length);

/** Finds the index of the first id that is not below `id`. */
export function lowerBound(ids: Float64Array, id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows of these ids that are here and not deleted, as pairs of place in `ids` and row. */
export function find(chunk: Chunk, ids: Float64Array): [place: number, row: number][] {
  const found: [number, number][] = [];
  for (
    let place = lowerBound(ids, firstId(chunk));
    place < ids.length && (ids[place] ?? 0) <= lastId(chunk);
    place++
  ) {
    const row = lowerBound(chunk.ids, ids[place] ?? 0);
    if (chunk.ids[row] === ids[place] && !isDeleted(chunk, row)) found.push([place, row]);
  }
  return found;
}

export function without(chunk: Chunk, rows: readonly number[]): Chunk {
  const deleted = chunk.deleted ? chunk.deleted.slice() : new Uint8Array(bitmapBytes(chunk.length));
  for (const row of rows) deleted[row >> 3] = (deleted[row >> 3] ?? 0) | (1 << (row & 7));
  return { ...chunk, deleted, deletedCount: chunk.deletedCount + rows.length };
}

/**
 * The chunk with new values in some rows of one column: row `rows[i][1]` takes value `rows[i][0]`
 * of `values`.
 */
export function replaced(
  chunk: Chunk,
  column: TableColumn,
  values: Column,
  rows: readonly (readonly [number, number])[],
): Chunk {
  const old = columnOf(chunk, column);
  const picks = Uint32Array.from({ length: chunk.length }, (_, i) => i);
  for (const [place, row] of rows) picks[row] = chunk.length + place;
  const columns = new Map(chunk.columns);
  columns.set(column.id, gather(column.field, concat(column.field, [old, values]), picks));
  return { ...chunk, columns };
}

/**
 * Neighbours as one, without their deleted rows, so that many small inserts don't leave many small
 * chunks.
 */
export function merge(columns: readonly TableColumn[], parts: readonly Chunk[]): Chunk {
  const kept = parts.map((chunk) => {
    if (chunk.deletedCount === 0) return chunk;
    const rows = Uint32Array.from({ length: chunk.length }, (_, i) => i).filter(
      (row) => !isDeleted(chunk, row),
    );
    return {
      ...chunk,
      length: rows.length,
      ids: Float64Array.from(rows, (row) => chunk.ids[row] ?? 0),
      columns: new Map(columns.map((c) => [c.id, gather(c.field, columnOf(chunk, c), rows)])),
    };
  });
  const ids = new Float64Array(kept.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of kept) {
    ids.set(chunk.ids, at);
    at += chunk.length;
  }
  return {
    length: ids.length,
    ids,
    columns: new Map(
      columns.map((c) => [
        c.id,
        concat(
          c.field,
          kept.map((chunk) => columnOf(chunk, c)),
        ),
      ]),
    ),
    deleted: undefined,
    deletedCount: 0,
  };
}

export const chunkBytes = (chunk: Chunk): number =>
  chunk.ids.byteLength +
  [...chunk.columns.values()].reduce((sum, column) => sum + sizeInBytes(column), 0);
