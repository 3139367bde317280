import assert from "node:assert/strict";
import { hostname } from "node:os";
import type { Job, Ledger } from "./ledger.ts";

export interface LedgerCase {
  readonly law: string;
  readonly run: (ledger: Ledger) => Promise<void>;
}

const job = (id: string, more: Partial<Job> = {}): Job => ({
  id,
  state: "QUARANTINED",
  code: "TIMED_OUT",
  reason: "slow",
  hint: null,
  attempts: 2,
  log: ["one", "two"],
  engine: "local",
  stat: "1:2:",
  updatedAtMs: 5,
  ...more,
});
const me = { pid: process.pid, host: hostname() };
/** No process has it: beyond the largest that Linux gives. */
const DEAD = 4_194_305;
const busy = (error: unknown): boolean => (error as { code?: string }).code === "STORE_BUSY";

export const LEDGER_CASES: readonly LedgerCase[] = [
  {
    law: "keeps one job a file, every field, in order of their names",
    async run(ledger) {
      assert.equal(await ledger.getJob("/a"), undefined);
      await ledger.putJob(job("/b"));
      await ledger.putJob(job("/a", { hint: "do", state: "RETRYING" }));
      await ledger.putJob(job("/b", { attempts: 3 }));
      assert.deepEqual(await ledger.listJobs(), [
        job("/a", { hint: "do", state: "RETRYING" }),
        job("/b", { attempts: 3 }),
      ]);
      assert.deepEqual(await ledger.getJob("/b"), job("/b", { attempts: 3 }));
      await ledger.removeJob("/b");
      await ledger.removeJob("/b");
      assert.equal((await ledger.listJobs()).length, 1);
    },
  },
  {
    law: "keeps checkpoints in order, for one key a file",
    async run(ledger) {
      assert.deepEqual(await ledger.checkpoints("/a", "k"), []);
      await ledger.addCheckpoint("/a", "k", { n: 1, text: "ü" });
      await ledger.addCheckpoint("/a", "k", { n: 2 });
      await ledger.addCheckpoint("/b", "k", { n: 9 });
      assert.deepEqual(await ledger.checkpoints("/a", "k"), [{ n: 1, text: "ü" }, { n: 2 }]);
      assert.deepEqual(await ledger.checkpoints("/a", "other"), []);
      await ledger.addCheckpoint("/a", "other", { n: 3 });
      assert.deepEqual(await ledger.checkpoints("/a", "other"), [{ n: 3 }]);
      await ledger.clearCheckpoints("/a");
      assert.deepEqual(await ledger.checkpoints("/a", "other"), []);
      assert.deepEqual(await ledger.checkpoints("/b", "k"), [{ n: 9 }]);
    },
  },
  {
    law: "gives one run at a time the library and names who has it, or any number where claims keep them apart",
    async run(ledger) {
      assert.equal(await ledger.lastRun(), undefined);
      const lease = await ledger.acquire(me);
      if (lease.claims)
        await (await ledger.acquire({ ...me, host: "elsewhere" })).release({ indexed: 1 });
      else
        await assert.rejects(
          ledger.acquire(me),
          (error) => busy(error) && (error as Error).message.includes(String(process.pid)),
        );
      if (lease.claims) return;
      assert.deepEqual(
        [(await ledger.lastRun())?.pid, (await ledger.lastRun())?.endedAtMs],
        [process.pid, null],
      );
      await lease.renew();
      await lease.release({ indexed: 3 });
      const last = await ledger.lastRun();
      assert.deepEqual(last?.summary, { indexed: 3 });
      assert.ok((last?.endedAtMs ?? 0) >= (last?.startedAtMs ?? Infinity));
      await (await ledger.acquire(me)).release({});
    },
  },
  {
    law: "remembers the last run, how it went and when it ended",
    async run(ledger) {
      const lease = await ledger.acquire(me);
      assert.deepEqual(
        [
          (await ledger.lastRun())?.pid,
          (await ledger.lastRun())?.host,
          (await ledger.lastRun())?.endedAtMs,
          (await ledger.lastRun())?.summary,
        ],
        [me.pid, me.host, null, null],
      );
      await lease.renew();
      await lease.release({ indexed: 3 });
      assert.deepEqual((await ledger.lastRun())?.summary, { indexed: 3 });
      assert.ok(
        ((await ledger.lastRun())?.endedAtMs ?? 0) >=
          ((await ledger.lastRun())?.startedAtMs ?? Infinity),
      );
      const killed = await ledger.acquire({ pid: DEAD, host: hostname() });
      await killed.renew();
      const again = await ledger.acquire(me);
      assert.equal((await ledger.lastRun())?.pid, me.pid);
      await again.release({});
    },
  },
  {
    law: "where one run has the library, a dead holder of this machine has lost it; one of another machine has not, while it renews",
    async run(ledger) {
      await ledger.acquire({ pid: DEAD, host: hostname() });
      const lease = await ledger.acquire(me);
      if (lease.claims) return;
      await lease.release({});
      await ledger.acquire({ pid: DEAD, host: "elsewhere" });
      await assert.rejects(ledger.acquire(me), busy);
    },
  },
];
