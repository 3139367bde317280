import type { EmbeddingModel } from "../embedding-model.ts";
import type { MediasearchError } from "../errors.ts";
import type { Term } from "../text/terms.ts";
import type { EmbeddedSegment, Language, Origin, Segment } from "../types.ts";
import type { Ledger } from "./ledger.ts";

/** What identifies a file of a library: its absolute path. */
export type AssetId = string;

/**
 * - registered: known (`ingest`), nothing indexed yet
 * - indexed: its current version answers searches
 * - partial: as indexed, but by keyword only; embedding is still owed
 * - failed: the last attempt failed; a version indexed before goes on answering
 * - deleted: its file is gone; it answers nothing, and is kept for a while in case the file comes back
 */
export type AssetState = "registered" | "indexed" | "partial" | "failed" | "deleted";

export interface FileStat {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/** What the catalogue knows of one file. */
export interface AssetStatus extends FileStat {
  readonly id: AssetId;
  readonly state: AssetState;
  /** Identity of all that the transcript depends on; null until indexed. See pipeline/fingerprint.ts. */
  readonly fingerprint: string | null;
  /** Identity of the captions file beside it when it was indexed, "" without one: size, time and path. */
  readonly sidecarKey: string;
  readonly origin: Origin | null;
  /** Id of the recogniser, or of the captions format; null until indexed. */
  readonly engine: string | null;
  readonly language: Language | null;
  readonly durationMs: number | null;
  readonly segmentCount: number;
  readonly speakers: readonly string[];
  /** Why the last attempt failed, one line; null when it did not. */
  readonly error: string | null;
  /** Unix milliseconds; null until indexed. */
  readonly indexedAtMs: number | null;
  /** When the recording was made, Unix milliseconds; null where the media does not say. */
  readonly recordedAtMs: number | null;
}

/** All that becomes visible of one file in one commit. */
export interface AssetVersion extends FileStat {
  readonly id: AssetId;
  readonly fingerprint: string;
  readonly sidecarKey: string;
  readonly origin: Origin;
  readonly engine: string;
  readonly language: Language;
  readonly durationMs: number | null;
  /** As in AssetStatus; null when left out. */
  readonly recordedAtMs?: number | null | undefined;
  /** When it was indexed, Unix milliseconds; the moment of the commit when left out. A library that moves keeps it. */
  readonly indexedAtMs?: number | undefined;
  /** In time order, indices from 0 without gaps. May be empty (no speech). */
  readonly segments: readonly EmbeddedSegment[];
}

/** Where a file is and how it looked there. */
export interface FilePlace extends FileStat {
  readonly id: AssetId;
  readonly sidecarKey: string;
}

/** A version that another one took the place of. */
export interface ArchivedVersion {
  readonly id: AssetId;
  readonly fingerprint: string;
  readonly archivedAtMs: number;
}

/** An archived version with its words. Vectors are not kept: they can be made again. */
export interface ArchivedTranscript extends ArchivedVersion {
  readonly origin: Origin;
  readonly engine: string;
  readonly language: Language;
  readonly durationMs: number | null;
  readonly indexedAtMs: number;
  readonly segments: readonly Segment[];
}

/** Conditions that hits must meet; they apply before the limit. */
export interface SearchFilter {
  /** Only these assets. An empty set finds nothing. */
  readonly assets?: ReadonlySet<AssetId> | undefined;
  /** Case-insensitive; matches a speaker whose name equals it or contains it as whole words ("ann" finds "Ann Lee", not "Joanna"). */
  readonly speaker?: string | undefined;
  /** What else must hold. */
  readonly where?: Condition | undefined;
}

/**
 * What a segment or its file must be, combined at will. What is not known (null) meets no comparison. An empty `all` holds always, an empty
 * `any` never.
 * - term: is in the text or the speaker's name
 * - phrase: these exact words in a row, whatever case, accents and punctuation; also from the end of this segment into the next of the same version
 * - speaker: as `SearchFilter.speaker`
 * - language: equal to the tag, or a narrower one ("en" takes "en-GB"), whatever the case
 * - recordedAtMs: when the recording was made where that is known, else when its file was changed
 */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly term: Term }
  | { readonly phrase: string }
  | { readonly assets: ReadonlySet<AssetId> }
  | { readonly speaker: string }
  | { readonly language: string }
  | { readonly origin: Origin }
  | Comparison;

