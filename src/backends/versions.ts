import type { EmbeddingModel } from "../embedding-model.ts";
import type { EmbeddedSegment, Language, Origin, Segment } from "../types.ts";
import type { AssetId, AssetStatus, FileLocation } from "./catalog.ts";

/** Everything of one file that becomes visible in one commit. */
export interface AssetVersion extends FileLocation {
  readonly fingerprint: string;
  readonly origin: Origin;
  readonly engine: string;
  readonly language: Language;
  readonly durationMs: number | null;
  /** As in AssetStatus; null when left out. */
  readonly recordedAtMs?: number | null | undefined;
  /**
   * When the file was indexed, Unix milliseconds; the moment of the commit when left out. A version
   * that moves to another library keeps its time.
   */
  readonly indexedAtMs?: number | undefined;
  /** In time order, with indices from 0 without gaps. Empty for a file without speech. */
  readonly segments: readonly EmbeddedSegment[];
}

/** Reads the segments of whole versions. */
export interface VersionReader {
  /**
   * The segments of the current version in order; none for an unknown file. A deleted file is read
   * like any other.
   */
  read(id: AssetId): AsyncIterable<EmbeddedSegment>;
}

/** The half of the versions that changes nothing. */
export interface ReadableVersions extends VersionReader {
  /**
   * The segments `from` to `to` of the current version in order, without vectors. Both are indices
   * and included;
   * indices without a segment are passed over.
   */
  readSegments(id: AssetId, from: number, to: number): Promise<Segment[]>;
  /** Every file, deleted ones too, whose version has this fingerprint, ordered by id. */
  findByFingerprint(fingerprint: string): Promise<AssetStatus[]>;
  /**
   * Every file, deleted ones too, whose version's fingerprint begins so, ordered by id. The prefix
   * must not be empty.
   */
  findByPrefix(prefix: string): Promise<AssetStatus[]>;
}

/** The transcripts of a library, one current version a file. Passes `versions.contract.ts`. */
export interface Versions extends ReadableVersions {
  /** How many commits may be under way at once; with 1 callers must queue them. */
  readonly concurrentCommits: number;
  /**
   * All or nothing: afterwards the version answers searches as a whole, and nothing of an earlier
   * version of the file does. An earlier version with another fingerprint goes to the archive.
   * Committing the same version again changes nothing. `model` must be given when any segment has a
   * vector. The first vectors set the library's embedding model; vectors of another model reject
   * with MODEL_MISMATCH, a vector that is zero or not finite with BUG, and both change nothing.
   * Afterwards the state is "indexed", or "partial" when any segment lacks its vector.
   */
  commit(version: AssetVersion, model?: EmbeddingModel): Promise<void>;
  /**
   * Gives the file and its version the new location. The old id is forgotten, and so is what the
   * new one had.
   */
  move(from: AssetId, to: FileLocation): Promise<void>;
  /**
   * Gives the current version another fingerprint; nothing else changes, and nothing is archived.
   */
  restamp(id: AssetId, fingerprint: string): Promise<void>;
  /** Gives the file at `to` a version of its own that equals the one of `from`. */
  copy(from: AssetId, to: FileLocation): Promise<void>;
}
