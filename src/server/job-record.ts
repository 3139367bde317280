import type { Identity } from "../app/access/identity.ts";
import { nameOf } from "../location.ts";
import { tenantOf } from "./authenticate.ts";
import { toProblem } from "./problem.ts";
import type { WorkJob } from "./work/jobs.ts";
import { formatInstant } from "../text/format.ts";

const isoTime = (ms: number | null): string | null => (ms === null ? null : formatInstant(ms));

/** A restricted caller knows of work of the same filter only. */
export function mayKnow({ tenant }: Pick<WorkJob, "tenant">, { filters }: Identity): boolean {
  const own = tenantOf(filters);
  return own === null || own === tenant;
}

/** `Job` of docs/schemas/api.v1.json. */
export function jobRecord(job: WorkJob, { scopes, filters }: Identity) {
  const { id, kind, phase, createdAtMs, startedAtMs, endedAtMs, progress, counts } = job;
  const { location, ...amount } = progress;
  return {
    id,
    type: kind,
    state: phase,
    createdAt: formatInstant(createdAtMs),
    startedAt: isoTime(startedAtMs),
    endedAt: isoTime(endedAtMs),
    progress: { ...amount, file: location === null ? null : nameOf(location) },
    counts,
    ...(job.result === undefined ? {} : { result: job.result }),
    ...(job.error === undefined
      ? {}
      : {
          error: toProblem(job.error, id, scopes.includes("paths") && filters.length === 0).problem,
        }),
  };
}
