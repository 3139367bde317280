import type { MediasearchError } from "../errors.ts";
import type { ScanElsewhere } from "./code-scan.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { JobStore } from "./job-store.ts";
import type { Records } from "./records.ts";
import type { Library } from "./library.ts";
import type { RunLock } from "./run-lock.ts";
import type { SearchAccess } from "./search-access.ts";

export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warning" | "failed";
  readonly found: string;
  /** The command or setting that mends it. */
  readonly hint?: string | undefined;
}

/**
 * What a library is made of.
 * - file: one file of this machine, which can be copied while it is in use and partly rebuilt
 * - service: something that keeps, copies and repairs its data itself
 * - memory: nothing that outlives the process
 */
export type Medium =
  | {
      readonly kind: "file";
      /**
       * Rebuilds in one transaction what can be made out of the rest. Resolves to one line for each
       * thing done.
       */
      repair(): Promise<readonly string[]>;
      /**
       * Writes one state of the library into a new library file at `path`, while the library is in
       * use.
       */
      snapshot(path: string): Promise<void>;
      /**
       * Overwrites in the file what was deleted from it. Resolves to the copies of the library
       * beside it, which it does not touch.
       * @throws STORE_BUSY while another process holds on to it.
       */
      wipe(): Promise<readonly string[]>;
    }
  | {
      readonly kind: "service";
      /** As for a file; it can be repeated and stopped at any time, and needs no copy. */
      repair(): Promise<readonly string[]>;
    }
  | { readonly kind: "memory" };

/** One open library with everything that belongs to it. Whoever opens a backend must close it. */
export interface Backend {
  readonly library: Library;
  readonly jobs: JobStore;
  readonly records: Records;
  readonly checkpoints: Checkpoints;
  readonly runLock: RunLock;
  readonly searchAccess: SearchAccess;
  readonly medium: Medium;
  /** Why nothing but the search access answers; undefined where everything does. */
  readonly away?: MediasearchError | undefined;
  /** Schema version of the stored library, and the newest version that this program knows. */
  schema(): { readonly current: number; readonly newest: number };
  /** Looks for damage. With `deep` it reads every page, which takes as long as reading the file. */
  check(options?: { readonly deep?: boolean }): AsyncIterable<Finding>;
  close(): Promise<void>;
}

export interface BackendOptions {
  /** Path of the library file. */
  readonly path: string;
  /**
   * false: opening rejects with NO_STORE when there is no library, and never writes.
   * true: opening creates the library (folder with mode 0700, file with mode 0600).
   */
  readonly create: boolean;
  /** Scans the codes of vectors for several connections of a process; each does it unless given. */
  readonly scanElsewhere?: ScanElsewhere | undefined;
}
