import type { Database } from "better-sqlite3";
import { MediasearchError } from "../../errors.ts";

/**
 * A library file may come from somebody else, and its schema is a program: a view that never ends in place of a
 * table, a trigger, an index on an expression. It is compared with the schema that the migrations make before
 * anything is read or written.
 */

export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
}

/** Objects of SQLite itself, such as the statistics of ANALYZE, have reserved names. */
export const readSchema = (db: Database): readonly SchemaObject[] =>
  db
    .prepare(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
    )
    .all() as SchemaObject[];

/** Comments and line breaks of a migration may change, what it makes may not. */
const normalized = (sql: string | null): string =>
  (sql ?? "")
    .replaceAll(/--[^\n]*/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([(),]) ?/g, "$1")
    .trim();

/** One line an object. */
export const schemaLines = (objects: readonly SchemaObject[]): readonly string[] =>
  objects.map(({ type, name, tbl_name, sql }) => [type, name, tbl_name, normalized(sql)].join("|"));

/**
 * Tables of other programs, such as those of a replicator, may stand beside ours with their indexes; nothing may
 * stand on ours.
 * @throws SCHEMA_MISMATCH when the schema is not the expected one.
 */
export function refuseForeignSchema(db: Database, path: string, expected: readonly string[]): void {
  const objects = readSchema(db);
  const lines = schemaLines(objects);
  const known = new Set(expected);
  const ours = new Set(expected.map((line) => line.split("|")[1]));
  const foreign = objects.find(
    ({ type, name, tbl_name }, i) =>
      !known.has(lines[i] ?? "") &&
      (ours.has(name) || ours.has(tbl_name) || !["table", "index"].includes(type)),
  );
  const there = new Set(lines);
  const missing = expected.find((line) => !there.has(line));
  if (foreign === undefined && missing === undefined) return;
  const [type = "", name = ""] =
    foreign === undefined ? (missing ?? "").split("|") : [foreign.type, foreign.name];
  throw new MediasearchError(
    "SCHEMA_MISMATCH",
    `${path}: its schema is not that of a library of mediasearch (${type} ${name})`,
    { subject: path, hint: "nothing of it was run; give another path with --store" },
  );
}
