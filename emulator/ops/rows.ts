import { gather, isText, nullCount, type Column } from "../arrow/column.ts";
import { sameShape, sameType, type Field } from "../arrow/field.ts";
import { readStream, writeStream, type Batch } from "../arrow/stream.ts";
import { badRequest, TabularError } from "../errors.ts";
import { atLeast, OK, tableOf, type Handler } from "../http/call.ts";
import type { TableColumn } from "../store/chunk.ts";
import { readRowIds, ROW_ID, rowIdColumn, rowIdField, wholeRowIds } from "../store/row-id.ts";
import {
  deleteRows,
  insertChunk,
  presentIds,
  updateRows,
  wideIds,
  type Table,
} from "../store/table.ts";
import { updateForbidden } from "./columns.ts";
import { MAX_CELL_BYTES, readArrow } from "./types.ts";

/** A column of this name and of 64 bits shows the rows' ids, and sets them on insert. */
const EXTERNAL_ID = "vastdb_rowid";

/** One column of a request's batch, with the table's column that it is for. */
interface Given {
  readonly column: TableColumn;
  readonly values: Column;
}

/** The only batch of a body. @throws TabularError 400 for more or less than one */
function onlyBatch(body: Uint8Array): { readonly fields: readonly Field[]; readonly batch: Batch } {
  const { schema, batches } = readArrow(body, readStream);
  const [batch] = batches;
  if (batch === undefined || batches.length > 1)
    throw badRequest(`the body holds ${batches.length} batches, not one`);
  if (new Set(schema.fields.map(({ name }) => name)).size < schema.fields.length)
    throw badRequest("two columns have one name");
  return { fields: schema.fields, batch };
}

function given(table: Table, fields: readonly Field[], batch: Batch): readonly Given[] {
  return fields.map((of, i) => {
    const column = table.columns.find(({ field }) => field.name === of.name);
    const values = batch.columns[i];
    if (column === undefined || values === undefined)
      throw new TabularError(404, "TabularMismatchColumnName", `there is no column ${of.name}`);
    if (!matches(of, column.field))
      throw badRequest(
        `column ${of.name} has another type in the table, or other nullability`,
        "TabularMismatchColumnType",
      );
    checkValues(column.field, values);
    return { column, values };
  });
}

/** Time zones are not compared: they say how to show a moment, not which it is. */
const matches = (of: Field, wanted: Field): boolean =>
  sameShape(withoutZone(of), withoutZone(wanted));
const withoutZone = (of: Field): Field => ({
  ...of,
  type: of.type.kind === "timestamp" ? { ...of.type, zone: "" } : of.type,
  children: of.children.map(withoutZone),
});

function checkValues(of: Field, values: Column): void {
  if (!of.nullable && nullCount(values) > 0)
    throw badRequest(`column ${of.name} holds nulls`, "TabularMismatchColumnType");
  if (isText(of) && values.offsets?.some((end, i, all) => end - (all[i - 1] ?? 0) > MAX_CELL_BYTES))
    throw badRequest(`a cell of ${of.name} is longer than ${MAX_CELL_BYTES} bytes`);
  // Under a null parent a child's value doesn't count, whatever it is.
  if (values.validity === undefined)
    of.children.forEach((child, i) => values.children[i] && checkValues(child, values.children[i]));
}

export const insert: Handler = (call) => {
  const { store, tx } = call;
  const { table } = tableOf(call);
  const { fields, batch } = onlyBatch(call.body);
  if (fields.length === 0) throw new TabularError(501, "NotImplemented", "a batch without columns");
  const columns = given(table, fields, batch);
  const missing = table.columns.find(
    ({ field, id }) => !field.nullable && !columns.some(({ column }) => column.id === id),
  );
  if (missing !== undefined)
    throw badRequest(`column ${missing.field.name} needs a value`, "TabularMismatchColumnType");
  const external = columns.find(({ column }) => isExternalId(column.field));
  store.lockRows(tx, table.id, []);
  const ids =
    external === undefined
      ? newIds(store.allocateIds(tx, table.id, batch.length), batch.length)
      : chosenIds(table, external.values);
  if (external !== undefined && batch.length > 0) {
    store.lockRows(tx, table.id, ids);
    store.reserveIds(table.id, ids.at(-1) ?? 0);
    if (!table.externalIds) store.applyTo(tx, table.id, (now) => ({ ...now, externalIds: true }));
  }
  const values = new Map(columns.map(({ column, values: of }) => [column.id, of]));
  const shown = table.columns.find(({ field }) => isExternalId(field));
  if (shown !== undefined && external === undefined) values.set(shown.id, rowIdColumn(ids, false));
  store.applyTo(
    tx,
    table.id,
    insertChunk({
      length: batch.length,
      ids,
      columns: values,
      deleted: undefined,
      deletedCount: 0,
    }),
  );
  if (!atLeast(call.version, 5, 1)) return OK;
  const wide = wideIds(table);
  const body = writeStream({ fields: [rowIdField(wide)], metadata: new Map() }, [
    { length: batch.length, columns: [rowIdColumn(ids, wide)] },
  ]);
  return { headers: { "Content-Type": "application/octet-stream" }, body };
};

