import type { ProcessMark } from "../process-mark.ts";

/** The process that indexes into a library. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /**
   * Tells the process from others that have or had its number. Runs of earlier versions have none,
   * and those that ended need none.
   */
  readonly mark?: ProcessMark | undefined;
}

export interface RunRecord extends Holder {
  readonly startedAtMs: number;
  /** When the run last renewed its lease. */
  readonly renewedAtMs: number;
  /**
   * null while it runs. A run that was killed ended at its last renewal, once another one begins.
   */
  readonly endedAtMs: number | null;
  /** null unless the run came to its end. */
  readonly summary: Readonly<Record<string, number>> | null;
}

/**
 * What one run works on while others work on the same library. Keys name files or contents. Passes
 * `claims.contract.ts`.
 */
export interface Claims {
  /**
   * Resolves to false when another run that is alive has the key. Taking a key again changes
   * nothing. A claim holds until it is released or the lease of its run ends. From then on any run
   * may take it, and a commit of the file by the earlier holder rejects with STORE_BUSY.
   */
  take(key: string): Promise<boolean>;
  /** Keys that this run does not hold are passed over. */
  release(keys: readonly string[]): Promise<void>;
}

/** A run that goes on, or was killed, and what it has in hand. */
export interface RunWork {
  /** Names the run among all of the library. */
  readonly id: string;
  readonly run: RunRecord;
  /** What it has claimed; empty where one run at a time has the library. */
  readonly keys: readonly string[];
}

export interface Lease {
  /** The id of the run, as in `RunWork`. */
  readonly id: string;
  /**
   * Present where several runs may hold the library at once: it keeps them apart, and `acquire`
   * never rejects for another run.
   */
  readonly claims?: Claims;
  /**
   * Callers must call it every few seconds. A lease of another machine that is not renewed for a
   * minute has lapsed.
   */
  renew(): Promise<void>;
  /** Ends the run and keeps its summary. */
  release(summary: Readonly<Record<string, number>>): Promise<void>;
}

/** Keeps indexing runs apart and remembers the last one. Passes `run-lock.contract.ts`. */
export interface RunLock {
  /**
   * Lets one run at a time have the library, or any number where leases come with claims. A holder
   * whose process is dead, or that was silent for a minute on another machine, has lost it.
   * @throws STORE_BUSY naming the holder
   */
  acquire(holder: Holder): Promise<Lease>;
  lastRun(): Promise<RunRecord | undefined>;
  /** Runs that never said that they ended, the oldest first: they go on, or were killed. */
  listOpenRuns(): Promise<readonly RunRecord[]>;
  /** The same runs, with what each has in hand. */
  listWork(): Promise<readonly RunWork[]>;
  /**
   * Takes the library and all claims from the open runs for which `isLost` holds. Such a run has
   * ended for all others, whether its process lives or not. What it committed stays.
   * @returns the runs that lost it
   */
  breakRuns(isLost: (run: RunRecord) => boolean): Promise<readonly RunRecord[]>;
}
