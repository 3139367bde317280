import type { ErrorCode } from "../../errors.ts";
import type { Checkpoints } from "../checkpoints.ts";
import type { Job, JobState, JobStore } from "../job-store.ts";
import type { Holder, Lease, RunLock, RunRecord, RunWork } from "../run-lock.ts";
import { encodeMark } from "../lease.ts";
import { readSummary } from "../stored-json.ts";
import { type Claimed, isRunHeld, runClaims, toOpenRun } from "./claims.ts";
import { type Database, newId, type TableRow } from "./database.ts";
import { sweepVersions } from "./reembed.ts";
import { toText } from "./rows.ts";
import { TABLES } from "./tables.ts";
import { compareColumn, equal, isNull, isOneOf } from "./wire/predicate.ts";
import { transact } from "./wire/transact.ts";

const toJob = (row: TableRow): Job => ({
  id: toText(row["asset_id"]),
  state: toText(row["state"]) as JobState,
  code: toText(row["code"]) as ErrorCode,
  reason: toText(row["reason"]),
  hint: typeof row["hint"] === "string" ? row["hint"] : null,
  attempts: Number(row["attempts"]),
  log: row["log"] as readonly string[],
  engine: toText(row["engine"]),
  stat: toText(row["stat"]),
  updatedAtMs: Number(row["updated_at_ms"]),
});

const toRow = ({ id, updatedAtMs, ...job }: Job): TableRow => ({
  ...job,
  asset_id: id,
  updated_at_ms: updatedAtMs,
});

/** A cell holds 128 KiB; counted in UTF-16 units, of which each takes three bytes at most. */
const PART_LENGTH = 40_000;

export function vastJobs(database: Database): JobStore {
  const { session } = database.client;
  const rowsOf = (id: string) => equal("asset_id", id);
  return {
    put: (job) =>
      database.write(
        { action: "job", asset: job.id, detail: `${job.state} ${job.code}` },
        [job.id],
        async (tx) => {
          const found = await database.find(tx, TABLES.jobs, [rowsOf(job.id)]);
          if (found.rows.length === 0) await database.add(tx, TABLES.jobs, [toRow(job)]);
          else await database.change(tx, TABLES.jobs, found, toRow(job));
        },
      ),
    async get(id) {
      const [row] = await database.rows(session, TABLES.jobs, [rowsOf(id)]);
      return row && toJob(row);
    },
    list: async () =>
      (await database.rows(session, TABLES.jobs, []))
        .map(toJob)
        .sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))),
    remove: (id) =>
      database.write({ action: "job-done", asset: id }, [id], async (tx) =>
        database.drop(tx, TABLES.jobs, await database.find(tx, TABLES.jobs, [rowsOf(id)])),
      ),
  };
}

export const vastCheckpoints = (database: Database): Checkpoints => ({
  add: (id, key, checkpoint) => addCheckpoint(database, id, key, JSON.stringify(checkpoint)),
  list: (id, key) => listCheckpoints(database, id, key),
  async clear(id) {
    await transact(database.client, async (tx) =>
      database.drop(
        tx,
        TABLES.checkpoints,
        await database.find(tx, TABLES.checkpoints, [equal("asset_id", id)]),
      ),
    );
  },
});

export const vastRunLock = (database: Database, claimed: Claimed): RunLock => ({
  acquire: (holder) => claimRun(database, claimed, holder),
  lastRun: () => fetchLastRun(database),
  listOpenRuns: async () => (await openRuns(database)).map(toRunRecord),
  listWork: () => listWork(database),
  breakRuns: (isLost) => breakRuns(database, isLost),
});

let lastSequence = 0;
/** A number that rises with every checkpoint of this process, and with the clock. */
const nextSequence = (): number => (lastSequence = Math.max(lastSequence + 1, Date.now() * 1000));

async function addCheckpoint(
  database: Database,
  id: string,
  key: string,
  checkpoint: string,
): Promise<void> {
  const sequence = nextSequence();
  const parts = Array.from(
    { length: Math.max(1, Math.ceil(checkpoint.length / PART_LENGTH)) },
    (_, part) => checkpoint.slice(part * PART_LENGTH, (part + 1) * PART_LENGTH),
  );
  await transact(
    database.client,
    async (tx) => {
      await database.drop(
        tx,
        TABLES.checkpoints,
        await database.find(tx, TABLES.checkpoints, [
          equal("asset_id", id),
          compareColumn("key", "not_equal", key),
        ]),
      );
      await database.add(
        tx,
        TABLES.checkpoints,
        parts.map((text, part) => ({ asset_id: id, key, sequence, part, checkpoint: text })),
      );
    },
    {
      wasCommitted: async (session) =>
        (
          await database.rows(
            session,
            TABLES.checkpoints,
            [equal("asset_id", id), equal("sequence", sequence)],
            ["sequence"],
          )
        ).length > 0,
    },
  );
}

