import type { Checkpoints } from "../checkpoints.ts";
import type { Job, JobStore } from "../job-store.ts";
import { busyError, isHeld } from "../lease.ts";
import type { RunLock, RunRecord } from "../run-lock.ts";

export function memoryJobs(): JobStore {
  const jobs = new Map<string, Job>();
  return {
    async put(job) {
      jobs.set(job.id, structuredClone(job));
    },
    get: async (id) => jobs.get(id),
    list: async () =>
      [...jobs.values()].toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))),
    async remove(id) {
      jobs.delete(id);
    },
  };
}

export function memoryCheckpoints(): Checkpoints {
  const attempts = new Map<string, { readonly key: string; readonly list: readonly unknown[] }>();
  const listOf = (id: string, key: string): readonly unknown[] => {
    const attempt = attempts.get(id);
    return attempt?.key === key ? attempt.list : [];
  };
  return {
    async add(id, key, checkpoint) {
      const plain = JSON.parse(JSON.stringify(checkpoint)) as unknown;
      attempts.set(id, { key, list: [...listOf(id, key), plain] });
    },
    list: async (id, key) => listOf(id, key),
    async clear(id) {
      attempts.delete(id);
    },
  };
}

export function memoryRunLock(): RunLock {
  let newest: RunRecord | undefined;
  return {
    async acquire(holder) {
      if (newest && newest.endedAtMs === null && isHeld(newest, holder.host))
        throw busyError(newest, "the library");
      const run: { -readonly [K in keyof RunRecord]: RunRecord[K] } = {
        ...holder,
        startedAtMs: Date.now(),
        renewedAtMs: Date.now(),
        endedAtMs: null,
        summary: null,
      };
      newest = run;
      return {
        id: "1",
        async renew() {
          run.renewedAtMs = Date.now();
        },
        async release(summary) {
          Object.assign(run, { endedAtMs: Date.now(), summary });
        },
      };
    },
    lastRun: async () => newest && { ...newest },
    listOpenRuns: async () => (newest && newest.endedAtMs === null ? [{ ...newest }] : []),
    listWork: async () =>
      newest && newest.endedAtMs === null ? [{ id: "1", run: { ...newest }, keys: [] }] : [],
    async breakRuns(isLost) {
      if (!newest || newest.endedAtMs !== null || !isLost(newest)) return [];
      const broken = { ...newest };
      newest = { ...newest, endedAtMs: newest.renewedAtMs };
      return [broken];
    },
  };
}
