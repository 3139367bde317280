import type { Language, Origin } from "../types.ts";

/** Names a file of a library: its absolute path, or the address of its object. */
export type AssetId = string;

/**
 * - registered: the library knows the file (`ingest`) and has no transcript of it yet
 * - indexed: the current version answers searches
 * - partial: as indexed, but only by keyword; at least one segment still lacks its vector
 * - failed: the last attempt failed; a version that was indexed before still answers
 * - deleted: the file is gone; it answers nothing and is kept for a while in case it comes back
 */
export type AssetState = "registered" | "indexed" | "partial" | "failed" | "deleted";

export interface FileStat {
  readonly sizeBytes: number;
  /** Unix milliseconds. */
  readonly mtimeMs: number;
}

/** Where a file is and how it looked there. */
export interface FileLocation extends FileStat {
  readonly id: AssetId;
  /** Names the captions file beside it by size, time and path; "" where there was none. */
  readonly sidecarKey: string;
}

/** What the catalogue knows of one file. */
export interface AssetStatus extends FileLocation {
  readonly state: AssetState;
  /**
   * Names everything that the transcript depends on; null until indexed. See
   * pipeline/fingerprint.ts.
   */
  readonly fingerprint: string | null;
  readonly origin: Origin | null;
  /** Id of the recogniser, or of the captions format; null until indexed. */
  readonly engine: string | null;
  readonly language: Language | null;
  readonly durationMs: number | null;
  readonly segmentCount: number;
  /** Each name once, sorted. */
  readonly speakers: readonly string[];
  /** Why the last attempt failed, in one line; null when it did not fail. */
  readonly error: string | null;
  /** Unix milliseconds; null until indexed. */
  readonly indexedAtMs: number | null;
  /** When the recording was made, Unix milliseconds; null where the media does not say. */
  readonly recordedAtMs: number | null;
}

/** Deleted files count in `assets` only. */
export interface LibraryCounts {
  readonly assets: Readonly<Record<AssetState, number>>;
  readonly segments: number;
  readonly vectors: number;
  readonly durationMs: number;
  /** What the library takes on its disk or cluster. */
  readonly sizeBytes: number;
}

/** The half of the catalogue that changes nothing. */
export interface ReadableCatalog {
  /** Resolves to undefined for a file that the library does not know. */
  get(id: AssetId): Promise<AssetStatus | undefined>;
  /** Every asset, deleted ones too, ordered by id (binary order of UTF-8). */
  list(): AsyncIterable<AssetStatus>;
  counts(): Promise<LibraryCounts>;
  /** How many files are registered and have no transcript yet; cheap enough for every search. */
  countRegistered(): Promise<number>;
}

/**
 * The files of a library and the state of each. Passes `catalog.contract.ts`. Every member of a
 * library rejects with a MediasearchError: NO_SPACE, STORE_BUSY, SCHEMA_MISMATCH, MODEL_MISMATCH,
 * UNREACHABLE, or BUG.
 */
export interface Catalog extends ReadableCatalog {
  /**
   * Makes files known as "registered" and leaves a file as it is that is known already. Repeating
   * the call changes nothing. Resolves to the number of files that were new.
   */
  register(files: readonly ({ readonly id: AssetId } & FileStat)[]): Promise<number>;
  /**
   * Notes the new size, time and captions of a file whose content is the same, and nothing else.
   */
  touch(file: FileLocation): Promise<void>;
  /**
   * Notes that an attempt failed. An earlier version goes on answering and keeps its fingerprint.
   * `reason` is one line.
   */
  recordFailure(file: FileLocation, reason: string): Promise<void>;
  /** Hides files from every search and keeps what is known of them. Unknown ids are passed over. */
  markDeleted(ids: readonly AssetId[]): Promise<void>;
  /** Brings back a deleted file whose content is the same: it answers searches again. */
  restore(file: FileLocation): Promise<void>;
  /** Forgets the file and its version. Removing what is absent succeeds. */
  remove(id: AssetId): Promise<void>;
}