async function listCheckpoints(database: Database, id: string, key: string): Promise<unknown[]> {
  const rows = await database.rows(database.client.session, TABLES.checkpoints, [
    equal("asset_id", id),
    equal("key", key),
  ]);
  const whole = new Map<number, string>();
  for (const row of rows.sort(
    (a, b) =>
      Number(a["sequence"]) - Number(b["sequence"]) || Number(a["part"]) - Number(b["part"]),
  ))
    whole.set(
      Number(row["sequence"]),
      (whole.get(Number(row["sequence"])) ?? "") + toText(row["checkpoint"]),
    );
  return [...whole.values()].map((json) => JSON.parse(json) as unknown);
}

const RUNS_KEPT = 100;

async function claimRun(database: Database, claimed: Claimed, holder: Holder): Promise<Lease> {
  const { pid, host } = holder;
  const runId = newId();
  const now = Date.now();
  await database.write({ action: "start" }, [], (tx) =>
    database.add(tx, TABLES.runs, [
      {
        run_id: runId,
        pid,
        host,
        started_at_ms: now,
        renewed_at_ms: now,
        ended_at_ms: null,
        summary: encodeMark(holder),
      },
    ]),
  );
  await cleanUp(database, host, runId);
  const set = async (changes: TableRow): Promise<void> =>
    transact(database.client, async (tx) =>
      database.change(
        tx,
        TABLES.runs,
        await database.find(tx, TABLES.runs, [equal("run_id", runId)]),
        changes,
      ),
    );
  return {
    id: runId,
    claims: runClaims(database, claimed, runId, host),
    renew: () => set({ renewed_at_ms: Date.now() }),
    async release(summary) {
      await set({ ended_at_ms: Date.now(), summary: JSON.stringify(summary) });
      await dropClaims(database, [runId]);
    },
  };
}

/**
 * What runs of dead machines left: their claims, versions that they never finished. Nobody ever saw
 * any of it.
 */
async function cleanUp(database: Database, host: string, runId: string): Promise<void> {
  const { session } = database.client;
  const runs = await database.rows(session, TABLES.runs, []);
  const dead = runs
    .filter(
      (run) => run["ended_at_ms"] === null && run["run_id"] !== runId && !isRunHeld(run, host),
    )
    .map((run) => toText(run["run_id"]));
  await bury(database, dead);
  const old = runs
    .filter((run) => run["ended_at_ms"] !== null)
    .map((run) => toText(run["run_id"]))
    .sort()
    .slice(0, -RUNS_KEPT);
  if (old.length > 0)
    await transact(database.client, async (tx) =>
      database.drop(
        tx,
        TABLES.runs,
        await database.find(tx, TABLES.runs, [isOneOf("run_id", old)]),
      ),
    );
}

/** Ends runs that can't end themselves, and removes what they had begun. */
async function bury(database: Database, dead: readonly string[]): Promise<void> {
  if (dead.length === 0) return;
  await sweepVersions(database, [equal("status", "staging"), isOneOf("run_id", dead)]);
  await dropClaims(database, dead);
  // A run that was killed ended when it was last heard of; it has no summary.
  await database.write({ action: "bury", detail: dead.join(" ") }, [], async (tx) => {
    const deadRuns = await database.find(tx, TABLES.runs, [
      isOneOf("run_id", dead),
      isNull("ended_at_ms"),
    ]);
    await database.change(
      tx,
      TABLES.runs,
      deadRuns,
      deadRuns.rows.map(({ renewed_at_ms: at }) => ({ ended_at_ms: at, summary: null })),
    );
  });
}

const inOrder = (runs: readonly TableRow[]): TableRow[] =>
  runs.toSorted((a, b) => (toText(a["run_id"]) < toText(b["run_id"]) ? -1 : 1));

const openRuns = async (database: Database): Promise<TableRow[]> =>
  inOrder(await database.rows(database.client.session, TABLES.runs, [isNull("ended_at_ms")]));

async function listWork(database: Database): Promise<readonly RunWork[]> {
  const runs = await openRuns(database);
  const claims = await database.rows(database.client.session, TABLES.claims, []);
  return runs.map((row) => ({
    id: toText(row["run_id"]),
    run: toRunRecord(row),
    keys: claims
      .filter((claim) => claim["run_id"] === row["run_id"])
      .map((claim) => toText(claim["claim_key"]))
      .sort(),
  }));
}

async function breakRuns(
  database: Database,
  isLost: (run: RunRecord) => boolean,
): Promise<readonly RunRecord[]> {
  const lost = (await openRuns(database)).filter((row) => isLost(toRunRecord(row)));
  await bury(
    database,
    lost.map((row) => toText(row["run_id"])),
  );
  return lost.map(toRunRecord);
}

async function dropClaims(database: Database, runIds: readonly string[]): Promise<void> {
  await transact(database.client, async (tx) =>
    database.drop(
      tx,
      TABLES.claims,
      await database.find(tx, TABLES.claims, [isOneOf("run_id", runIds)]),
    ),
  );
}

async function fetchLastRun(database: Database): Promise<RunRecord | undefined> {
  const run = inOrder(await database.rows(database.client.session, TABLES.runs, [])).at(-1);
  return run && toRunRecord(run);
}

function toRunRecord(run: TableRow): RunRecord {
  const { ended_at_ms: ended, summary } = run;
  return {
    ...toOpenRun(run),
    endedAtMs: ended === null ? null : Number(ended),
    summary: typeof summary === "string" && ended !== null ? readSummary(summary) : null,
  };
}
