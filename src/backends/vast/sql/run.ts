import { MediasearchError } from "../../../errors.ts";
import type { Database, TableRow } from "../database.ts";
import type { TableSchema } from "../tables.ts";
import type { Session } from "../wire/client.ts";
import { querySql } from "../wire/sql.ts";
import { transact } from "../wire/transact.ts";
import { toValues } from "../wire/values.ts";
import { nameLiteral } from "./literals.ts";

/** What the answer of one statement may be: more is a query that is too wide. */
const MAX_ROWS = 500_000;
const MAX_BYTES = 128 << 20;
/** The protocol takes no longer bodies. */
const MAX_STATEMENT_BYTES = 5_000_000;

/** Runs statements over one state of a library. */
export interface SqlReader {
  /** Names a table in statements. */
  name(table: TableSchema): string;
  /**
   * Resolves to all rows. ORDER BY decides which they are under a LIMIT, but not how they come:
   * the parts of an answer come in any order.
   * @throws TIMED_OUT for an answer beyond the bounds, USAGE for a statement beyond them, what
   * `querySql` throws.
   */
  rows(statement: string): Promise<TableRow[]>;
}

/** How much was moved since the process began, for benchmarks. */
export const moved = { statements: 0, rows: 0, bytes: 0 };

/**
 * Runs `work` over the state that the library has now, which later commits do not change. It may
 * run again, over another state, when the transaction lapses or the connection breaks.
 */
export const withReader = <T>(
  database: Database,
  work: (reader: SqlReader) => Promise<T>,
): Promise<T> => transact(database.client, (snapshot) => work(openReader(database, snapshot)));

const openReader = ({ bucket, schema }: Database, session: Session): SqlReader => ({
  name: (table) => `${nameLiteral(`${bucket}/${schema}`)}.${nameLiteral(table.name)}`,
  rows: (statement) => readRows(session, statement),
});

async function readRows(session: Session, statement: string): Promise<TableRow[]> {
  if (Buffer.byteLength(statement) > MAX_STATEMENT_BYTES)
    throw new MediasearchError("USAGE", "the query names more files or words than SQL can take", {
      subject: "SEARCH_ON",
      hint: "name fewer files, or SEARCH_ON=replica",
    });
  const all: TableRow[] = [];
  let bytes = 0;
  moved.statements++;
  for await (const { rows, fields, columns } of querySql(session, statement)) {
    bytes += columns.reduce((sum, column) => sum + column.byteLength, 0);
    moved.rows += rows;
    if (all.length + rows > MAX_ROWS || bytes > MAX_BYTES) throw tooWide();
    const values = columns.map(toValues);
    for (let row = 0; row < rows; row++)
      all.push(Object.fromEntries(fields.map(({ name }, i) => [name, values[i]?.[row]])));
  }
  moved.bytes += bytes;
  return all;
}

/** A query whose answer can't be made in reasonable time and memory. */
export const tooWide = (): MediasearchError =>
  new MediasearchError("TIMED_OUT", "too much of the library has to be looked through for this", {
    subject: "SEARCH_ON",
    hint: "add a rarer word, or look in fewer files with file:",
  });
