import type { ErrorCode } from "../errors.ts";
import type { AssetId } from "./catalog.ts";

/**
 * What a failed file waits for.
 * - RETRYING: the next run tries it again at the latest
 * - NEEDS_MEDIA_FIX: the file itself is damaged, empty or without sound
 * - NEEDS_ENGINE_TUNING: the file is sound, and the recogniser or its settings can't cope with it
 * - QUARANTINED: every attempt failed for a reason that should have passed
 * - SKIPPED: the user left it out (`jobs skip`)
 */
export type JobState =
  | "RETRYING"
  | "NEEDS_MEDIA_FIX"
  | "NEEDS_ENGINE_TUNING"
  | "QUARANTINED"
  | "SKIPPED";

export interface Job {
  readonly id: AssetId;
  readonly state: JobState;
  readonly code: ErrorCode;
  readonly reason: string;
  readonly hint: string | null;
  readonly attempts: number;
  /** One line an attempt, oldest first. */
  readonly log: readonly string[];
  readonly engine: string;
  /** Size, time and captions of the file when it failed. A file with others is another job. */
  readonly stat: string;
  readonly updatedAtMs: number;
}

/** The files that failed, one job a file. Passes `job-store.contract.ts`. */
export interface JobStore {
  /** Replaces the job of the same file. */
  put(job: Job): Promise<void>;
  get(id: AssetId): Promise<Job | undefined>;
  /** Ordered by id (binary order of UTF-8). */
  list(): Promise<readonly Job[]>;
  /** Removing what is absent succeeds. */
  remove(id: AssetId): Promise<void>;
}
