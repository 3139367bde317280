import { randomBytes } from "node:crypto";
import type { MediasearchError } from "../../errors.ts";
import { toMediasearchError } from "../../errors.ts";

export type JobKind = "index" | "clip" | "upload";
export type JobPhase = "queued" | "running" | "done" | "failed" | "cancelled";

/** Work that a request started and that goes on after its answer. */
export interface WorkJob {
  readonly id: string;
  readonly kind: JobKind;
  /** Who started it, for those who see everything; and whose it is, for others. */
  readonly by: string;
  readonly tenant: string | null;
  readonly createdAtMs: number;
  readonly phase: JobPhase;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly progress: {
    readonly done: number;
    readonly total: number | null;
    readonly unit: string;
    /** The location of the file that is worked on. */
    readonly location: string | null;
  };
  readonly counts: Readonly<Record<string, number>>;
  readonly result: Readonly<Record<string, unknown>> | undefined;
  readonly error: MediasearchError | undefined;
}

export type Update = (changes: Partial<Pick<WorkJob, "progress" | "counts" | "result">>) => void;

export interface JobRequest {
  readonly kind: JobKind;
  readonly by: string;
  readonly tenant: string | null;
  readonly run: (update: Update, signal: AbortSignal) => Promise<void>;
}

export interface WorkJobs {
  /** Queues work; of each kind one runs at a time. @throws JobsFull */
  add(request: JobRequest): WorkJob;
  get(id: string): WorkJob | undefined;
  /** The newest first. */
  list(): readonly WorkJob[];
  cancel(id: string): boolean;
  close(): Promise<void>;
}

/** As many wait as somebody could want to see the end of. */
const MAX_QUEUED = 200;
const MAX_KEPT = 500;

/** More work waits than the server takes on. */
export class JobsFull extends Error {}

interface Entry {
  job: WorkJob;
  readonly request: JobRequest;
  readonly stop: AbortController;
}

export function createWorkJobs(onChange: (job: WorkJob) => void): WorkJobs {
  const entries = new Map<string, Entry>();
  const busy = new Map<JobKind, Promise<void>>();

  const set = (entry: Entry, changes: Partial<WorkJob>): void => {
    entry.job = { ...entry.job, ...changes };
    onChange(entry.job);
  };

  async function run(entry: Entry): Promise<void> {
    set(entry, { phase: "running", startedAtMs: Date.now() });
    try {
      await entry.request.run((changes) => set(entry, changes), entry.stop.signal);
      set(entry, { phase: "done", endedAtMs: Date.now() });
    } catch (error) {
      const phase = entry.stop.signal.aborted ? "cancelled" : "failed";
      set(entry, { phase, endedAtMs: Date.now(), error: toMediasearchError(error) });
    }
  }

  function next(kind: JobKind): void {
    if (busy.has(kind)) return;
    const entry = [...entries.values()].find(
      ({ job }) => job.kind === kind && job.phase === "queued",
    );
    if (!entry) return;
    const work = run(entry).finally(() => {
      busy.delete(kind);
      next(kind);
    });
    busy.set(kind, work);
  }

  function forgetOld(): void {
    for (const [id, { job }] of entries) {
      if (entries.size <= MAX_KEPT) return;
      if (job.endedAtMs !== null) entries.delete(id);
    }
  }

  return {
    add(request) {
      const queued = [...entries.values()].filter(({ job }) => job.phase === "queued");
      if (queued.length >= MAX_QUEUED) throw new JobsFull("too much work is waiting");
      const { kind, by, tenant } = request;
      const job: WorkJob = {
        id: randomBytes(12).toString("base64url"),
        kind,
        by,
        tenant,
        createdAtMs: Date.now(),
        phase: "queued",
        startedAtMs: null,
        endedAtMs: null,
        progress: { done: 0, total: null, unit: "files", location: null },
        counts: {},
        result: undefined,
        error: undefined,
      };
      const entry = { job, request, stop: new AbortController() };
      entries.set(job.id, entry);
      forgetOld();
      next(kind);
      return entry.job;
    },
    get: (id) => entries.get(id)?.job,
    list: () => [...entries.values()].map(({ job }) => job).toReversed(),
    cancel(id) {
      const entry = entries.get(id);
      if (!entry || entry.job.endedAtMs !== null) return false;
      entry.stop.abort();
      if (entry.job.phase === "queued") set(entry, { phase: "cancelled", endedAtMs: Date.now() });
      return true;
    },
    async close() {
      for (const { job, stop } of entries.values()) if (job.endedAtMs === null) stop.abort();
      await Promise.allSettled(busy.values());
    },
  };
}
