import { randomBytes, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { createTable, listTables, type TablePath, tableStats } from "./wire/catalog.ts";
import type { Client, Session } from "./wire/client.ts";
import { rowIdField } from "./wire/columns.ts";
import { equal, type Filter, isOneOf } from "./wire/predicate.ts";
import { type Page, query, type TableQuery } from "./wire/query.ts";
import { insertRows, remove, type RowIds, rowIds, update } from "./wire/rows.ts";
import { transact } from "./wire/transact.ts";
import { toValues, type Value } from "./wire/values.ts";
import { embeddingsTable, SLOTS, type TableSchema, TABLES } from "./tables.ts";

export type TableRow = Readonly<Record<string, Value>>;

/** Rows, and the row ids that name them in their transaction. */
export interface FoundRows {
  readonly rows: readonly TableRow[];
  readonly ids: RowIds;
}

/** One library's tables, in rows of plain values. */
export interface Database {
  readonly client: Client;
  readonly bucket: string;
  readonly schema: string;
  at(table: TableSchema): TablePath;
  rows(
    session: Session,
    table: TableSchema,
    filter: Filter,
    columns?: readonly string[],
  ): Promise<TableRow[]>;
  /** Yields rows in the order in which they come, in bounded memory. */
  pages(
    session: Session,
    table: TableSchema,
    filter: Filter,
    options?: Partial<Pick<TableQuery, "pageRows" | "parallel">> & {
      readonly columns?: readonly string[];
    },
  ): AsyncIterable<TableRow[]>;
  /**
   * Finds rows in order to change or delete them in the same transaction. Rows have all columns
   * unless some are named.
   */
  find(
    session: Session,
    table: TableSchema,
    filter: Filter,
    columns?: readonly string[],
  ): Promise<FoundRows>;
  add(session: Session, table: TableSchema, rows: readonly TableRow[]): Promise<void>;
  /** Makes the same change in every row, or one change for each row. */
  change(
    session: Session,
    table: TableSchema,
    found: FoundRows,
    changes: TableRow | readonly TableRow[],
  ): Promise<void>;
  drop(session: Session, table: TableSchema, found: FoundRows): Promise<void>;
  /**
   * One transaction over what the keys name: two writers of the same key come one after the other.
   * Leaves a line in the audit log, by which a commit whose answer was lost is recognised. `work`
   * may run more than once.
   */
  write<T>(
    entry: AuditEntry,
    keys: readonly string[] | typeof EVERYTHING,
    work: (session: Session) => Promise<T>,
  ): Promise<T>;
  /** Locks more keys in a transaction that is under way. */
  lock(session: Session, keys: readonly string[] | typeof EVERYTHING): Promise<void>;
  /**
   * Gives the table of vectors of that length. It is made in this transaction when it is missing.
   */
  embeddings(session: Session, dimensions: number): Promise<TableSchema>;
}

/** Stands for every key: no other writer may be under way. */
export const EVERYTHING = Symbol("every key");

export interface AuditEntry {
  readonly action: string;
  readonly asset?: string | undefined;
  readonly detail?: string | undefined;
}

/** Large tables are read by as many requests as their statistics suggest. */
const LARGE = /^(segments|words|embeddings_)/;

export function createDatabase(client: Client, bucket: string, schema: string): Database {
  const pathOfTable = (table: TableSchema): TablePath => ({ bucket, schema, table: table.name });
  const database: Database = {
    client,
    bucket,
    schema,
    at: pathOfTable,
    ...createReader(pathOfTable),
    ...createWriter(pathOfTable),
    write: (entry, keys, work) => writeAudited(database, entry, keys, work),
    lock: (session, keys) => lock(database, session, keys),
    async embeddings(session, dimensions) {
      const table = embeddingsTable(dimensions);
      if ((await listTables(session, bucket, schema, table.name)).length === 0)
        await createTable(
          session,
          pathOfTable(table),
          table.fields,
          client.supports("vectorIndex") ? { index: { column: "vector", metric: "ip" } } : {},
        );
      return table;
    },
  };
  return database;
}

function createReader(pathOfTable: Database["at"]): Pick<Database, "pages" | "rows" | "find"> {
  const idBits = rowIdBits(pathOfTable);
  const read = (
    session: Session,
    table: TableSchema,
    filter: Filter,
    options: Partial<TableQuery>,
  ): AsyncIterable<Page> =>
    query(session, pathOfTable(table), {
      columns: table.fields,
      filterColumns: table.fields,
      filter,
      ...(LARGE.test(table.name) ? {} : { splits: 1, subSplits: 1 }),
      ...options,
    });

  async function* pages(
    ...[session, table, filter, options = {}]: Parameters<Database["pages"]>
  ): AsyncIterable<TableRow[]> {
    const { columns: names, ...more } = options;
    const columns = fieldsOf(table, names);
    for await (const page of read(session, table, filter, { ...more, columns }))
      yield toTableRows(columns, page.columns, page.rows);
  }

  return {
    pages,
    async rows(session, table, filter, columns) {
      const all: TableRow[] = [];
      for await (const page of pages(session, table, filter, columns ? { columns } : {}))
        for (const row of page) all.push(row);
      return all;
    },
    async find(session, table, filter, names) {
      const bits = await idBits(session, table);
      const fields = fieldsOf(table, names);
      const columns = [...fields, rowIdField(bits)];
      const rows: TableRow[] = [];
      const idColumns = [];
      for await (const page of read(session, table, filter, { columns })) {
        for (const row of toTableRows(fields, page.columns, page.rows)) rows.push(row);
        idColumns.push(...page.columns.slice(-1));
      }
      return { rows, ids: { bits, ids: rowIds(idColumns).ids } };
    },
  };
}

/** How wide the row ids of a table are. The cluster is asked once for each table. */
function rowIdBits(
  at: Database["at"],
): (session: Session, table: TableSchema) => Promise<RowIds["bits"]> {
  const asked = new Map<string, Promise<RowIds["bits"]>>();
  return (session, table) => {
    const bits =
      asked.get(table.name) ??
      tableStats(session, at(table)).then(({ isSorted, isPartitioned, vectorIndexes }) =>
        isSorted || isPartitioned || vectorIndexes.length > 0 ? 128 : 64,
      );
    asked.set(table.name, bits);
    bits.catch(() => asked.delete(table.name));
    return bits;
  };
}

const createWriter = (pathOfTable: Database["at"]): Pick<Database, "add" | "change" | "drop"> => ({
  async add(session, table, rows) {
    if (rows.length > 0)
      await insertRows(
        session,
        pathOfTable(table),
        table.fields,
        table.fields.map(({ name }) => rows.map((row) => row[name])),
      );
  },
  async change(session, table, { ids }, changes) {
    if (ids.ids.length === 0) return;
    const rows = Array.isArray(changes)
      ? (changes as readonly TableRow[])
      : ids.ids.map(() => changes as TableRow);
    const fields = fieldsOf(table, Object.keys(rows[0] ?? {}));
    await update(
      session,
      pathOfTable(table),
      ids,
      fields,
      fields.map(({ name }) => rows.map((row) => row[name])),
    );
  },
  drop: (session, table, { ids }) => remove(session, pathOfTable(table), ids),
});

function writeAudited<T>(
  database: Database,
  entry: AuditEntry,
  keys: readonly string[] | typeof EVERYTHING,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const id = newId();
  const wasCommitted = async (session: Session): Promise<boolean> => {
    const entries = await database.rows(
      session,
      TABLES.audit,
      [equal("entry_id", id)],
      ["entry_id"],
    );
    return entries.length > 0;
  };
  return transact(
    database.client,
    async (session) => {
      await lock(database, session, keys);
      const result = await work(session);
      await database.add(session, TABLES.audit, [
        {
          entry_id: id,
          at_ms: Date.now(),
          host: hostname(),
          pid: process.pid,
          action: entry.action,
          asset_id: entry.asset,
          detail: entry.detail,
        },
      ]);
      return result;
    },
    { wasCommitted },
  );
}

const fieldsOf = (
  table: TableSchema,
  names: readonly string[] | undefined,
): TableSchema["fields"] =>
  names ? table.fields.filter(({ name }) => names.includes(name)) : table.fields;

/** Makes rows of the columns of a page; those of `fields` come first. */
function toTableRows(
  fields: TableSchema["fields"],
  columns: Page["columns"],
  count: number,
): TableRow[] {
  const values = fields.flatMap((_, i) => columns.slice(i, i + 1).map(toValues));
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(fields.map(({ name }, i) => [name, values[i]?.[row]])),
  );
}

