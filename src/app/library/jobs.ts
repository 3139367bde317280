import type { Backend } from "../../backends/backend.ts";
import type { AssetId } from "../../backends/catalog.ts";
import { addRequest } from "../../backends/requests.ts";
import type { Job, JobState } from "../../backends/job-store.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import type { Context } from "../context.ts";
import { withBackend } from "./with-backend.ts";

export interface JobFilter {
  /** Paths, names or globs; none means every file. */
  readonly files?: readonly string[];
  readonly state?: JobState | undefined;
}

/** What a person does next about a file in that state, where its failure does not say it. */
export const NEXT_STEPS: Readonly<Record<Job["state"], string>> = {
  RETRYING: "mediasearch index tries it again",
  NEEDS_MEDIA_FIX: "mend or replace the file; the next run sees that it changed",
  NEEDS_ENGINE_TUNING: "mediasearch jobs retry FILE --engine NAME",
  QUARANTINED: "mediasearch jobs retry FILE, when the cause is gone",
  SKIPPED: "mediasearch jobs retry FILE, to have it after all",
};

/** The files that failed and were not done since. */
export async function listJobs(context: Context, filter: JobFilter = {}): Promise<readonly Job[]> {
  const { files = [], state } = filter;
  const matches = await anyFileMatcher(files, context.cwd);
  const all = await withBackend(context, ({ jobs }) => jobs.list());
  return all.filter((job) => (state === undefined || job.state === state) && matches(job.id));
}

/** Files of these jobs are passed over from now on, until somebody retries them. */
export const skipJobs = (context: Context, chosen: readonly Job[]): Promise<void> =>
  withBackend(context, async ({ jobs }) => {
    for (const job of chosen) await jobs.put({ ...job, state: "SKIPPED", updatedAtMs: Date.now() });
  });

/** Asks the run that holds the library to try these files again. */
export const requestRetry = (context: Context, files: readonly AssetId[]): Promise<void> =>
  withBackend(context, async ({ records }) => {
    for (const file of files) await addRequest(records, file, Date.now());
  });

/** Forgets these jobs, and the files of which the library has nothing else. */
export const purgeJobs = (context: Context, jobs: readonly Job[]): Promise<void> =>
  withBackend(context, async (backend) => {
    for (const job of jobs) await purgeJob(backend, job);
  });

async function purgeJob({ jobs, library: { catalog } }: Backend, { id }: Job): Promise<void> {
  await jobs.remove(id);
  if ((await catalog.get(id))?.fingerprint === null) await catalog.remove(id);
}
