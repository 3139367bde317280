import { hostname } from "node:os";
import type { LibraryCounts } from "../../backends/catalog.ts";
import { isHeld } from "../../backends/lease.ts";
import type { JobState } from "../../backends/job-store.ts";
import type { RunRecord } from "../../backends/run-lock.ts";
import type { Context } from "../context.ts";
import { readableLibrary } from "../search/read-view.ts";
import { libraryName } from "../library-name.ts";
import { type FolderStatus, folderStatuses } from "./folders.ts";
import { withBackend } from "./with-backend.ts";

export interface StatusReport {
  readonly library: string;
  readonly counts: LibraryCounts;
  /** The library does not answer: the counts are those of a copy, and nothing else is known. */
  readonly isCopy: boolean;
  /** The embedding model of its vectors; null while it has none. */
  readonly model: string | null;
  /** Files that the next `index` without paths takes up. */
  readonly queued: number;
  /** The folders that were indexed. */
  readonly folders: readonly FolderStatus[];
  /** Failed files by state. */
  readonly jobs: Readonly<Partial<Record<JobState, number>>>;
  /** Transcripts that were replaced and are kept for a while. */
  readonly archived: number;
  /** null when nothing was ever indexed. A run without an end may be going on. */
  readonly lastRun: (Omit<RunRecord, "mark"> & { readonly isRunning: boolean }) | null;
}

/**
 * The state of the library that the settings name. While it does not answer, of this machine's copy
 * of it, which knows neither jobs nor runs.
 * @throws NO_STORE
 */
export const readStatus = (context: Context): Promise<StatusReport> =>
  withBackend(context, async (backend) => {
    const { catalog } = await readableLibrary(backend, context.tell);
    const counts = await catalog.counts();
    const library = libraryName(context.config.settings);
    if (backend.away) return { library, counts, isCopy: true, ...NOT_IN_COPY };
    const { embeddings, archive } = backend.library;
    const model = await embeddings.model();
    const jobs: Partial<Record<JobState, number>> = {};
    for (const { state } of await backend.jobs.list()) jobs[state] = (jobs[state] ?? 0) + 1;
    const archived = (await archive.list()).length;
    const lastRun = await backend.runLock.lastRun();
    return {
      library,
      counts,
      isCopy: false,
      model: model?.embedder ?? null,
      queued: counts.assets.registered + counts.assets.partial + (jobs.RETRYING ?? 0),
      jobs,
      archived,
      folders: await folderStatuses(backend),
      lastRun: lastRun ? describeRun(lastRun) : null,
    };
  });

const NOT_IN_COPY = {
  model: null,
  queued: 0,
  jobs: {},
  archived: 0,
  folders: [],
  lastRun: null,
} as const;

const describeRun = ({ mark, ...run }: RunRecord): StatusReport["lastRun"] => ({
  ...run,
  isRunning: run.endedAtMs === null && isHeld({ ...run, mark }, hostname()),
});
