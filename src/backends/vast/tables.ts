import type { Field } from "apache-arrow";
import { column, TYPES } from "./wire/columns.ts";

/** The tables of a library, as docs/vast.md describes them for those who read them by SQL. Times are Unix milliseconds. */
export interface Table {
  readonly name: string;
  readonly fields: readonly Field[];
}

const { utf8, int32, int64, float64 } = TYPES;
const table = (name: string, ...fields: readonly (readonly [string, Field["type"]])[]): Table => ({
  name,
  fields: fields.map(([field, type]) => column(field, type)),
});

/** What holds of a version, whether it is current or archived. */
const ABOUT_VERSION = [
  ["fingerprint", utf8()],
  ["origin", utf8()],
  ["engine", utf8()],
  ["language", utf8()],
  ["duration_ms", int64()],
  ["segment_count", int64()],
  ["vector_count", int64()],
  ["speakers", TYPES.list(utf8())],
  ["indexed_at_ms", int64()],
  ["recorded_at_ms", int64()],
] as const;

export const TABLES = {
  /** `schema`, `library_id`, `embedder` (JSON). */
  meta: table("meta", ["key", utf8()], ["value", utf8()]),
  /** One row a file; what is known of its current version stands in it, so that one read tells all. */
  assets: table(
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
  versions: table(
    "versions",
    ["version_id", utf8()],
    ["asset_id", utf8()],
    ["status", utf8()],
    ["archived_at_ms", int64()],
    ["run_id", utf8()],
    ...ABOUT_VERSION,
  ),
  segments: table(
    "segments",
    ["version_id", utf8()],
    ["position", int32()],
    ["start_ms", int64()],
    ["end_ms", int64()],
    ["text", utf8()],
    ["speaker", utf8()],
    ["confidence", float64()],
  ),
  jobs: table(
    "jobs",
    ["asset_id", utf8()],
    ["state", utf8()],
    ["code", utf8()],
    ["reason", utf8()],
    ["hint", utf8()],
    ["attempts", int64()],
    ["log", TYPES.list(utf8())],
    ["engine", utf8()],
    ["stat", utf8()],
    ["updated_at_ms", int64()],
  ),
  /** What is kept of attempts that are under way; long ones in several parts. */
  checkpoints: table(
    "checkpoints",
    ["asset_id", utf8()],
    ["key", utf8()],
    ["sequence", int64()],
    ["part", int32()],
    ["checkpoint", utf8()],
  ),
  runs: table(
    "runs",
    ["run_id", utf8()],
    ["pid", int64()],
    ["host", utf8()],
    ["started_at_ms", int64()],
    ["renewed_at_ms", int64()],
    ["ended_at_ms", int64()],
    ["summary", utf8()],
  ),
  claims: table("claims", ["claim_key", utf8()], ["run_id", utf8()], ["claimed_at_ms", int64()]),
  /** Every change, with who made it; also the proof that a commit whose answer was lost went through. */
  audit: table(
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
  /** Rows that transactions change first, so that two on the same file conflict: there are no unique keys. */
  locks: table("locks", ["slot", int32()], ["changes", int64()]),
} as const;

/** Documents of the service, long ones in several parts; made when the first one is written. */
export const RECORDS: Table = table(
  "records",
  ["kind", utf8()],
  ["record_id", utf8()],
  ["part", int32()],
  ["value", utf8()],
);
/** Journals that only grow; made when the first entry is written. */
export const JOURNAL: Table = table(
  "journal",
  ["entry_id", utf8()],
  ["kind", utf8()],
  ["at_ms", int64()],
  ["part", int32()],
  ["value", utf8()],
);

export const SCHEMA = 1;
export const SLOTS = 256;

/** The vectors of a library are of one length; each length has a table of its own, with an index where the cluster has them. */
export const embeddingsTable = (dimensions: number): Table =>
  table(
    `embeddings_${dimensions}`,
    ["version_id", utf8()],
    ["position", int32()],
    ["vector", TYPES.vector(dimensions)],
  );
