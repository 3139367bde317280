import assert from "node:assert/strict";
import { hostname } from "node:os";
import { markOfThisProcess } from "../process-mark.ts";
import type { RunLock } from "./run-lock.ts";

/** The law of `RunLock`. Each case gets an empty library of its own. */
export interface RunLockCase {
  readonly law: string;
  readonly run: (runLock: RunLock) => Promise<void>;
}

const me = { pid: process.pid, host: hostname() };
/** No process has it: beyond the largest that Linux gives. */
const DEAD = 4_194_305;
const busy = (error: unknown): boolean => (error as { code?: string }).code === "STORE_BUSY";

export const RUN_LOCK_CASES: readonly RunLockCase[] = [
  {
    law: "gives one run at a time the library and names who has it, or any number where claims keep them apart",
    async run(runLock) {
      assert.equal(await runLock.lastRun(), undefined);
      const lease = await runLock.acquire(me);
      if (lease.claims)
        await (await runLock.acquire({ ...me, host: "elsewhere" })).release({ indexed: 1 });
      else
        await assert.rejects(
          runLock.acquire(me),
          (error) => busy(error) && (error as Error).message.includes(String(process.pid)),
        );
      if (lease.claims) return;
      assert.deepEqual(
        [(await runLock.lastRun())?.pid, (await runLock.lastRun())?.endedAtMs],
        [process.pid, null],
      );
      await lease.renew();
      await lease.release({ indexed: 3 });
      const last = await runLock.lastRun();
      assert.deepEqual(last?.summary, { indexed: 3 });
      assert.ok((last?.endedAtMs ?? 0) >= (last?.startedAtMs ?? Infinity));
      await (await runLock.acquire(me)).release({});
    },
  },
  {
    law: "lists the runs that are open, each with its id and what it has in hand",
    async run(runLock) {
      assert.deepEqual(await runLock.listWork(), []);
      const lease = await runLock.acquire(me);
      await lease.claims?.take("/a.mp3");
      const other = await (lease.claims
        ? runLock.acquire({ ...me, host: "elsewhere" })
        : undefined);
      const work = await runLock.listWork();
      assert.deepEqual(
        work.map(({ id, run, keys }) => [id, run.host, run.endedAtMs, [...keys]]).toSorted(),
        [
          [lease.id, me.host, null, lease.claims ? ["/a.mp3"] : []],
          ...(other ? [[other.id, "elsewhere", null, []]] : []),
        ].toSorted(),
      );
      await other?.release({});
      await lease.release({});
      assert.deepEqual(await runLock.listWork(), []);
    },
  },
  {
    law: "remembers the last run, how it went and when it ended",
    async run(runLock) {
      const lease = await runLock.acquire(me);
      assert.deepEqual(
        [
          (await runLock.lastRun())?.pid,
          (await runLock.lastRun())?.host,
          (await runLock.lastRun())?.endedAtMs,
          (await runLock.lastRun())?.summary,
        ],
        [me.pid, me.host, null, null],
      );
      await lease.renew();
      await lease.release({ indexed: 3 });
      assert.deepEqual((await runLock.lastRun())?.summary, { indexed: 3 });
      assert.ok(
        ((await runLock.lastRun())?.endedAtMs ?? 0) >=
          ((await runLock.lastRun())?.startedAtMs ?? Infinity),
      );
      const killed = await runLock.acquire({ pid: DEAD, host: hostname() });
      await killed.renew();
      const again = await runLock.acquire(me);
      assert.equal((await runLock.lastRun())?.pid, me.pid);
      await again.release({});
    },
  },
  {
    law: "where one run has the library, a dead holder of this machine has lost it; one of another machine has not, while it renews",
    async run(runLock) {
      await runLock.acquire({ pid: DEAD, host: hostname() });
      const lease = await runLock.acquire(me);
      if (lease.claims) return;
      await lease.release({});
      await runLock.acquire({ pid: DEAD, host: "elsewhere" });
      await assert.rejects(runLock.acquire(me), busy);
    },
  },
  {
    law: "a process that began later has not what the one of its number before it had: 1 is the first of every container",
    async run(runLock) {
      const now = { ...me, mark: markOfThisProcess() };
      await runLock.acquire({ ...now, mark: `${now.mark}0` });
      const lease = await runLock.acquire(now);
      if (lease.claims) return;
      await assert.rejects(runLock.acquire(now), busy);
      await lease.release({});
      // Another program has the number now.
      await runLock.acquire({ ...now, pid: process.ppid });
      await (await runLock.acquire(now)).release({});
    },
  },
  {
    law: "lists the runs that never said that they ended, and takes the library from those that it is told to",
    async run(runLock) {
      assert.deepEqual(await runLock.listOpenRuns(), []);
      const holder = { pid: 7, host: "elsewhere", mark: "anything" };
      const lease = await runLock.acquire(holder);
      const [run, ...others] = await runLock.listOpenRuns();
      assert.ok(run);
      assert.deepEqual(others, []);
      assert.deepEqual(
        { pid: run.pid, host: run.host, mark: run.mark, endedAtMs: run.endedAtMs },
        { ...holder, endedAtMs: null },
      );
      assert.equal((await runLock.lastRun())?.summary, null);
      assert.deepEqual(await runLock.breakRuns(() => false), []);
      if (!lease.claims) await assert.rejects(runLock.acquire(me), busy);
      assert.equal((await runLock.breakRuns(({ pid }) => pid === 7)).length, 1);
      assert.deepEqual(await runLock.listOpenRuns(), []);
      assert.equal((await runLock.lastRun())?.summary, null);
      await (await runLock.acquire(me)).release({ indexed: 2 });
      assert.deepEqual((await runLock.lastRun())?.summary, { indexed: 2 });
    },
  },
];
