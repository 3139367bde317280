import type { Language, Origin, Segment } from "../types.ts";
import type { AssetId } from "./catalog.ts";

/** A version that another one has replaced. */
export interface ArchivedVersion {
  readonly id: AssetId;
  readonly fingerprint: string;
  /** Unix milliseconds. */
  readonly archivedAtMs: number;
}

/** An archived version with its words. Vectors are not kept, because they can be made again. */
export interface ArchivedTranscript extends ArchivedVersion {
  readonly origin: Origin;
  readonly engine: string;
  readonly language: Language;
  readonly durationMs: number | null;
  readonly indexedAtMs: number;
  readonly segments: readonly Segment[];
}

/**
 * Versions that were replaced by a version with another fingerprint; no search finds them. Passes
 * `archive.contract.ts`.
 */
export interface Archive {
  /** Newest first. */
  list(): Promise<ArchivedVersion[]>;
  /** Oldest first, with their words. */
  read(): AsyncIterable<ArchivedTranscript>;
  /** Those whose fingerprint begins so, of whatever file, newest first, with their words. */
  find(prefix: string): Promise<ArchivedTranscript[]>;
  /**
   * Adds what another library archived. One with the same id, fingerprint and time is left as it
   * is.
   */
  add(transcript: ArchivedTranscript): Promise<void>;
  /** Forgets what was archived of a file. Removing what is absent succeeds. */
  remove(id: AssetId): Promise<void>;
  /**
   * Forgets what was archived, and the files that were deleted, before that time (Unix
   * milliseconds).
   * Resolves to the number of versions and files that are gone.
   */
  purge(beforeMs: number): Promise<number>;
}
