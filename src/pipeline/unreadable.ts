import { isBelow, type Location } from "../location.ts";
import type { FileOptions, FileOutcome, FileServices } from "./file-outcome.ts";
import type { ScanItem } from "./scan/candidate.ts";

type Unreadable = Extract<ScanItem, { readonly type: "unreadable" }>;

/**
 * Begins the `stat` of jobs for what could not even be listed: broken links, folders without a
 * right.
 */
const PREFIX = "unreadable:";

/**
 * Keeps what a walk could not read as a job, so that it is told once, can be listed and skipped,
 * and does not make every later run a failure. What the user named himself fails each time.
 */
export async function noteUnreadable(
  { path, error }: Unreadable,
  roots: readonly Location[],
  { jobs }: Pick<FileServices, "jobs">,
  { dryRun, engines }: FileOptions,
): Promise<FileOutcome> {
  if (roots.includes(path)) return { type: "failed", path, error };
  const before = await jobs.get(path);
  const stat = PREFIX + error.code;
  const isSkipped = before?.state === "SKIPPED";
  if (before && (before.stat === stat || isSkipped))
    return { type: "quarantined", path, job: before };
  const now = Date.now();
  const job = {
    id: path,
    state: "NEEDS_MEDIA_FIX",
    code: error.code,
    reason: error.message.replace(`${path}: `, ""),
    hint: error.hint ?? null,
    attempts: 1,
    log: [`${new Date(now).toISOString()} ${error.code} ${error.message}`],
    engine: engines.join(","),
    stat,
    updatedAtMs: now,
  } as const;
  if (!dryRun) await jobs.put(job);
  return { type: "failed", path, error, job };
}

/** Forgets what can be read by now. `seen` is what this run could not read. */
export async function forgetReadable(
  seen: ReadonlySet<Location>,
  roots: readonly Location[],
  { jobs }: Pick<FileServices, "jobs">,
): Promise<void> {
  for (const { id, stat } of await jobs.list())
    if (stat.startsWith(PREFIX) && !seen.has(id) && roots.some((root) => isBelow(id, root)))
      await jobs.remove(id);
}