/**
 * Changes the rows that stand for the keys: the second of two transactions that do fails with a
 * conflict, or waits, as the cluster likes.
 */
async function lock(
  database: Database,
  session: Session,
  keys: readonly string[] | typeof EVERYTHING,
): Promise<void> {
  const slots = keys === EVERYTHING ? [] : [...new Set(keys.map(slotOf))];
  if (keys !== EVERYTHING && slots.length === 0) return;
  const locks = await database.find(
    session,
    TABLES.locks,
    slots.length === 0 ? [] : [isOneOf("slot", slots)],
  );
  await database.change(
    session,
    TABLES.locks,
    locks,
    locks.rows.map(({ changes }) => ({ changes: BigInt(changes as bigint) + 1n })),
  );
}

/** FNV-1a, https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function slotOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % SLOTS;
}

let lastMs = 0;
let count = 0;

/**
 * 32 hex digits that sort by the time when they were made, as RFC 9562's version 7 does; never the
 * same twice.
 */
export function newId(): string {
  const now = Math.max(Date.now(), lastMs);
  count = now === lastMs ? count + 1 : 0;
  lastMs = now;
  return (
    now.toString(16).padStart(12, "0") +
    count.toString(16).padStart(4, "0") +
    randomBytes(8).toString("hex")
  );
}

export const newLibraryId = (): string => randomUUID();
