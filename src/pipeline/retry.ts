import type { AssetStatus } from "../backends/catalog.ts";
import type { Job, JobState } from "../backends/job-store.ts";
import type { ErrorCode, MediasearchError } from "../errors.ts";
import { formatSelection, type SelectionRequest } from "../selection.ts";
import { type FileCandidate, sidecarKeyOf } from "./scan/candidate.ts";

export interface FileRetryOptions {
  readonly maxAttempts: number;
  readonly baseRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

/** Failures that may pass by themselves. */
const PASSING = new Set<ErrorCode>([
  "IO_FAILED",
  "WORKER_CRASHED",
  "TIMED_OUT",
  "OUT_OF_MEMORY",
  "ENGINE_FAILED",
  "UNREACHABLE",
  "STORE_BUSY",
]);
/**
 * A file that needed too much memory needs as much again; but the worker may have had some of it
 * from files before, so a fresh one tries once more.
 */
const MOST_FOR_MEMORY = 2;
const OF_THE_FILE = new Set<ErrorCode>(["UNREADABLE_MEDIA"]);

/** What becomes of a file after its n-th failure. */
export function nextState(
  code: ErrorCode,
  attempts: number,
  { maxAttempts }: FileRetryOptions,
): JobState {
  if (OF_THE_FILE.has(code)) return "NEEDS_MEDIA_FIX";
  if (!PASSING.has(code)) return "NEEDS_ENGINE_TUNING";
  const most = code === "OUT_OF_MEMORY" ? Math.min(maxAttempts, MOST_FOR_MEMORY) : maxAttempts;
  return attempts < most ? "RETRYING" : "QUARANTINED";
}

const LOG_LINES = 20;

export function failedJob(
  file: FileCandidate,
  error: MediasearchError,
  before: Job | undefined,
  engine: string,
  options: FileRetryOptions & SelectionRequest,
): Job {
  const stat = attemptKey(file, options);
  const earlier = before && before.stat === stat && before.engine === engine ? before : undefined;
  const attempts = (earlier?.attempts ?? 0) + 1;
  const now = Date.now();
  return {
    id: file.path,
    state: nextState(error.code, attempts, options),
    code: error.code,
    reason: error.message.replace(`${file.path}: `, ""),
    hint: error.hint ?? null,
    attempts,
    log: [
      ...(earlier?.log ?? []),
      `${new Date(now).toISOString()} attempt ${attempts}: ${error.code} ${error.message}`,
    ].slice(-LOG_LINES),
    engine,
    stat,
    updatedAtMs: now,
  };
}

/**
 * The file as it was when it failed: what it holds, who may read it, its captions, and which of its
 * tracks was asked for.
 */
export function attemptKey(
  { path, sizeBytes, mtimeMs, permissions, etag = "", ...beside }: FileCandidate,
  request: SelectionRequest = {},
): string {
  const asked = formatSelection({ request });
  return `${sizeBytes}:${mtimeMs}:${permissions}${etag}:${path}|${sidecarKeyOf(beside)}${asked === "" ? "" : `|${asked}`}`;
}

/**
 * Whether a job keeps its file from being tried again. A file that answers searches already is
 * never kept from being brought up to date.
 */
export function isQuarantined(
  job: Job | undefined,
  file: FileCandidate,
  engine: string,
  asset: AssetStatus | undefined,
  request: SelectionRequest = {},
): job is Job {
  if (!job || job.state === "RETRYING") return false;
  return (
    job.stat === attemptKey(file, request) &&
    (job.engine === engine || job.state === "SKIPPED") &&
    asset?.state !== "deleted"
  );
}
