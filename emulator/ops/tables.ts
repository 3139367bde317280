import { readSchemaMessage } from "../arrow/stream.ts";
import { badRequest, conflict, notFound, TabularError } from "../errors.ts";
import {
  atLeast,
  bucketOf,
  findTable,
  headerFlag,
  headerText,
  OK,
  schemaPath,
  tableOf,
  type Call,
  type Handler,
} from "../http/call.ts";
import { childrenOf, nameOf, parentOf, putName, putTable } from "../store/catalog.ts";
import { wideIds, type Table, type VectorIndex } from "../store/table.ts";
import type { TableColumn } from "../store/chunk.ts";
import { listReply } from "./lists.ts";
import { propertiesIn } from "./schemas.ts";
import { readArrow, storedFields } from "./types.ts";

export const listTables: Handler = (call) => {
  const path = schemaPath(call);
  const tables = childrenOf(call.tx.catalog.tableIds, path).flatMap(([name, id]) => {
    const table = call.tx.catalog.tables.get(id);
    return table === undefined ? [] : [{ id, name, properties: table.properties, table }];
  });
  return listReply(call, [bucketOf(call), path.slice(bucketOf(call).length + 1)], tables);
};

export const createTable: Handler = (call) => {
  const { store, tx, version } = call;
  if (call.params.get("sub-table") !== null)
    throw new TabularError(501, "NotImplemented", "imports tables are not emulated");
  const path = newTablePath(call, call.path.join("/"));
  const schema = readArrow(call.body, readSchemaMessage);
  if ([...schema.metadata.keys()].some((key) => key.startsWith("VAST:table:partition-key")))
    throw new TabularError(501, "NotImplemented", "partitioned tables are not emulated");
  const columns = storedFields(schema.fields, version).map((field, i): TableColumn => ({
    id: i,
    field,
  }));
  const id = store.newId();
  const table: Table = {
    id,
    columns,
    nextColumn: columns.length,
    properties: call.params.get("table-props") ?? "",
    sortKey: sortKeyIn(call, columns),
    vectorIndex: vectorIndexIn(call, columns),
    projections: [],
    externalIds: headerFlag(call, "use-external-row-ids-alloc"),
    chunks: [],
  };
  if (table.sortKey.length > 0 && table.vectorIndex !== undefined)
    throw badRequest("a table with a vector index can't have a sort key");
  store.lockName(tx, path);
  store.apply(tx, putTable(id, table));
  store.apply(tx, putName(path, id));
  return OK;
};

export const alterTable: Handler = (call) => {
  const { store, tx, params } = call;
  const { path, table } = tableOf(call);
  const properties = propertiesIn(call.body);
  const sortKey = sortKeyIn(call, table.columns);
  if (sortKey.length > 0 && wideIds(table)) throw badRequest("the table is sorted already");
  if (properties !== undefined || sortKey.length > 0) {
    store.lockStructure(tx, table.id);
    store.applyTo(tx, table.id, (now) => ({
      ...now,
      properties: properties ?? now.properties,
      sortKey: sortKey.length > 0 ? sortKey : now.sortKey,
    }));
  }
  const name = params.get("tabular-new-table-name");
  if (name !== null) {
    const target = newTablePath(call, `${bucketOf(call)}/${name}`);
    store.lockStructure(tx, table.id);
    store.lockName(tx, path);
    store.lockName(tx, target);
    store.apply(tx, putName(path, undefined));
    store.apply(tx, putName(target, table.id));
  }
  return OK;
};

export const dropTable: Handler = (call) => {
  const { store, tx } = call;
  const { path, table } = tableOf(call);
  store.lockStructure(tx, table.id);
  store.lockName(tx, path);
  store.apply(tx, putName(path, undefined));
  store.apply(tx, putTable(table.id, undefined));
  return OK;
};

function newTablePath(call: Call, path: string): string {
  bucketOf(call);
  const { catalog } = call.tx;
  if (path.split("/").length < 3 || nameOf(path) === "")
    throw badRequest(`no name of a table: ${path}`);
  if (!catalog.schemas.has(parentOf(path))) throw notFound(`schema ${parentOf(path)}`);
  if (findTable(catalog, path) !== undefined || catalog.schemas.has(path))
    throw conflict(`${path} exists`);
  return path;
}

/** The sort key by column positions, in numbered headers. */
function sortKeyIn(call: Call, columns: readonly TableColumn[]): readonly number[] {
  const key: number[] = [];
  for (
    let text = headerText(call, "tabular-sorted-column-0");
    text !== undefined;
    text = headerText(call, `tabular-sorted-column-${key.length}`)
  ) {
    const column = columns[Number(text)];
    if (column === undefined)
      throw atLeast(call.version, 5, 5)
        ? badRequest(`there is no column ${text} to sort by: InvalidArgument`)
        : new TabularError(500, "InternalError", "We encountered an internal error");
    if (key.includes(column.id)) throw badRequest(`the sort key names column ${text} twice`);
    key.push(column.id);
  }
  if (key.length > 0 && !atLeast(call.version, 5, 3))
    throw new TabularError(501, "NotImplemented", "this version has no sorted tables");
  return key;
}

const METRICS = ["l2sq", "ip"];
const QUANTIZATIONS = ["scalar_8bit", "none"];

function vectorIndexIn(call: Call, columns: readonly TableColumn[]): VectorIndex | undefined {
  const name = headerText(call, "tabular-vector-index-column");
  if (name === undefined) return undefined;
  if (!atLeast(call.version, 5, 5))
    throw new TabularError(501, "NotImplemented", "this version has no vector indices");
  const column = columns.find(({ field }) => field.name === name);
  if (column?.field.type.kind !== "fixedList")
    throw badRequest(`invalid vector indexed column name ${name}`);
  const metric = headerText(call, "tabular-vector-index-distance-metric") ?? "";
  if (!METRICS.includes(metric))
    throw badRequest(
      `invalid vector index distance metric ${metric}, supported metrics: 'l2sq', 'ip'`,
    );
  const clusterQuantization =
    headerText(call, "tabular-vector-index-cluster-quantization") ?? "scalar_8bit";
  const searchQuantization =
    headerText(call, "tabular-vector-index-search-quantization") ?? "scalar_8bit";
  if (!QUANTIZATIONS.includes(clusterQuantization) || !QUANTIZATIONS.includes(searchQuantization))
    throw badRequest("invalid vector index quantization, supported: 'scalar_8bit', 'none'");
  if (clusterQuantization === "scalar_8bit" && searchQuantization === "none")
    throw badRequest("a vector index can't search without quantization in clusters with it");
  return { column: column.id, metric, clusterQuantization, searchQuantization };
}
