import type { ErrorCode } from "../errors.ts";

/** As in backend.ts: the absolute path. */
type AssetId = string;

/**
 * What a failed file waits for.
 * - RETRYING: tried again by the next run at the latest
 * - NEEDS_MEDIA_FIX: the file itself is damaged, empty or without sound
 * - NEEDS_ENGINE_TUNING: the file is sound, the recogniser or its settings can't cope
 * - QUARANTINED: every attempt failed for reasons that should have passed
 * - SKIPPED: left out by the user (`jobs skip`)
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
  /** Size, time and captions of the file when it failed: another file is another job. */
  readonly stat: string;
  readonly updatedAtMs: number;
}

/** Who is indexing into a library. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
}

export interface RunRecord extends Holder {
  readonly startedAtMs: number;
  /** When it was last heard of. */
  readonly renewedAtMs: number;
  /** null while it runs; a run that was killed ended when it was last heard of, once another one begins. */
  readonly endedAtMs: number | null;
  /** null unless it came to its end. */
  readonly summary: Readonly<Record<string, number>> | null;
}

/** What one run works on while others are at the same library: files, or contents. Passes `claims.contract.ts`. */
export interface Claims {
  /**
   * Resolves to false when another run that is alive has the key; taking it again changes nothing. A claim holds until it is released or the
   * lease of its run ends: then anybody may take it, and a commit of the file by the earlier holder is refused with STORE_BUSY.
   */
  take(key: string): Promise<boolean>;
  /** Those that are not held are passed over. */
  release(keys: readonly string[]): Promise<void>;
}

export interface Lease {
  /** Where several runs may hold the library at once (`acquire` never rejects for another run): what keeps them apart. */
  readonly claims?: Claims;
  /** To be called every few seconds; a lease of another machine that is not renewed for a minute has lapsed. */
  renew(): Promise<void>;
  release(summary: Readonly<Record<string, number>>): Promise<void>;
}

/** What indexing remembers beside the transcripts. Passes `ledger.contract.ts`. */
export interface Ledger {
  putJob(job: Job): Promise<void>;
  getJob(id: AssetId): Promise<Job | undefined>;
  /** Ordered by id. */
  listJobs(): Promise<readonly Job[]>;
  /** Removing what is absent succeeds. */
  removeJob(id: AssetId): Promise<void>;
  /** Adds to what is kept of an attempt; `key` names content and settings, and another key starts anew. `checkpoint` is plain data. */
  addCheckpoint(id: AssetId, key: string, checkpoint: unknown): Promise<void>;
  /** In the order in which they were added; none when the key is another. */
  checkpoints(id: AssetId, key: string): Promise<readonly unknown[]>;
  clearCheckpoints(id: AssetId): Promise<void>;
  /** One run at a time, unless leases come with claims: then any number. @throws STORE_BUSY naming who holds it; a holder that is dead or silent has lost it. */
  acquire(holder: Holder): Promise<Lease>;
  lastRun(): Promise<RunRecord | undefined>;
}
