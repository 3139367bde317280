import type { Field, Schema } from "apache-arrow";
import { MediasearchError } from "../../../errors.ts";
import type { Session } from "./client.ts";
import { brokenReply, isMissing } from "./faults.ts";
import { type FlatTable, finish, readRoot, writeTable } from "./flat.ts";
import { readSchema, writeSchema } from "./ipc.ts";
import type { ClusterReply } from "./transport.ts";

/** Where a table is. A schema may be nested: its name holds slashes. */
export interface TablePath {
  readonly bucket: string;
  readonly schema: string;
  readonly table: string;
}

export const tablePathParts = ({ bucket, schema, table }: TablePath): readonly string[] => [
  bucket,
  schema,
  table,
];

/** An index can only be made with its table, on one column of vectors; 5.5 and newer. */
export interface VectorIndex {
  readonly column: string;
  /** l2sq: squared Euclidean distance; ip: inner product. */
  readonly metric: "l2sq" | "ip";
  readonly clusterQuantization?: "scalar_8bit" | "none" | undefined;
  readonly searchQuantization?: "scalar_8bit" | "none" | undefined;
}

/** How the cluster lays out the rows of a table; it can't have both. */
export interface TableLayout {
  readonly index?: VectorIndex | undefined;
  /** Positions of columns among the fields; 5.3 and newer. */
  readonly sortedBy?: readonly number[];
}

export interface ObjectDetails {
  readonly name: string;
  readonly properties: string;
  readonly rows: bigint;
  readonly sizeBytes: bigint;
}

export interface TableStats {
  readonly rows: bigint;
  readonly sizeBytes: bigint;
  /** Row ids are decimal128 in these; how rows.ts knows. */
  readonly isSorted: boolean;
  readonly isPartitioned: boolean;
  readonly vectorIndexes: readonly {
    readonly column: string;
    readonly metric: string;
    readonly sqlFunction: string;
  }[];
  /** First address and how many follow it (the last part counts up). */
  readonly addresses: readonly string[];
}

const NAMES_PER_PAGE = 1000;
const COLUMN_PAGE = 1000;
const MAX_PAGES = 1000;

/** Yields all pages of a list call, by its paging headers. */
async function* pages(
  session: Session,
  path: readonly string[],
  op: string,
  maxKeys: number,
  more: Readonly<Record<string, string>>,
): AsyncIterable<ClusterReply> {
  for (let next = "0", count = 0; ; count++) {
    if (count > MAX_PAGES) throw brokenReply(path.join("/"), `the list of ${op}s has no end`);
    const reply = await session.send({
      method: "GET",
      path,
      op,
      repeatable: true,
      headers: {
        "tabular-max-keys": String(maxKeys),
        "tabular-next-key": next,
        "tabular-list-count-only": "False",
        ...more,
      },
    });
    yield reply;
    if (reply.headers["tabular-is-truncated"] !== "true") return;
    const following = reply.headers["tabular-next-key"] ?? "0";
    if (following === next) throw brokenReply(path.join("/"), `the list of ${op}s repeats itself`);
    next = following;
  }
}

const detailsOf = (object: FlatTable): ObjectDetails => ({
  name: object.string(0) ?? "",
  properties: object.string(1) ?? "",
  rows: object.u64(3),
  sizeBytes: object.u64(4),
});

export async function listSchemas(
  session: Session,
  bucket: string,
  exact?: string,
): Promise<ObjectDetails[]> {
  const all: ObjectDetails[] = [];
  const names: Record<string, string> =
    exact === undefined ? { "tabular-name-prefix": "" } : { "tabular-name-exact-match": exact };
  for await (const { body } of pages(session, [bucket], "schema", NAMES_PER_PAGE, names))
    all.push(...readRoot(body).tables(1).map(detailsOf));
  return all;
}

export async function createSchema(
  session: Session,
  bucket: string,
  schema: string,
  properties = "",
): Promise<void> {
  const body = finish((b) => writeTable(b, [["offset", b.createString(properties)]]));
  await session.send({
    method: "POST",
    path: [bucket, schema],
    op: "schema",
    body,
    repeatable: false,
  });
}

/** 409 when it is not empty. */
export const dropSchema = async (session: Session, bucket: string, schema: string): Promise<void> =>
  void (await session.send({
    method: "DELETE",
    path: [bucket, schema],
    op: "schema",
    repeatable: false,
  }));

