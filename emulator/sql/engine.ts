import type { DuckDBConnection } from "@duckdb/node-api";
import type { Batch } from "../arrow/stream.ts";
import type { Field } from "../arrow/field.ts";
import type { Schema } from "../arrow/schema.ts";
import { badRequest } from "../errors.ts";
import type { Catalog } from "../store/catalog.ts";
import { columnOf, isDeleted, type Chunk } from "../store/chunk.ts";
import type { Table } from "../store/table.ts";
import { cellsOf, columnFrom, fieldOf, sqlType } from "./cells.ts";

/** What a query answers: its columns, and rows in batches. */
export interface Answer {
  readonly schema: Schema;
  readonly batches: readonly Batch[];
}

/** Runs SQL over a snapshot of the catalogue, one query after the other. */
export interface Engine {
  run(sql: string, catalog: Catalog): Promise<Answer>;
}

const ROWS_PER_CHUNK = 2048;
/** Copies of tables that are kept for further queries. */
const MAX_COPIES = 64;

/**
 * Creates an engine on DuckDB, in memory. DuckDB is loaded with the first query. It stands for the
 * cluster's own engine: what that one calls by other names is not known here.
 */
export function createEngine(): Engine {
  let connected: Promise<DuckDBConnection> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** Tables never change: a changed table is another one. */
  const copies = new Map<Table, string>();
  let made = 0;

  const copyOf = async (connection: DuckDBConnection, table: Table): Promise<string> => {
    const present = copies.get(table);
    if (present !== undefined) return present;
    for (const [old, name] of [...copies].slice(0, Math.max(0, copies.size - MAX_COPIES))) {
      await connection.run(`DROP TABLE ${name}`);
      copies.delete(old);
    }
    const name = `main.copy_${++made}`;
    await load(connection, name, table);
    copies.set(table, name);
    return name;
  };

  const run = async (sql: string, catalog: Catalog): Promise<Answer> => {
    const connection = await (connected ??= connect());
    const views: string[] = [];
    for (const [path, id] of catalog.tableIds) {
      const { schema, name } = namesOf(path);
      const table = catalog.tables.get(id);
      // A copy takes time; only tables that the query can mean are made.
      if (!table || !sql.includes(`"${schema}"`) || !mentions(sql, name)) continue;
      const copy = await copyOf(connection, table);
      await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quote(schema)}`);
      const view = `${quote(schema)}.${quote(name)}`;
      await connection.run(`CREATE VIEW ${view} AS SELECT * FROM ${copy}`);
      views.push(view);
    }
    try {
      return await answer(connection, sql);
    } finally {
      // The next query may see another snapshot, or none of these tables.
      for (const view of views) await connection.run(`DROP VIEW ${view}`);
    }
  };

  return {
    run(sql, catalog) {
      const next = last.then(() => run(sql, catalog));
      last = next.catch(() => {});
      return next;
    },
  };
}

async function connect(): Promise<DuckDBConnection> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    // It must not read files, nor fetch extensions.
    enable_external_access: "false",
    autoinstall_known_extensions: "false",
  });
  return instance.connect();
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `bucket/schema` and the table's name. */
function namesOf(path: string): { readonly schema: string; readonly name: string } {
  const at = path.lastIndexOf("/");
  return { schema: path.slice(0, at), name: path.slice(at + 1) };
}

const mentions = (sql: string, name: string): boolean =>
  sql.toLowerCase().includes(name.toLowerCase());

async function load(connection: DuckDBConnection, name: string, table: Table): Promise<void> {
  const { DuckDBDataChunk } = await import("@duckdb/node-api");
  const columns = table.columns.filter(({ field }) => sqlType(field) !== undefined);
  const declared = columns.map(({ field }) => `${quote(field.name)} ${sqlType(field)}`);
  await connection.run(`CREATE TABLE ${name} (${declared.join(", ")})`);
  const appender = await connection.createAppender(name.replace("main.", ""), "main");
  const types = (await connection.run(`SELECT * FROM ${name} LIMIT 0`)).columnTypes();
  for (const chunk of table.chunks)
    for (const [from, to] of runsOf(chunk)) {
      const rows = DuckDBDataChunk.create(types, to - from);
      columns.forEach((column, i) =>
        rows.setColumnValues(i, cellsOf(column.field, columnOf(chunk, column), from, to)),
      );
      appender.appendDataChunk(rows);
    }
  appender.closeSync();
}

/** Ranges of rows that are not deleted, as long as DuckDB takes at once. */
function* runsOf(chunk: Chunk): Iterable<readonly [from: number, to: number]> {
  let from = 0;
  for (let row = 0; row <= chunk.length; row++) {
    const isEnd = row === chunk.length || isDeleted(chunk, row);
    if (!isEnd && row - from < ROWS_PER_CHUNK) continue;
    if (row > from) yield [from, row];
    from = isEnd ? row + 1 : row;
  }
}

async function answer(connection: DuckDBConnection, sql: string): Promise<Answer> {
  const result = await connection.stream(sql).catch((error: unknown) => {
    throw badRequest(error instanceof Error ? error.message : String(error), "QueryError");
  });
  const types = result.columnTypes();
  const fields = result.columnNames().map((name, i): Field => {
    const type = types[i];
    if (!type) throw badRequest("a column without a type");
    return fieldOf(name, type);
  });
  const batches: Batch[] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    batches.push({
      length: chunk.rowCount,
      columns: fields.map((of, i) => columnFrom(of, chunk.getColumnValues(i))),
    });
  }
  return { schema: { fields, metadata: new Map() }, batches };
}
