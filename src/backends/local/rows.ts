import type { Origin, Segment } from "../../types.ts";
import type { AssetState, AssetStatus } from "../catalog.ts";
import { readNames } from "../stored-json.ts";

export interface AssetRow {
  readonly path: string;
  readonly size_bytes: number;
  readonly mtime_ms: number;
  readonly captions_stat: string;
  readonly state: AssetState;
  readonly error: string | null;
  readonly fingerprint: string | null;
  readonly origin: Origin | null;
  readonly engine: string | null;
  readonly language: string | null;
  readonly duration_ms: number | null;
  readonly segment_count: number | null;
  readonly speakers: string | null;
  readonly indexed_at_ms: number | null;
  readonly recorded_at_ms: number | null;
}

export interface SegmentRow {
  readonly position: number;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly text: string;
  readonly speaker: string | null;
  readonly confidence: number | null;
}

export const toStatus = (row: AssetRow): AssetStatus => ({
  id: row.path,
  sizeBytes: row.size_bytes,
  mtimeMs: row.mtime_ms,
  state: row.state,
  fingerprint: row.fingerprint,
  sidecarKey: row.captions_stat,
  origin: row.origin,
  engine: row.engine,
  language: row.language,
  durationMs: row.duration_ms,
  segmentCount: row.segment_count ?? 0,
  speakers: readNames(row.speakers),
  error: row.error,
  indexedAtMs: row.indexed_at_ms,
  recordedAtMs: row.recorded_at_ms,
});

export const toSegment = (row: SegmentRow): Segment => ({
  index: row.position,
  startMs: row.start_ms,
  endMs: row.end_ms,
  text: row.text,
  speaker: row.speaker,
  confidence: row.confidence,
});

export const vectorBlob = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** A copy: SQLite's bytes need not lie on a multiple of four. */
export const toVector = (blob: Buffer): Float32Array =>
  new Float32Array(new Uint8Array(blob).buffer);

/**
 * Sorts behind every other: what begins with a prefix lies between it and it with this behind it.
 */
export const LAST_CHARACTER = "\u{10ffff}";
