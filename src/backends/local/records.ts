import { type JournalEntry, readRecord, type Records } from "../records.ts";
import { FACTS_KIND } from "../headings.ts";
import type { Connection } from "./connection.ts";
import { indexHeadings } from "./headings.ts";
import { valuesOf } from "./statements.ts";

/** Step of the schema that makes the tables. */
export const RECORDS_SCHEMA = `
  -- Small documents of the service by kind and id: keys, collections, saved searches.
  CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  -- Journals that only grow, such as the audit.
  CREATE TABLE journal (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
`;

interface JournalRow {
  readonly id: string;
  readonly at_ms: number;
  readonly kind: string;
  readonly value: string;
}

const toEntry = ({ id, at_ms: atMs, kind, value }: JournalRow): JournalEntry => ({
  id,
  atMs,
  kind,
  value: readRecord(value),
});

export function localRecords({ db, run, write }: Connection): Records {
  return {
    get: (kind, id) =>
      run(() => {
        const text = valuesOf(db, "SELECT value FROM records WHERE kind = ? AND id = ?").get(
          kind,
          id,
        );
        return typeof text === "string" ? readRecord(text) : undefined;
      }),
    list: (kind) =>
      run(() =>
        (
          db.prepare("SELECT id, value FROM records WHERE kind = ? ORDER BY id").all(kind) as {
            readonly id: string;
            readonly value: string;
          }[]
        ).map(({ id, value }) => ({ id, value: readRecord(value) })),
      ),
    listIds: (kind) =>
      run(
        () =>
          db
            .prepare("SELECT id FROM records WHERE kind = ? ORDER BY id")
            .pluck()
            .all(kind) as string[],
      ),
    put: (kind, id, value) =>
      write(() => {
        db.prepare(
          "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        ).run(kind, id, JSON.stringify(value));
        if (kind === FACTS_KIND) indexHeadings(db, id, value);
      }),
    remove: (kind, id) =>
      write(() => {
        db.prepare("DELETE FROM records WHERE kind = ? AND id = ?").run(kind, id);
        if (kind === FACTS_KIND) indexHeadings(db, id, null);
      }),
    addAll: (kind, records) =>
      write(() => {
        const insert = db.prepare("INSERT INTO records (kind, id, value) VALUES (?, ?, ?)");
        for (const { id, value } of records) {
          insert.run(kind, id, JSON.stringify(value));
          if (kind === FACTS_KIND) indexHeadings(db, id, value);
        }
      }),
    removeAll: (kind, ids) =>
      write(() => {
        const remove = db.prepare("DELETE FROM records WHERE kind = ? AND id = ?");
        for (const id of ids) {
          remove.run(kind, id);
          if (kind === FACTS_KIND) indexHeadings(db, id, null);
        }
      }),
    append: (entries) =>
      write(() => {
        const insert = db.prepare(
          "INSERT OR IGNORE INTO journal (kind, id, at_ms, value) VALUES (?, ?, ?, ?)",
        );
        for (const { kind, id, atMs, value } of entries)
          insert.run(kind, id, atMs, JSON.stringify(value));
      }),
    readJournal: ({ kind, afterId = "", limit }) =>
      run(() =>
        (
          db
            .prepare("SELECT * FROM journal WHERE kind = ? AND id > ? ORDER BY id LIMIT ?")
            .all(kind, afterId, limit) as JournalRow[]
        ).map(toEntry),
      ),
    trimJournal: (kind, beforeMs) =>
      write(
        () =>
          db.prepare("DELETE FROM journal WHERE kind = ? AND at_ms < ?").run(kind, beforeMs)
            .changes,
      ),
  };
}
