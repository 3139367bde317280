import { MediasearchError } from "../../errors.ts";
import { decodeMark, isHeld, type OpenRun } from "../lease.ts";
import type { Claims } from "../run-lock.ts";
import type { Database, TableRow } from "./database.ts";
import { toText } from "./rows.ts";
import { TABLES } from "./tables.ts";
import type { Session } from "./wire/client.ts";
import { equal, isOneOf } from "./wire/predicate.ts";

/** The keys that this process has claimed. The ledger and the store share them. */
export interface Claimed {
  note(key: string, runId: string): void;
  forget(key: string): void;
  /**
   * @throws STORE_BUSY when the key was claimed by this process and has been taken over since: its
   * lease had lapsed.
   */
  assertStill(database: Database, session: Session, key: string): Promise<void>;
}

export function createClaimed(): Claimed {
  const held = new Map<string, string>();
  return {
    note: (key, runId) => void held.set(key, runId),
    forget: (key) => void held.delete(key),
    async assertStill(database, session, key) {
      const runId = held.get(key);
      if (runId === undefined) return;
      const rows = await database.rows(session, TABLES.claims, [equal("claim_key", key)]);
      if (rows.some((row) => row["run_id"] === runId)) return;
      throw new MediasearchError(
        "STORE_BUSY",
        `${key}: another machine has taken this file over, because this one was silent for too long`,
        { subject: key, hint: "run the same command again" },
      );
    },
  };
}

/** The claims of one run. They hold as long as the run does: its lease is renewed, not theirs. */
export function runClaims(
  database: Database,
  claimed: Claimed,
  runId: string,
  host: string,
): Claims {
  return {
    async take(key) {
      // Of many runs that want the same key all but one only look: a look is a tenth of a change.
      if (await isTaken(database, key, runId, host)) return false;
      const isMine = await database.write({ action: "claim", asset: key }, [key], (tx) =>
        takeOver(database, tx, key, runId, host),
      );
      if (isMine) claimed.note(key, runId);
      return isMine;
    },
    async release(keys) {
      if (keys.length === 0) return;
      await database.write({ action: "release", asset: keys[0] }, keys, async (tx) =>
        database.drop(
          tx,
          TABLES.claims,
          await database.find(tx, TABLES.claims, [
            isOneOf("claim_key", keys),
            equal("run_id", runId),
          ]),
        ),
      );
      for (const key of keys) claimed.forget(key);
    },
  };
}

async function isTaken(
  database: Database,
  key: string,
  runId: string,
  host: string,
): Promise<boolean> {
  const { session } = database.client;
  const [claim] = await database.rows(session, TABLES.claims, [equal("claim_key", key)]);
  if (!claim || claim["run_id"] === runId) return false;
  const [run] = await database.rows(session, TABLES.runs, [equal("run_id", claim["run_id"])]);
  return run !== undefined && isRunHeld(run, host);
}

async function takeOver(
  database: Database,
  session: Session,
  key: string,
  runId: string,
  host: string,
): Promise<boolean> {
  const claims = await database.find(session, TABLES.claims, [equal("claim_key", key)]);
  const [claim] = claims.rows;
  const mine = { claim_key: key, run_id: runId, claimed_at_ms: Date.now() };
  if (!claim) {
    await database.add(session, TABLES.claims, [mine]);
    return true;
  }
  if (claim["run_id"] === runId) return true;
  const [run] = await database.rows(session, TABLES.runs, [equal("run_id", claim["run_id"])]);
  if (run && isRunHeld(run, host)) return false;
  await database.change(session, TABLES.claims, claims, mine);
  return true;
}

/** A run that ended, that lapsed, or whose process is gone from this machine holds nothing. */
export const isRunHeld = (run: TableRow, host: string): boolean =>
  run["ended_at_ms"] === null && isHeld(toOpenRun(run), host);

export const toOpenRun = (run: TableRow): OpenRun => ({
  pid: Number(run["pid"]),
  host: toText(run["host"]),
  mark: run["ended_at_ms"] === null ? decodeMark(run["summary"]) : undefined,
  startedAtMs: Number(run["started_at_ms"]),
  renewedAtMs: Number(run["renewed_at_ms"]),
});
