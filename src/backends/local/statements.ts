import type { Database, Statement } from "better-sqlite3";

/** Statements of one connection; the one that was used longest ago goes first. */
const MAX_STATEMENTS = 100;

/** Rows and single values are told apart, since a statement gives either. */
const prepared = new WeakMap<Database, Map<string, Statement>>();

/**
 * The statement with that text, which is prepared once for a connection: to prepare one takes as
 * long as many of them run. For reads that end before another begins, not for `iterate`.
 */
export const rowsOf = (db: Database, sql: string): Statement =>
  statementOf(db, sql, () => db.prepare(sql));

/** As `rowsOf`, for the first column alone. */
export const valuesOf = (db: Database, sql: string): Statement =>
  statementOf(db, `1 ${sql}`, () => db.prepare(sql).pluck());

function statementOf(db: Database, key: string, prepare: () => Statement): Statement {
  let ofConnection = prepared.get(db);
  if (!ofConnection) prepared.set(db, (ofConnection = new Map()));
  const known = ofConnection.get(key);
  const statement = known ?? prepare();
  if (known) ofConnection.delete(key);
  ofConnection.set(key, statement);
  if (ofConnection.size > MAX_STATEMENTS)
    for (const oldest of ofConnection.keys()) {
      ofConnection.delete(oldest);
      break;
    }
  return statement;
}
