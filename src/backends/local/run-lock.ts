import type { Database } from "better-sqlite3";
import { busyError, decodeMark, encodeMark, isHeld } from "../lease.ts";
import type { Holder, Lease, RunLock, RunRecord } from "../run-lock.ts";
import { readSummary } from "../stored-json.ts";
import type { Connection } from "./connection.ts";

interface RunRow {
  readonly id: number;
  readonly pid: number;
  readonly host: string;
  readonly started_at_ms: number;
  readonly renewed_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly summary: string | null;
}

/** Earlier runs are kept up to this number; the newest one tells who holds the library. */
const MAX_RUNS = 100;

export const localRunLock = (connection: Connection): RunLock => ({
  acquire: (holder) => connection.run(() => acquire(connection, holder)),
  lastRun: () => connection.run(() => readLastRun(connection.db)),
  listOpenRuns: () => connection.run(() => openRuns(connection.db).map(toRunRecord)),
  breakRuns: (isLost) => connection.run(() => breakRuns(connection.db, isLost)),
});

function acquire({ db, path, run }: Connection, holder: Holder): Lease {
  const id = db.transaction(() => insertRun(db, holder, path)).immediate();
  return {
    renew: () =>
      run(
        () => void db.prepare("UPDATE runs SET renewed_at_ms = ? WHERE id = ?").run(Date.now(), id),
      ),
    release: (summary) =>
      run(
        () =>
          void db
            .prepare("UPDATE runs SET ended_at_ms = ?, summary = ? WHERE id = ?")
            .run(Date.now(), JSON.stringify(summary), id),
      ),
  };
}

function insertRun(db: Database, holder: Holder, path: string): number | bigint {
  const open = openRuns(db);
  const newest = open.at(-1);
  if (newest && isHeld(toRunRecord(newest), holder.host))
    throw busyError(toRunRecord(newest), path);
  for (const { id } of open) endRun(db, id);
  db.prepare("DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - ?").run(MAX_RUNS);
  return db
    .prepare(
      "INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms, summary) VALUES (?, ?, ?, ?, ?)",
    )
    .run(holder.pid, holder.host, Date.now(), Date.now(), encodeMark(holder)).lastInsertRowid;
}

const openRuns = (db: Database): RunRow[] =>
  db.prepare("SELECT * FROM runs WHERE ended_at_ms IS NULL ORDER BY id").all() as RunRow[];

/** A run that was killed ended at its last renewal; it has no summary. */
const endRun = (db: Database, id: number): unknown =>
  db.prepare("UPDATE runs SET ended_at_ms = renewed_at_ms, summary = NULL WHERE id = ?").run(id);

const breakRuns = (db: Database, isLost: (run: RunRecord) => boolean): readonly RunRecord[] =>
  db
    .transaction(() => {
      const lost = openRuns(db).filter((row) => isLost(toRunRecord(row)));
      for (const { id } of lost) endRun(db, id);
      return lost.map(toRunRecord);
    })
    .immediate();

function readLastRun(db: Database): RunRecord | undefined {
  const row = db.prepare("SELECT * FROM runs ORDER BY id DESC LIMIT 1").get() as RunRow | undefined;
  return row && toRunRecord(row);
}

function toRunRecord(row: RunRow): RunRecord {
  const { summary, ended_at_ms: endedAtMs } = row;
  return {
    pid: row.pid,
    host: row.host,
    mark: endedAtMs === null ? decodeMark(summary) : undefined,
    startedAtMs: row.started_at_ms,
    renewedAtMs: row.renewed_at_ms,
    endedAtMs,
    summary: endedAtMs === null ? null : readSummary(summary),
  };
}
