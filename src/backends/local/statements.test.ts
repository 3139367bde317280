import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { rowsOf, valuesOf } from "./statements.ts";

describe("the statements of a connection", () => {
  it("are prepared once, and apart for rows and for single values", () => {
    const db = new Sqlite(":memory:");
    const sql = "SELECT 1 AS one, 2 AS two";
    expect(rowsOf(db, sql)).toBe(rowsOf(db, sql));
    expect([rowsOf(db, sql).get(), valuesOf(db, sql).get()]).toEqual([{ one: 1, two: 2 }, 1]);
    const other = new Sqlite(":memory:");
    expect(rowsOf(other, sql)).not.toBe(rowsOf(db, sql));
  });

  it("are as many as fit, of which those stay that are used", () => {
    const db = new Sqlite(":memory:");
    const [used, forgotten] = [rowsOf(db, "SELECT 'used'"), rowsOf(db, "SELECT 'forgotten'")];
    for (let n = 0; n < 200; n++) {
      rowsOf(db, `SELECT ${n}`);
      rowsOf(db, "SELECT 'used'");
    }
    expect(rowsOf(db, "SELECT 'used'")).toBe(used);
    expect(rowsOf(db, "SELECT 'forgotten'")).not.toBe(forgotten);
  });

  it("answer also when the schema has changed meanwhile", () => {
    const db = new Sqlite(":memory:");
    db.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    const sql = "SELECT a FROM t";
    expect(valuesOf(db, sql).all()).toEqual([1]);
    db.exec("ALTER TABLE t ADD COLUMN b; CREATE INDEX i ON t (a); INSERT INTO t VALUES (2, 3)");
    expect(valuesOf(db, sql).all()).toEqual([1, 2]);
  });
});
