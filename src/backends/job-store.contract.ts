import assert from "node:assert/strict";
import type { Job, JobStore } from "./job-store.ts";

/** The law of `JobStore`. Each case gets an empty library of its own. */
export interface JobStoreCase {
  readonly law: string;
  readonly run: (jobs: JobStore) => Promise<void>;
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
export const JOB_STORE_CASES: readonly JobStoreCase[] = [
  {
    law: "keeps one job a file, every field, in order of their names",
    async run(jobs) {
      assert.equal(await jobs.get("/a"), undefined);
      await jobs.put(job("/b"));
      await jobs.put(job("/a", { hint: "do", state: "RETRYING" }));
      await jobs.put(job("/b", { attempts: 3 }));
      assert.deepEqual(await jobs.list(), [
        job("/a", { hint: "do", state: "RETRYING" }),
        job("/b", { attempts: 3 }),
      ]);
      assert.deepEqual(await jobs.get("/b"), job("/b", { attempts: 3 }));
      await jobs.remove("/b");
      await jobs.remove("/b");
      assert.equal((await jobs.list()).length, 1);
    },
  },
];