export interface Comparison {
  readonly compare: "recordedAtMs" | "durationMs" | "confidence";
  readonly is: "<" | "<=" | ">" | ">=";
  readonly value: number;
}

export interface Hit {
  readonly asset: AssetId;
  readonly segment: Segment;
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
  readonly origin: Origin;
  readonly engine: string;
}

export interface TextQuery {
  /** Any of them may match (OR); they rank. */
  readonly terms: readonly Term[];
  /** true: what meets the filter without having any of the terms is found too, after the others, with score 0. */
  readonly termsOptional?: boolean | undefined;
}

export interface StoreCounts {
  readonly assets: Readonly<Record<AssetState, number>>;
  readonly segments: number;
  readonly vectors: number;
  readonly durationMs: number;
  readonly sizeBytes: number;
}

/**
 * Keeps transcripts and answers searches. Implementations pass `backend.contract.ts`.
 * Every method rejects with a MediasearchError: NO_SPACE, STORE_BUSY, SCHEMA_MISMATCH, MODEL_MISMATCH, or BUG.
 */
export interface Store {
  readonly capabilities: {
    readonly text: "bm25" | "substring";
    /** "ann": the best hundred hits are ordered by exact scores, those after them may be ordered by estimates. */
    readonly vector: "exact" | "ann";
    /** How many commits may be under way at once; 1 means that callers queue them. */
    readonly concurrentCommits: number;
  };
  /** The model that the stored vectors were made with; undefined while nothing with vectors was committed. */
  identity(): Promise<EmbeddingModel | undefined>;
  getAsset(id: AssetId): Promise<AssetStatus | undefined>;
  /** Every asset ordered by id (binary order). */
  listAssets(): AsyncIterable<AssetStatus>;
  /** Makes files known as "registered"; one that is known already is left as it is. Idempotent. Returns how many were new. */
  register(files: readonly ({ readonly id: AssetId } & FileStat)[]): Promise<number>;
  /**
   * All or nothing: afterwards the version answers searches as a whole and what was there before of this asset is gone.
   * Committing the same version again changes nothing. The first vectors set the store's identity; vectors of another
   * identity reject with MODEL_MISMATCH and change nothing. `embedder` is needed when any segment has a vector.
   * State afterwards: "indexed", or "partial" when any segment lacks its vector.
   */
  commit(version: AssetVersion, embedder?: EmbeddingModel): Promise<void>;
  /** Notes that an attempt failed; an earlier version goes on answering and its fingerprint stays. */
  recordFailure(
    file: { readonly id: AssetId; readonly sidecarKey: string } & FileStat,
    reason: string,
  ): Promise<void>;
  /** A file whose size, time or captions stat changed but not its content: notes the new facts only. */
  touch(file: { readonly id: AssetId; readonly sidecarKey: string } & FileStat): Promise<void>;
  /** The segments of the current version in order; nothing for an unknown asset. */
  readVersion(id: AssetId): AsyncIterable<EmbeddedSegment>;
  /** The segments `from` to `to` (both included, by index) of the current version in order, without vectors; those that exist. */
  readSegments(id: AssetId, from: number, to: number): Promise<Segment[]>;
  /** Every asset, deleted ones too, whose version has this fingerprint: the same content, indexed in the same way. */
  findByFingerprint(fingerprint: string): Promise<AssetStatus[]>;
  /** The file is at another place now, which had no version: everything of it goes there, and the old id is forgotten. */
  moveAsset(from: AssetId, to: FilePlace): Promise<void>;
  /** The same content is at another place as well: that gets a version of its own. */
  copyVersion(from: AssetId, to: FilePlace): Promise<void>;
  /** Hides what is gone from every search; unknown ids are passed over. */
  markDeleted(ids: readonly AssetId[]): Promise<void>;
  /** A deleted file is back, unchanged: it answers again. */
  restore(place: FilePlace): Promise<void>;
  /** Versions that were replaced by others with another fingerprint, newest first. */
  listArchived(): Promise<ArchivedVersion[]>;
  /** The same with their words, oldest first. */
  readArchived(): AsyncIterable<ArchivedTranscript>;
  /** Adds what another library archived; one that is there already (same id, fingerprint and time) is left as it is. */
  addArchived(version: ArchivedTranscript): Promise<void>;
  /** Forgets what was archived or deleted before that time (Unix milliseconds). Returns how much. */
  purge(beforeMs: number): Promise<number>;
  /** Forgets the asset and its version. Removing what is absent succeeds. */
  removeAsset(id: AssetId): Promise<void>;
  /** At most `limit` hits, best first, ties by asset and segment index; which of equals come within the limit is the store's choice, the same each time. Speaker names are searchable too. No terms: no hits, unless they are optional. */
  searchText(query: TextQuery, filter: SearchFilter, limit: number): Promise<Hit[]>;
  /** How many segments `searchText` would find without a limit: exact. */
  countText(query: TextQuery, filter: SearchFilter): Promise<number>;
  /** How rare each of the terms is: the inverse document frequency that BM25 has for it, over all segments; 0 for a term without letters. No filter counts. */
  termWeights(terms: readonly Term[]): Promise<readonly number[]>;
  /** For each of the words that occurs nowhere: the likeliest word that does, in lower case. Words that occur, or resemble none, are left out. */
  spellings(words: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** At most `limit` hits by inner product (the score), best first. MODEL_MISMATCH when the length differs from the identity. */
  searchVector(vector: Float32Array, filter: SearchFilter, limit: number): Promise<Hit[]>;
  /**
   * Replaces every vector by what `embed` makes of the segments, a whole version at a time and in order, in one step, and sets the identity.
   * Until it resolves the old vectors answer.
   */
  reembed(
    embedder: EmbeddingModel,
    embed: (segments: readonly Segment[]) => Promise<readonly Float32Array[]>,
    onProgress?: (done: number, total: number) => void,
  ): Promise<void>;
  counts(): Promise<StoreCounts>;
}

export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warning" | "failed";
  readonly found: string;
  /** The command or setting that mends it. */
  readonly hint?: string | undefined;
}

