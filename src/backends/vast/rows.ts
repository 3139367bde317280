import type { EmbeddedSegment, Origin, Segment } from "../../types.ts";
import type { AssetState, AssetStatus } from "../catalog.ts";
import type { AssetVersion } from "../versions.ts";
import type { TableRow } from "./database.ts";
import type { Value } from "./wire/values.ts";

const toNumber = (value: Value): number => Number(value);
const numberOrNull = (value: Value): number | null =>
  value === null || value === undefined ? null : Number(value);
const textOrNull = (value: Value): string | null => (typeof value === "string" ? value : null);
export const toText = (value: Value): string => String(value);

export function rowToStatus(row: TableRow): AssetStatus {
  return {
    id: toText(row["asset_id"]),
    sizeBytes: toNumber(row["size_bytes"]),
    mtimeMs: toNumber(row["mtime_ms"]),
    state: row["deleted_at_ms"] === null ? (toText(row["state"]) as AssetState) : "deleted",
    fingerprint: textOrNull(row["fingerprint"]),
    sidecarKey: toText(row["captions_stat"]),
    origin: textOrNull(row["origin"]) as Origin | null,
    engine: textOrNull(row["engine"]),
    language: textOrNull(row["language"]),
    durationMs: numberOrNull(row["duration_ms"]),
    segmentCount: numberOrNull(row["segment_count"]) ?? 0,
    speakers: (row["speakers"] as readonly string[] | null) ?? [],
    error: textOrNull(row["error"]),
    indexedAtMs: numberOrNull(row["indexed_at_ms"]),
    recordedAtMs: numberOrNull(row["recorded_at_ms"]),
  };
}

/** The columns that versions and the assets they are current of share. */
export function aboutVersion(
  version: Omit<AssetVersion, "segments" | "id" | "sizeBytes" | "mtimeMs" | "sidecarKey">,
  segments: readonly (Segment & { readonly vector?: Float32Array | null })[],
): TableRow {
  const {
    fingerprint,
    origin,
    engine,
    language,
    durationMs,
    indexedAtMs = Date.now(),
    recordedAtMs = null,
  } = version;
  const speakers = [
    ...new Set(segments.flatMap(({ speaker }) => (speaker === null ? [] : [speaker]))),
  ].toSorted();
  return {
    fingerprint,
    origin,
    engine,
    language,
    duration_ms: durationMs,
    segment_count: segments.length,
    vector_count: segments.filter(({ vector }) => vector).length,
    speakers,
    indexed_at_ms: indexedAtMs,
    recorded_at_ms: recordedAtMs,
  };
}

export const ABOUT_NOTHING: TableRow = {
  version_id: null,
  fingerprint: null,
  origin: null,
  engine: null,
  language: null,
  duration_ms: null,
  segment_count: null,
  vector_count: null,
  speakers: null,
  indexed_at_ms: null,
  recorded_at_ms: null,
};

export const aboutOf = (row: TableRow): TableRow =>
  Object.fromEntries(Object.keys(ABOUT_NOTHING).map((name) => [name, row[name]]));

export const placeRow = (file: {
  readonly id: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly sidecarKey?: string;
}): TableRow => ({
  asset_id: file.id,
  size_bytes: file.sizeBytes,
  mtime_ms: Math.trunc(file.mtimeMs),
  captions_stat: file.sidecarKey ?? "",
});

export const segmentRow = (
  versionId: string,
  { index, startMs, endMs, text, speaker, confidence }: Segment,
): TableRow => ({
  version_id: versionId,
  position: index,
  start_ms: startMs,
  end_ms: endMs,
  text,
  speaker,
  confidence,
});

export const rowToSegment = (row: TableRow): Segment => ({
  index: toNumber(row["position"]),
  startMs: toNumber(row["start_ms"]),
  endMs: toNumber(row["end_ms"]),
  text: toText(row["text"]),
  speaker: textOrNull(row["speaker"]),
  confidence: numberOrNull(row["confidence"]),
});

export const byIndex = (a: Segment, b: Segment): number => a.index - b.index;

/** Joins segments with their vectors. Both may be in any order. */
export function joinVectors(
  segments: readonly Segment[],
  vectors: readonly TableRow[],
): EmbeddedSegment[] {
  const at = new Map(
    vectors.map((row) => [toNumber(row["position"]), row["vector"] as Float32Array]),
  );
  return segments.map((segment) => ({ ...segment, vector: at.get(segment.index) ?? null }));
}
