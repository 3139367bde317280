import type { Field } from "apache-arrow";
import { column, COLUMN_TYPES } from "./wire/columns.ts";

/**
 * The tables of a library, as docs/vast.md describes them for those who read them by SQL. Times are
 * Unix milliseconds.
 */
export interface TableSchema {
  readonly name: string;
  readonly fields: readonly Field[];
  /** The columns by which the cluster sorts the rows, where it can. */
  readonly sortedBy?: readonly string[];
}

const { utf8, int32, int64, float64 } = COLUMN_TYPES;
const defineTable = (
  name: string,
  ...fields: readonly (readonly [string, Field["type"]])[]
): TableSchema => ({
  name,
  fields: fields.map(([field, type]) => column(field, type)),
});

/** The columns of a version, whether it is current or archived. */
const ABOUT_VERSION = [
  ["fingerprint", utf8()],
  ["origin", utf8()],
  ["engine", utf8()],
  ["language", utf8()],
  ["duration_ms", int64()],
  ["segment_count", int64()],
  ["vector_count", int64()],
  ["speakers", COLUMN_TYPES.list(utf8())],
  ["indexed_at_ms", int64()],
  ["recorded_at_ms", int64()],
] as const;

export const TABLES = {
  /** `schema`, `library_id`, `embedder` (JSON). */
  meta: defineTable("meta", ["key", utf8()], ["value", utf8()]),
  /**
   * One row a file; what is known of its current version stands in it, so that one read tells all.
   */
  assets: defineTable(
    "assets",
    ["asset_id", utf8()],
    ["size_bytes", int64()],
    ["mtime_ms", int64()],
    ["captions_stat", utf8()],
    ["state", utf8()],
    ["error", utf8()],
    ["deleted_at_ms", int64()],
    ["version_id", utf8()],
    ...ABOUT_VERSION,
  ),
  /** `status`: active, archived, staging (not visible yet), dropped (to be deleted). */
  versions: defineTable(
    "versions",
    ["version_id", utf8()],
    ["asset_id", utf8()],
    ["status", utf8()],
    ["archived_at_ms", int64()],
    ["run_id", utf8()],
    ...ABOUT_VERSION,
  ),
  segments: defineTable(
    "segments",
    ["version_id", utf8()],
    ["position", int32()],
    ["start_ms", int64()],
    ["end_ms", int64()],
    ["text", utf8()],
    ["speaker", utf8()],
    ["confidence", float64()],
  ),
  jobs: defineTable(
    "jobs",
    ["asset_id", utf8()],
    ["state", utf8()],
    ["code", utf8()],
    ["reason", utf8()],
    ["hint", utf8()],
    ["attempts", int64()],
    ["log", COLUMN_TYPES.list(utf8())],
    ["engine", utf8()],
    ["stat", utf8()],
    ["updated_at_ms", int64()],
  ),
  /** What is kept of attempts that are under way; long ones in several parts. */
  checkpoints: defineTable(
    "checkpoints",
    ["asset_id", utf8()],
    ["key", utf8()],
    ["sequence", int64()],
    ["part", int32()],
    ["checkpoint", utf8()],
  ),
  runs: defineTable(
    "runs",
    ["run_id", utf8()],
    ["pid", int64()],
    ["host", utf8()],
    ["started_at_ms", int64()],
    ["renewed_at_ms", int64()],
    ["ended_at_ms", int64()],
    ["summary", utf8()],
  ),
  claims: defineTable(
    "claims",
    ["claim_key", utf8()],
    ["run_id", utf8()],
    ["claimed_at_ms", int64()],
  ),
  /**
   * Every change, with who made it; also the proof that a commit whose answer was lost went
   * through.
   */
  audit: defineTable(
    "audit",
    ["entry_id", utf8()],
    ["at_ms", int64()],
    ["host", utf8()],
    ["pid", int64()],
    ["action", utf8()],
    ["asset_id", utf8()],
    ["version_id", utf8()],
    ["detail", utf8()],
  ),
  /**
   * Rows that transactions change first, so that two on the same file conflict: there are no unique
   * keys.
   */
  locks: defineTable("locks", ["slot", int32()], ["changes", int64()]),
} as const;

/** Documents of the service, long ones in several parts; made when the first one is written. */
export const RECORDS: TableSchema = defineTable(
  "records",
  ["kind", utf8()],
  ["record_id", utf8()],
  ["part", int32()],
  ["value", utf8()],
);
/** Journals that only grow; made when the first entry is written. */
export const JOURNAL: TableSchema = defineTable(
  "journal",
  ["entry_id", utf8()],
  ["kind", utf8()],
  ["at_ms", int64()],
  ["part", int32()],
  ["value", utf8()],
);

/**
 * The index of words by which SQL searches (`words.ts`); made with the first version that is
 * committed.
 */
export const WORDS: TableSchema = {
  ...defineTable(
    "words",
    ["stem", utf8()],
    ["version_id", utf8()],
    ["segments", int32()],
    ["tokens", int64()],
    ["positions", COLUMN_TYPES.list(int32())],
    ["places", COLUMN_TYPES.list(int32())],
    ["lengths", COLUMN_TYPES.list(int32())],
  ),
  sortedBy: ["stem"],
};

export const SCHEMA = 1;
export const SLOTS = 256;

/**
 * The vectors of a library are of one length; each length has a table of its own, with an index
 * where the cluster has them.
 */
export const embeddingsTable = (dimensions: number): TableSchema =>
  defineTable(
    `embeddings_${dimensions}`,
    ["version_id", utf8()],
    ["position", int32()],
    ["vector", COLUMN_TYPES.vector(dimensions)],
  );
