import { type Data, type Field, Type } from "apache-arrow";
import { MediasearchError } from "../../../errors.ts";
import { tablePathParts, type TablePath } from "./catalog.ts";
import type { Session } from "./client.ts";
import { rowIdField } from "./columns.ts";
import { readFirstColumn, writeRows } from "./ipc.ts";
import { toValues, type Value } from "./values.ts";

/**
 * Names of rows inside the transaction that read or inserted them; not to be kept. 128 bits in
 * sorted, partitioned and vector-indexed tables.
 */
export interface RowIds {
  readonly bits: 64 | 128;
  readonly ids: readonly bigint[];
}

/** One list of values per field. */
export type Columns = readonly (readonly Value[])[];

const MAX_INSERT_BYTES = Math.floor(0.98 * 5 * 1024 * 1024);
const MAX_UPDATE_BYTES = Math.floor(0.9 * 5 * 1024 * 1024);
const MAX_UPDATED_ROWS = 524_288;
/** The ids must fit into an answer of 5 MiB; 128-bit ones, as far as is known before. */
const MAX_INSERTED_ROWS = Math.floor((0.95 * MAX_INSERT_BYTES) / 16);

/**
 * Adds rows: as many requests as keep each body below 5 MiB, one batch each. Columns that are left
 * out are null. Not to be repeated after a broken connection in the same transaction: roll back.
 * Resolves to the ids in the order of the rows.
 */
export async function insertRows(
  session: Session,
  tablePath: TablePath,
  fields: readonly Field[],
  columns: Columns,
): Promise<RowIds> {
  const ids: bigint[] = [];
  let bits: RowIds["bits"] = 64;
  for (const { body } of slices(fields, columns, MAX_INSERT_BYTES, MAX_INSERTED_ROWS, tablePath)) {
    const reply = await session.send({
      method: "POST",
      path: tablePathParts(tablePath),
      op: "rows",
      body,
      repeatable: false,
    });
    const added = rowIds(readFirstColumn(reply.body));
    ({ bits } = added);
    for (const id of added.ids) ids.push(id);
  }
  return { bits, ids };
}

/** Columns of ids, as a query for `$row_id` or an insert gives them. */
export function rowIds(columns: readonly Data[]): RowIds {
  const [first] = columns;
  return {
    bits: first?.type.typeId === Type.Decimal ? 128 : 64,
    ids: columns.flatMap((data) => toValues(data) as bigint[]),
  };
}

/**
 * Sets columns of rows, one value per id. Not those that a table is sorted, partitioned or indexed
 * by.
 */
export async function update(
  session: Session,
  tablePath: TablePath,
  rows: RowIds,
  fields: readonly Field[],
  columns: Columns,
): Promise<void> {
  const order = ascending(rows.ids);
  const all = [
    order.map((i) => rows.ids[i]),
    ...columns.map((column) => order.map((i) => column[i])),
  ];
  for (const { body } of slices(
    [rowIdField(rows.bits), ...fields],
    all,
    MAX_UPDATE_BYTES,
    MAX_UPDATED_ROWS,
    tablePath,
  ))
    await session.send({
      method: "PUT",
      path: tablePathParts(tablePath),
      op: "rows",
      body,
      repeatable: false,
    });
}

export async function remove(session: Session, tablePath: TablePath, rows: RowIds): Promise<void> {
  const sorted = ascending(rows.ids).map((i) => rows.ids[i]);
  for (const { body } of slices(
    [rowIdField(rows.bits)],
    [sorted],
    MAX_UPDATE_BYTES,
    MAX_UPDATED_ROWS,
    tablePath,
  ))
    await session.send({
      method: "DELETE",
      path: tablePathParts(tablePath),
      op: "rows",
      body,
      repeatable: false,
    });
}

/** The server wants ids in order, as the numbers that they are. */
const ascending = (ids: readonly bigint[]): number[] =>
  Array.from(ids.keys()).sort((a, b) => ((ids[a] ?? 0n) < (ids[b] ?? 0n) ? -1 : 1));

/** How many rows show how long a row is. */
const SIZE_SAMPLE_ROWS = 64;

/**
 * Bodies of one batch each below the limit; halved until they are. Nothing for no rows. A few rows
 * are measured first, so that no body is made that is many times too long.
 */
export function* slices(
  fields: readonly Field[],
  columns: Columns,
  mostBytes: number,
  mostRows: number,
  tablePath: TablePath,
): Iterable<{ readonly body: Uint8Array; readonly rows: number }> {
  const total = columns[0]?.length ?? 0;
  const bodyOf = (from: number, to: number): Uint8Array =>
    writeRows(
      fields,
      columns.map((column) => column.slice(from, to)),
    );
  const fitting =
    total <= SIZE_SAMPLE_ROWS
      ? total
      : Math.ceil((SIZE_SAMPLE_ROWS * mostBytes) / bodyOf(0, SIZE_SAMPLE_ROWS).length);
  for (let from = 0, size = Math.max(1, Math.min(total, mostRows, fitting)); from < total;) {
    const to = Math.min(total, from + size);
    const body = bodyOf(from, to);
    if (body.length <= mostBytes) {
      yield { body, rows: to - from };
      from = to;
      continue;
    }
    if (to - from === 1)
      throw new MediasearchError(
        "BUG",
        `a row of ${body.length} bytes is too large for the table ${tablePath.table}`,
        { subject: tablePath.table },
      );
    size = Math.max(
      1,
      Math.min(
        Math.floor((to - from) / 2),
        Math.floor(((to - from) * mostBytes * 0.9) / body.length),
      ),
    );
  }
}
