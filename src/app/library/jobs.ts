import type { Backend } from "../../backends/backend.ts";
import type { Job, JobState } from "../../backends/ledger.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import type { Context } from "../context.ts";
import { withBackend } from "./with-backend.ts";

export interface JobFilter {
  /** Paths, names or globs; none means every file. */
  readonly files?: readonly string[];
  readonly state?: JobState | undefined;
}

/** The files that failed and were not done since. */
export async function listJobs(context: Context, filter: JobFilter = {}): Promise<readonly Job[]> {
  const { files = [], state } = filter;
  const matches = await anyFileMatcher(files, context.cwd);
  const jobs = await withBackend(context, ({ ledger }) => ledger.listJobs());
  return jobs.filter((job) => (state === undefined || job.state === state) && matches(job.id));
}

/** Files of these jobs are passed over from now on, until somebody retries them. */
export const skipJobs = (context: Context, jobs: readonly Job[]): Promise<void> =>
  withBackend(context, async ({ ledger }) => {
    for (const job of jobs)
      await ledger.putJob({ ...job, state: "SKIPPED", updatedAtMs: Date.now() });
  });

/** Forgets these jobs, and the files of which the library has nothing else. */
export const purgeJobs = (context: Context, jobs: readonly Job[]): Promise<void> =>
  withBackend(context, async (backend) => {
    for (const job of jobs) await purgeJob(backend, job);
  });

async function purgeJob({ ledger, store }: Backend, { id }: Job): Promise<void> {
  await ledger.removeJob(id);
  if ((await store.getAsset(id))?.fingerprint === null) await store.removeAsset(id);
}
