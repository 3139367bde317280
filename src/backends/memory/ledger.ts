import { busyError, isHeld } from "../lease.ts";
import type { Job, Ledger, RunRecord } from "../ledger.ts";

export function memoryLedger(): Ledger {
  const jobs = new Map<string, Job>();
  const kept = new Map<string, { readonly key: string; readonly list: unknown[] }>();
  let run: RunRecord | undefined;
  return {
    async putJob(job) {
      jobs.set(job.id, structuredClone(job));
    },
    getJob: async (id) => jobs.get(id),
    listJobs: async () =>
      [...jobs.values()].toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))),
    async removeJob(id) {
      jobs.delete(id);
    },
    async addCheckpoint(id, key, checkpoint) {
      const known = kept.get(id);
      kept.set(id, {
        key,
        list: [
          ...(known?.key === key ? known.list : []),
          JSON.parse(JSON.stringify(checkpoint)) as unknown,
        ],
      });
    },
    checkpoints: async (id, key) =>
      kept.get(id)?.key === key ? [...(kept.get(id)?.list ?? [])] : [],
    async clearCheckpoints(id) {
      kept.delete(id);
    },
    async acquire(holder) {
      if (run && run.endedAtMs === null && isHeld(run, holder.host))
        throw busyError(run, "the library");
      const mine: { -readonly [K in keyof RunRecord]: RunRecord[K] } = (run = {
        ...holder,
        startedAtMs: Date.now(),
        renewedAtMs: Date.now(),
        endedAtMs: null,
        summary: null,
      });
      return {
        async renew() {
          mine.renewedAtMs = Date.now();
        },
        async release(summary) {
          Object.assign(mine, { endedAtMs: Date.now(), summary });
        },
      };
    },
    lastRun: async () => run && { ...run },
  };
}
