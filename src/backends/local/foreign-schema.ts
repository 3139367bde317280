import type { Database } from "better-sqlite3";
import { MediasearchError } from "../../errors.ts";

/**
 * A library file may come from somebody else, and its schema is a program: a view that never ends
 * in place of a table, a trigger, an index on an expression. It is compared with the schema that
 * the migrations make before anything is read or written.
 */

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
}

/** Objects of SQLite itself, such as the statistics of ANALYZE, have reserved names. */
const readSchema = (db: Database): readonly SchemaObject[] =>
  db
    .prepare(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .all() as SchemaObject[];

const toLine = ({ type, name, tbl_name, sql }: SchemaObject): string =>
  [type, name, tbl_name, sql ?? ""].join("|");

/** The schema of a database, one line an object, as SQLite keeps it. */
export const schemaLines = (db: Database): readonly string[] =>
  readSchema(db).map(toLine).toSorted();

/** Comments and line breaks of a migration may change, what it makes may not. */
const normalized = (sql: string): string =>
  sql
    .replaceAll(/--[^\n]*/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([(),]) ?/g, "$1")
    .trim();

function normalizedLine(line: string): string {
  const [type, name, table, ...sql] = line.split("|");
  return [type, name, table, normalized(sql.join("|"))].join("|");
}

/**
 * Tables of other programs, such as those of a replicator, may stand beside ours with their
 * indexes; nothing may stand on ours.
 * @throws SCHEMA_MISMATCH when the schema is not the expected one.
 */
export function refuseForeignSchema(db: Database, path: string, expected: readonly string[]): void {
  const objects = readSchema(db);
  // Every command comes by here: nearly every library is the same to the letter.
  const there = new Set(objects.map(toLine));
  const isSame = objects.length === expected.length && expected.every((line) => there.has(line));
  if (!isSame) compareSchema(objects, path, expected.map(normalizedLine));
}

function compareSchema(
  objects: readonly SchemaObject[],
  path: string,
  expected: readonly string[],
): void {
  const lines = objects.map((object) => normalizedLine(toLine(object)));
  const expectedLines = new Set(expected);
  const ours = new Set(expected.map((line) => line.split("|")[1]));
  const foreign = objects.find(
    ({ type, name, tbl_name }, i) =>
      !expectedLines.has(lines[i] ?? "") &&
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