/**
 * Vectors of queries that were asked before, a bounded number. It saves time and decides nothing: neither method ever rejects or waits, and what
 * can't be kept now (a library in use, or read-only) is made again next time.
 */
export interface QueryVectors {
  get(embedder: string, query: string): Promise<Float32Array | undefined>;
  put(embedder: string, query: string, vector: Float32Array): Promise<void>;
}

export interface SearchViewOptions {
  /** true: the newest state of the library or nothing. */
  readonly fresh: boolean;
  /** When only some files are searched. */
  readonly only?: ((id: AssetId) => boolean) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What searches read. */
export interface SearchView {
  readonly store: Store;
  readonly queryVectors?: QueryVectors | undefined;
  /** When it was the same as the library, Unix milliseconds; undefined: now. */
  readonly asOfMs?: number;
  /** Why it could not be made the same just now. */
  readonly away?: MediasearchError;
  /** When the view needs an end of its own. */
  readonly close?: () => Promise<void>;
}

export interface Backend {
  readonly store: Store;
  readonly ledger: Ledger;
  /** Absent where nothing would be gained. */
  readonly queryVectors?: QueryVectors | undefined;
  /** Where searches are answered by a copy on this machine: the copy, synced when it is old. Without it they go to the store. */
  readonly searchView?: (options: SearchViewOptions) => Promise<SearchView>;
  /** Schema version of what is on disk, and the newest that this program knows. */
  schema(): { readonly current: number; readonly newest: number };
  /** Looks for damage; `deep` reads every page, which takes as long as reading the file. */
  check(options?: { readonly deep?: boolean }): AsyncIterable<Finding>;
  /** Rebuilds what can be made again out of the rest, in one transaction; one line for each thing done. Only where there is anything to rebuild. */
  repair?(): Promise<readonly string[]>;
  /** Writes one state of the library into a new library file at `path`, while it is in use. Only where a library is a file. */
  snapshot?(path: string): Promise<void>;
  close(): Promise<void>;
}

export interface BackendOptions {
  /** Path of the library file. */
  readonly path: string;
  /** false: reject with NO_STORE when there is none, and never write. true: create it (and its folder, mode 0700; file 0600). */
  readonly create: boolean;
}