/** @throws NOT_FOUND when the schema is missing. */
export async function listTables(
  session: Session,
  bucket: string,
  schema: string,
  exact?: string,
): Promise<ObjectDetails[]> {
  const all: ObjectDetails[] = [];
  const names: Record<string, string> =
    exact === undefined ? { "tabular-name-prefix": "" } : { "tabular-name-exact-match": exact };
  for await (const { body } of pages(session, [bucket, schema], "table", NAMES_PER_PAGE, {
    ...names,
    "tabular-include-list-stats": "True",
  }))
    all.push(...readRoot(body).tables(2).map(detailsOf));
  return all;
}

export async function createTable(
  session: Session,
  tablePath: TablePath,
  fields: readonly Field[],
  { index, sortedBy = [] }: TableLayout = {},
): Promise<void> {
  if (index && !session.client.supports("vectorIndex"))
    throw new MediasearchError(
      "USAGE",
      `${session.client.endpoint}: a vector index needs VAST 5.5 or newer`,
      { subject: tablePath.table },
    );
  await session.send({
    method: "POST",
    path: tablePathParts(tablePath),
    op: "table",
    body: writeSchema(fields),
    repeatable: false,
    headers: {
      ...(index ? indexHeaders(index) : {}),
      ...Object.fromEntries(
        sortedBy.map((position, nth) => [`tabular-sorted-column-${nth}`, String(position)]),
      ),
    },
  });
}

const indexHeaders = ({
  column,
  metric,
  clusterQuantization,
  searchQuantization,
}: VectorIndex): Record<string, string> => ({
  "tabular-vector-index-column": column,
  "tabular-vector-index-distance-metric": metric,
  ...(clusterQuantization === undefined
    ? {}
    : { "tabular-vector-index-cluster-quantization": clusterQuantization }),
  ...(searchQuantization === undefined
    ? {}
    : { "tabular-vector-index-search-quantization": searchQuantization }),
});

export const dropTable = async (session: Session, at: TablePath): Promise<void> =>
  void (await session.send({
    method: "DELETE",
    path: tablePathParts(at),
    op: "table",
    repeatable: false,
  }));

export async function renameTable(session: Session, at: TablePath, name: string): Promise<void> {
  await session.send({
    method: "PUT",
    path: tablePathParts(at),
    op: "table",
    params: { "tabular-new-table-name": `${at.schema}/${name}` },
    body: finish((b) => writeTable(b, [null])),
    repeatable: false,
  });
}

/** Resolves to undefined when the table is missing. */
export async function listColumns(
  session: Session,
  at: TablePath,
): Promise<Schema["fields"] | undefined> {
  const fields: Field[] = [];
  try {
    for await (const { body } of pages(session, tablePathParts(at), "column", COLUMN_PAGE, {
      "tabular-name-prefix": "",
    }))
      fields.push(...readSchema(body).fields);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return fields;
}

export const addColumns = async (
  session: Session,
  at: TablePath,
  fields: readonly Field[],
): Promise<void> =>
  void (await session.send({
    method: "POST",
    path: tablePathParts(at),
    op: "column",
    body: writeSchema(fields),
    repeatable: false,
  }));

export const dropColumns = async (
  session: Session,
  at: TablePath,
  fields: readonly Field[],
): Promise<void> =>
  void (await session.send({
    method: "DELETE",
    path: tablePathParts(at),
    op: "column",
    body: writeSchema(fields),
    repeatable: false,
  }));

export async function renameColumn(
  session: Session,
  at: TablePath,
  name: string,
  newName: string,
): Promise<void> {
  await session.send({
    method: "PUT",
    path: tablePathParts(at),
    op: "column",
    params: { "tabular-column-name": name, "tabular-new-column-name": newName },
    headers: { "tabular-column-sep": "." },
    body: finish((b) => writeTable(b, [null, null])),
    repeatable: false,
  });
}

export async function tableStats(session: Session, at: TablePath): Promise<TableStats> {
  const { body } = await session.send({
    method: "GET",
    path: tablePathParts(at),
    op: "stats",
    repeatable: true,
  });
  const stats = readRoot(body);
  const index = stats.table(9);
  const indexes = [...stats.tables(12), ...(stats.tables(12).length === 0 && index ? [index] : [])];
  return {
    rows: stats.i64(0),
    sizeBytes: stats.i64(1),
    isSorted: stats.bool(5),
    isPartitioned: stats.bool(10),
    vectorIndexes: indexes.map((one) => ({
      column: one.string(0) ?? "",
      metric: one.string(1) ?? "",
      sqlFunction: one.string(2) ?? "",
    })),
    addresses: stats.tables(4).flatMap((range) => countUp(range.string(0) ?? "", range.u16(1))),
  };
}

/** The last part of the address counts up. */
function countUp(address: string, count: number): string[] {
  const at = address.lastIndexOf(".") + 1;
  return Array.from(
    { length: count },
    (_, i) => `${address.slice(0, at)}${Number(address.slice(at)) + i}`,
  );
}
