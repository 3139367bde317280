import type { Database } from "better-sqlite3";
import type { Holder, Job, Ledger } from "../ledger.ts";
import { busyError, isHeld, type OpenRun } from "../lease.ts";
import { toStoreError } from "./errors.ts";

interface RunRow {
  readonly id: number;
  readonly pid: number;
  readonly host: string;
  readonly started_at_ms: number;
  readonly renewed_at_ms: number;
  readonly ended_at_ms: number | null;
  readonly summary: string | null;
}

export function localLedger(db: Database, path: string): Ledger {
  const guard = async <T>(act: () => T): Promise<T> => {
    try {
      return act();
    } catch (error) {
      throw toStoreError(error, path);
    }
  };
  const jobOf = (text: unknown): Job | undefined =>
    typeof text === "string" ? (JSON.parse(text) as Job) : undefined;
  return {
    putJob: (job) =>
      guard(
        () =>
          void db
            .prepare(
              "INSERT INTO jobs VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET job = excluded.job",
            )
            .run(job.id, JSON.stringify(job)),
      ),
    getJob: (id) =>
      guard(() => jobOf(db.prepare("SELECT job FROM jobs WHERE path = ?").pluck().get(id))),
    listJobs: () =>
      guard(() =>
        db
          .prepare("SELECT job FROM jobs ORDER BY path")
          .pluck()
          .all()
          .flatMap((text) => jobOf(text) ?? []),
      ),
    removeJob: (id) => guard(() => void db.prepare("DELETE FROM jobs WHERE path = ?").run(id)),
    addCheckpoint: (id, key, checkpoint) =>
      guard(() =>
        db
          .transaction(() => {
            db.prepare("DELETE FROM checkpoints WHERE path = ? AND key <> ?").run(id, key);
            db.prepare("INSERT INTO checkpoints (path, key, checkpoint) VALUES (?, ?, ?)").run(
              id,
              key,
              JSON.stringify(checkpoint),
            );
          })
          .immediate(),
      ),
    checkpoints: (id, key) =>
      guard(() =>
        db
          .prepare("SELECT checkpoint FROM checkpoints WHERE path = ? AND key = ? ORDER BY id")
          .pluck()
          .all(id, key)
          .map((text) => JSON.parse(String(text)) as unknown),
      ),
    clearCheckpoints: (id) =>
      guard(() => void db.prepare("DELETE FROM checkpoints WHERE path = ?").run(id)),
    acquire: (holder) =>
      guard(() => {
        const run = db.transaction(() => start(db, holder, path)).immediate();
        return {
          renew: () =>
            guard(
              () =>
                void db
                  .prepare("UPDATE runs SET renewed_at_ms = ? WHERE id = ?")
                  .run(Date.now(), run),
            ),
          release: (summary) =>
            guard(
              () =>
                void db
                  .prepare("UPDATE runs SET ended_at_ms = ?, summary = ? WHERE id = ?")
                  .run(Date.now(), JSON.stringify(summary), run),
            ),
        };
      }),
    lastRun: () =>
      guard(() => {
        const row = db.prepare("SELECT * FROM runs ORDER BY id DESC LIMIT 1").get() as
          | RunRow
          | undefined;
        if (!row) return undefined;
        const {
          pid,
          host,
          started_at_ms: startedAtMs,
          renewed_at_ms: renewedAtMs,
          ended_at_ms: endedAtMs,
          summary,
        } = row;
        return {
          pid,
          host,
          startedAtMs,
          renewedAtMs,
          endedAtMs,
          summary: summary === null ? null : (JSON.parse(summary) as Record<string, number>),
        };
      }),
  };
}

/** Runs of the past are kept few; the newest tells who holds the library. */
const RUNS_KEPT = 100;

function start(db: Database, { pid, host }: Holder, path: string): number | bigint {
  const last = db
    .prepare(
      "SELECT pid, host, started_at_ms AS startedAtMs, renewed_at_ms AS renewedAtMs FROM runs WHERE ended_at_ms IS NULL ORDER BY id DESC LIMIT 1",
    )
    .get() as OpenRun | undefined;
  if (last && isHeld(last, host)) throw busyError(last, path);
  // A run that was killed ended when it was last heard of; it has no summary.
  db.exec("UPDATE runs SET ended_at_ms = renewed_at_ms WHERE ended_at_ms IS NULL");
  db.prepare("DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - ?").run(RUNS_KEPT);
  return db
    .prepare("INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms) VALUES (?, ?, ?, ?)")
    .run(pid, host, Date.now(), Date.now()).lastInsertRowid;
}