const isExternalId = ({ name, type }: Field): boolean =>
  name === EXTERNAL_ID && sameType(type, { kind: "int", bits: 64, signed: true });
const newIds = (first: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => first + i);

function chosenIds(table: Table, values: Column): Float64Array {
  const ids = readRowIds(values, false);
  if (
    nullCount(values) > 0 ||
    ids.some((id, i) => id < 0 || id <= (ids[i - 1] ?? -1)) ||
    presentIds(table, ids).length > 0
  )
    throw badRequest("Found duplicate row ids or not in ascending order");
  return ids;
}

/** The row ids of an update or delete. @throws TabularError 400 unless they ascend */
function rowIds(table: Table, fields: readonly Field[], batch: Batch): Float64Array {
  const wide = wideIds(table);
  const [of] = fields;
  const [column] = batch.columns;
  if (of?.name !== ROW_ID || column === undefined)
    throw badRequest(`the first column must be ${ROW_ID}`);
  if (!sameType(of.type, rowIdField(wide).type))
    throw badRequest(
      `${ROW_ID} of this table is ${wide ? "decimal128(38, 0)" : "uint64"}`,
      "TabularMismatchColumnType",
    );
  if (nullCount(column) > 0) throw badRequest(`${ROW_ID} holds nulls`);
  const whole = wholeRowIds(column, wide);
  if (whole.some((id, i) => id <= (whole[i - 1] ?? -1n)))
    throw badRequest(`${ROW_ID} must ascend, without repetition`);
  return readRowIds(column, wide);
}

export const update: Handler = (call) => {
  const { store, tx } = call;
  const { table } = tableOf(call);
  const { fields, batch } = onlyBatch(call.body);
  const ids = rowIds(table, fields, batch);
  const columns = given(table, fields.slice(1), {
    length: batch.length,
    columns: batch.columns.slice(1),
  });
  if (columns.length === 0) throw badRequest("no column to change");
  for (const { column } of columns)
    if (updateForbidden(table).has(column.id) || isExternalId(column.field))
      throw badRequest(`column ${column.field.name} can't be updated`);
  const sortedIds = ascending(ids);
  store.lockRows(tx, table.id, presentIds(table, sortedIds.ids));
  store.applyTo(
    tx,
    table.id,
    updateRows(
      sortedIds.ids,
      columns.map(({ column, values }) => [
        column,
        sortedIds.rows === undefined ? values : gather(column.field, values, sortedIds.rows),
      ]),
    ),
  );
  return OK;
};

/** Without ids that can't be of this table, which are ignored as unknown ones are. */
function ascending(ids: Float64Array): {
  readonly ids: Float64Array;
  readonly rows: Uint32Array | undefined;
} {
  if (!ids.includes(-1)) return { ids, rows: undefined };
  const rows = Uint32Array.from(ids.keys()).filter((i) => ids[i] !== -1);
  return { ids: Float64Array.from(rows, (i) => ids[i] ?? 0), rows };
}

export const remove: Handler = (call) => {
  const { store, tx } = call;
  const { table } = tableOf(call);
  const { fields, batch } = onlyBatch(call.body);
  if (fields.length !== 1) throw badRequest(`a delete holds ${ROW_ID} alone`);
  const { ids } = ascending(rowIds(table, fields, batch));
  store.lockRows(tx, table.id, presentIds(table, ids));
  store.applyTo(tx, table.id, deleteRows(ids));
  return OK;
};
