import { field } from "../arrow/field.ts";
import { readSchemaMessage, writeStream } from "../arrow/stream.ts";
import { badRequest, conflict, notFound } from "../errors.ts";
import {
  atLeast,
  headerFlag,
  OK,
  tableOf,
  type Call,
  type Handler,
  type Reply,
} from "../http/call.ts";
import { byIds, rowCount, type Table } from "../store/table.ts";
import type { TableColumn } from "../store/chunk.ts";
import { page } from "./lists.ts";
import { readArrow, storedFields } from "./types.ts";

/** What one answer may carry inside the cluster, where a column takes some bytes more. */
const MAX_REPLY_BYTES = 5 * 1024 * 1024;
const MORE_BYTES_PER_COLUMN = 32;
const NULL_TYPE = { kind: "other", id: 1, dictionary: false } as const;

export const listColumns: Handler = (call) => {
  const { table } = tableOf(call);
  return columnsReply(call, table, table.columns);
};

export const listSortedColumns: Handler = (call) => {
  const { table } = tableOf(call);
  if (table.sortKey.length === 0)
    throw badRequest("Listing sorted columns of a table without elysium being enabled");
  return columnsReply(call, table, byIds(table, table.sortKey));
};

/** A schema whose fields say since 5.5 whether the table is sorted by them. */
export function columnsReply(call: Call, table: Table, columns: readonly TableColumn[]): Reply {
  const { entries, headers } = page(
    call,
    columns.map((column, i) => ({
      ...column,
      id: i + 1,
      columnId: column.id,
      name: column.field.name,
    })),
  );
  const namesOnly = atLeast(call.version, 5, 5) && headerFlag(call, "tabular-only-column-names");
  const fields = entries.map(({ columnId, field: of }) => {
    if (namesOnly) return field(of.name, NULL_TYPE);
    return atLeast(call.version, 5, 5) ? { ...of, metadata: sortMetadata(table, columnId) } : of;
  });
  const body = writeStream({ fields, metadata: new Map() });
  const size = body.length + (namesOnly ? 0 : MORE_BYTES_PER_COLUMN * fields.length);
  if (size > MAX_REPLY_BYTES) throw badRequest(`list column result size ${size} is too long`);
  return { headers, body };
}

function sortMetadata({ sortKey }: Table, id: number): ReadonlyMap<string, string> {
  const index = sortKey.indexOf(id);
  return new Map(
    index === -1
      ? [["VAST:sort_type", "Unsorted"]]
      : [
          ["VAST:sort_type", "Sorted"],
          ["VAST:sort_index", String(index)],
        ],
  );
}

export const addColumns: Handler = (call) => {
  const { store, tx, version } = call;
  const { table } = tableOf(call);
  const fields = storedFields(readArrow(call.body, readSchemaMessage).fields, version);
  for (const { name, nullable } of fields) {
    if (table.columns.some((column) => column.field.name === name))
      throw conflict(`column ${name} exists`);
    if (!nullable && rowCount(table) > 0)
      throw badRequest(`column ${name} can't be without nulls in a table that has rows`);
  }
  store.lockStructure(tx, table.id);
  store.applyTo(tx, table.id, (now) => ({
    ...now,
    columns: [...now.columns, ...fields.map((of, i) => ({ id: now.nextColumn + i, field: of }))],
    nextColumn: now.nextColumn + fields.length,
  }));
  return OK;
};

export const dropColumns: Handler = (call) => {
  const { store, tx } = call;
  const { table } = tableOf(call);
  const gone = new Set(
    readArrow(call.body, readSchemaMessage).fields.map(({ name }) => columnNamed(table, name).id),
  );
  for (const id of gone)
    if (fixedColumns(table).has(id))
      throw badRequest(
        "a column of the sort key, the vector index or a projection can't be dropped",
      );
  store.lockStructure(tx, table.id);
  store.applyTo(tx, table.id, (now) => ({
    ...now,
    columns: now.columns.filter(({ id }) => !gone.has(id)),
    chunks: now.chunks.map((chunk) => ({
      ...chunk,
      columns: new Map([...chunk.columns].filter(([id]) => !gone.has(id))),
    })),
  }));
  return OK;
};

/** Columns that other things rely on. */
const fixedColumns = (table: Table): ReadonlySet<number> =>
  new Set([
    ...updateForbidden(table),
    ...table.projections.flatMap(({ sorted, unsorted }) => [...sorted, ...unsorted]),
  ]);
/** Columns whose values an update may not change. */
export const updateForbidden = ({ sortKey, vectorIndex }: Table): ReadonlySet<number> =>
  new Set([...sortKey, ...(vectorIndex ? [vectorIndex.column] : [])]);

export const alterColumn: Handler = (call) => {
  const { store, tx, params } = call;
  const { table } = tableOf(call);
  const column = columnNamed(table, params.get("tabular-column-name") ?? "");
  const name = params.get("tabular-new-column-name");
  store.lockStructure(tx, table.id);
  if (name === null) return OK;
  if (name === "" || table.columns.some(({ field: of }) => of.name === name))
    throw conflict(`column ${name} exists`);
  store.applyTo(tx, table.id, (now) => ({
    ...now,
    columns: now.columns.map((c) =>
      c.id === column.id ? { ...c, field: { ...c.field, name } } : c,
    ),
  }));
  return OK;
};

export function columnNamed(table: Table, name: string): TableColumn {
  const column = table.columns.find(({ field: of }) => of.name === name);
  if (column === undefined) throw notFound(`column ${name}`, "TabularNoSuchColumn");
  return column;
}
