import { hostname } from "node:os";
import type { Database } from "better-sqlite3";
import { isOfThisMachine } from "../../process-mark.ts";
import {
  busyError,
  decodeHasLock,
  decodeMark,
  encodeMark,
  heldError,
  isHeld,
  livenessOfRun,
} from "../lease.ts";
import type { Holder, Lease, RunLock, RunRecord } from "../run-lock.ts";
import { readSummary } from "../stored-json.ts";
import type { Connection } from "./connection.ts";
import { type ProcessLock, takeProcessLock } from "./process-lock.ts";

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
  acquire: (holder) => acquire(connection, holder),
  lastRun: () => connection.run(() => readLastRun(connection.db)),
  listOpenRuns: () => connection.run(() => openRuns(connection.db).map(toRunRecord)),
  listWork: () =>
    connection.run(() =>
      openRuns(connection.db).map((row) => ({
        id: String(row.id),
        run: toRunRecord(row),
        keys: [],
      })),
    ),
  breakRuns: (isLost) => connection.run(() => breakRuns(connection.db, isLost)),
});

async function acquire({ db, path, run, write }: Connection, holder: Holder): Promise<Lease> {
  const { id, lock } = await write(() => insertRun(db, holder, path));
  return {
    id: String(id),
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
      ).finally(() => lock?.release()),
  };
}

interface InsertedRun {
  readonly id: number | bigint;
  readonly lock: ProcessLock | undefined;
}

function insertRun(db: Database, holder: Holder, path: string): InsertedRun {
  const open = openRuns(db);
  const newest = open.at(-1);
  let lock = holder.mark === undefined ? undefined : takeProcessLock(db, path);
  if (newest && isHeldBy(newest, holder, lock)) {
    if (typeof lock === "object") lock.release();
    throw busyError(toRunRecord(newest), path);
  }
  for (const { id } of open) endRun(db, id);
  db.prepare("DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - ?").run(MAX_RUNS);
  lock = typeof lock === "object" ? lock : undefined;
  const mark = encodeMark(holder, lock !== undefined);
  const { lastInsertRowid: id } = db
    .prepare(
      "INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms, summary) VALUES (?, ?, ?, ?, ?)",
    )
    .run(holder.pid, holder.host, Date.now(), Date.now(), mark);
  return { id, lock };
}

/**
 * The lock of the system decides about a run of another container of this machine, when that run
 * had it; in all other cases its process or its renewals.
 */
function isHeldBy(
  row: RunRow,
  holder: Holder,
  lock: ReturnType<typeof takeProcessLock> | undefined,
): boolean {
  const run = toRunRecord(row);
  if (livenessOfRun(run, holder.host) === "unknown" && hadLock(row) && typeof lock === "object")
    return false;
  return isHeld(run, holder.host);
}

function hadLock({ summary }: RunRow): boolean {
  const mark = decodeMark(summary);
  return decodeHasLock(summary) && mark !== undefined && isOfThisMachine(mark);
}

/**
 * Keeps the schema of a library as it is while a run goes on, whose program may know no newer one.
 * @throws STORE_BUSY
 */
export function refuseWhileHeld(db: Database, path: string): void {
  const newest = hasRuns(db) ? openRuns(db).at(-1) : undefined;
  if (!newest) return;
  const lock = takeProcessLock(db, path);
  const isFree = typeof lock === "object";
  if (isFree) lock.release();
  // In a copy of the library the run is still noted, and its lock is elsewhere.
  if (isFree && hadLock(newest)) return;
  const run = toRunRecord(newest);
  if (isHeld(run, hostname())) throw heldError(run, path);
}

/** The first libraries had none. */
const hasRuns = (db: Database): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'runs'").get() !== undefined;

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
