import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/helpers/run.ts";
import { defineFunctions } from "./filter.ts";
import { APPLICATION_ID, applyMigration, MIGRATIONS, schemaAfter } from "./migrations.ts";
import { NEWEST_SCHEMA } from "./newest-schema.ts";
import { open } from "./open.ts";

const memory = () => {
  const db = new Sqlite(":memory:");
  defineFunctions(db);
  return db;
};

/** A library of a schema version, changed by somebody. */
function libraryWith(attack: string, version = MIGRATIONS.length): string {
  const path = join(tempFolder(), "library.sqlite");
  const db = new Sqlite(path);
  defineFunctions(db);
  for (const step of MIGRATIONS.slice(0, version)) applyMigration(db, step);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${version}`);
  db.unsafeMode(true);
  db.exec(attack);
  db.close();
  return path;
}

const ENDLESS =
  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

describe("the schema of a library", () => {
  it("is written down as the migrations make it; `npm run schema` writes it", () =>
    expect(schemaAfter(memory(), MIGRATIONS.length)).toEqual(NEWEST_SCHEMA));

  it.each([
    [
      "a view that never ends in place of a table",
      `DROP TABLE meta; CREATE VIEW meta AS SELECT 'a' AS key, (${ENDLESS}) AS value;`,
    ],
    ["a trigger", `CREATE TRIGGER t AFTER INSERT ON assets BEGIN SELECT 1; END;`],
    [
      "a trigger on a table of others",
      `CREATE TABLE other (a); CREATE TRIGGER t AFTER INSERT ON other BEGIN SELECT 1; END;`,
    ],
    ["an index on an expression", "CREATE INDEX i ON assets (hex(zeroblob(size_bytes)));"],
    [
      "a column that is computed",
      "ALTER TABLE assets ADD COLUMN x TEXT GENERATED ALWAYS AS (hex(zeroblob(1000))) VIRTUAL;",
    ],
    ["a table that lacks", "DROP TABLE checkpoints;"],
    ["a view of a new name", `CREATE VIEW v AS ${ENDLESS};`],
    [
      "a schema that was edited",
      "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'size_bytes INTEGER NOT NULL', 'size_bytes INTEGER NOT NULL CHECK (abs(size_bytes) > -1)') WHERE name = 'assets';",
    ],
  ])("with %s is refused, and quickly", async (_what, attack) => {
    for (const version of [MIGRATIONS.length, 5]) {
      const startedAt = performance.now();
      await expect(
        open({ path: libraryWith(attack, version), create: true }),
      ).rejects.toMatchObject({
        code: "SCHEMA_MISMATCH",
        message: expect.stringMatching(/its schema is not that of a library/) as string,
      });
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    }
  });

  it("may have been made by migrations with other comments and line breaks", async () => {
    const path = libraryWith(
      "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'size_bytes INTEGER', '-- in bytes' || char(10) || '  size_bytes  INTEGER') WHERE name = 'assets';",
    );
    const backend = await open({ path, create: false });
    expect(backend.schema().current).toBe(MIGRATIONS.length);
    await backend.close();
  });

  it("may have tables of other programs beside it, and statistics", async () => {
    for (const version of [MIGRATIONS.length, 3]) {
      const path = libraryWith(
        "CREATE TABLE _replicator_seq (id INTEGER PRIMARY KEY, seq INTEGER); CREATE INDEX _s ON _replicator_seq (seq); ANALYZE;",
        version,
      );
      const backend = await open({ path, create: false });
      expect(backend.schema().current).toBe(MIGRATIONS.length);
      await backend.close();
    }
  });
});

describe("the values of a library", () => {
  it.each([
    "INSERT INTO assets (path, size_bytes, mtime_ms, state) VALUES ('/' || hex(zeroblob(2000000)), 1, 1, 'registered')",
    "INSERT INTO jobs (path, job) VALUES ('/a', hex(zeroblob(40000000)))",
    "INSERT INTO archive (path, fingerprint, archived_at_ms, version) VALUES ('/a', 'f', 1, zeroblob(70000000))",
  ])("that are too large are found before they are read: %s", async (attack) => {
    const backend = await open({ path: libraryWith(attack), create: false });
    const findings = await Array.fromAsync(backend.check());
    await backend.close();
    expect(findings).toContainEqual(expect.objectContaining({ check: "sizes", status: "failed" }));
  });
});
