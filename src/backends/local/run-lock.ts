import type { Database } from "better-sqlite3";
import { busyError, isHeld, type OpenRun } from "../lease.ts";
import type { Holder, Lease, RunLock, RunRecord } from "../run-lock.ts";
import type { Connection } from "./connection.ts";

interface RunRow {
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
  lastRun: () => connection.run(() => lastRun(connection.db)),
});

function acquire({ db, path, run }: Connection, holder: Holder): Lease {
  const id = db.transaction(() => startRun(db, holder, path)).immediate();
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

function startRun(db: Database, { pid, host }: Holder, path: string): number | bigint {
  const openRun = db
    .prepare(
      "SELECT pid, host, started_at_ms AS startedAtMs, renewed_at_ms AS renewedAtMs FROM runs WHERE ended_at_ms IS NULL ORDER BY id DESC LIMIT 1",
    )
    .get() as OpenRun | undefined;
  if (openRun && isHeld(openRun, host)) throw busyError(openRun, path);
  // A run that was killed ended at its last renewal; it has no summary.
  db.exec("UPDATE runs SET ended_at_ms = renewed_at_ms WHERE ended_at_ms IS NULL");
  db.prepare("DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - ?").run(MAX_RUNS);
  return db
    .prepare("INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms) VALUES (?, ?, ?, ?)")
    .run(pid, host, Date.now(), Date.now()).lastInsertRowid;
}

function lastRun(db: Database): RunRecord | undefined {
  const row = db.prepare("SELECT * FROM runs ORDER BY id DESC LIMIT 1").get() as RunRow | undefined;
  return (
    row && {
      pid: row.pid,
      host: row.host,
      startedAtMs: row.started_at_ms,
      renewedAtMs: row.renewed_at_ms,
      endedAtMs: row.ended_at_ms,
      summary: row.summary === null ? null : (JSON.parse(row.summary) as Record<string, number>),
    }
  );
}
