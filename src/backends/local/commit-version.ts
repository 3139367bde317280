import type { Database } from "better-sqlite3";
import { sideText } from "../../text/side-text.ts";
import type { AssetState, FileLocation } from "../catalog.ts";
import { type EmbeddingModel, modelAfterCommit } from "../../embedding-model.ts";
import type { AssetVersion } from "../versions.ts";
import { archiveVersion } from "./archive.ts";
import { readEmbeddingModel, writeEmbeddingModel } from "./embedding-model.ts";
import { noteInflectedLanguage } from "./inflections.ts";
import { vectorBlob } from "./rows.ts";
import { blockWriter } from "./vector-blocks.ts";

/** The endings of the version's language must be loaded. */
export function writeVersion(
  db: Database,
  version: AssetVersion,
  model: EmbeddingModel | undefined,
): void {
  const vectors = version.segments.flatMap(({ vector }) => (vector ? [vector] : []));
  if (vectors.length > 0) {
    const stored = readEmbeddingModel(db);
    const accepted = modelAfterCommit(stored, model, vectors);
    if (!stored && accepted) writeEmbeddingModel(db, accepted);
  }
  noteInflectedLanguage(db, version.language);
  const state = vectors.length === version.segments.length ? "indexed" : "partial";
  const assetId = replaceVersion(db, version, state, version.fingerprint);
  insertVersion(db, assetId, version, vectors[0]?.length ?? 0);
}

/**
 * Makes the file known and puts away its version, so that another one can take the place.
 * @returns the row of the file
 */
export function replaceVersion(
  db: Database,
  { id, sizeBytes, mtimeMs, sidecarKey }: FileLocation,
  state: AssetState,
  fingerprint: string,
): number {
  const assetId = db
    .prepare(`INSERT INTO assets (path, size_bytes, mtime_ms, captions_stat, state) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ms = excluded.mtime_ms, captions_stat = excluded.captions_stat,
      state = excluded.state, error = NULL, deleted_at_ms = NULL RETURNING id`)
    .pluck()
    .get(id, sizeBytes, mtimeMs, sidecarKey, state) as number;
  archiveVersion(db, assetId, id, fingerprint);
  db.prepare("DELETE FROM versions WHERE asset_id = ?").run(assetId);
  return assetId;
}

function insertVersion(
  db: Database,
  assetId: number,
  version: AssetVersion,
  dimensions: number,
): void {
  const { segments, indexedAtMs = Date.now(), recordedAtMs = null } = version;
  const { fingerprint, origin, engine, language, durationMs } = version;
  const speakers = new Set(segments.flatMap(({ speaker }) => (speaker === null ? [] : [speaker])));
  const { lastInsertRowid } = db
    .prepare(`INSERT INTO versions
    (asset_id, fingerprint, origin, engine, language, duration_ms, segment_count, speakers, indexed_at_ms, recorded_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(
      assetId,
      fingerprint,
      origin,
      engine,
      language,
      durationMs,
      segments.length,
      JSON.stringify([...speakers].toSorted()),
      indexedAtMs,
      recordedAtMs,
    );
  insertSegments(db, Number(lastInsertRowid), version, dimensions);
}

function insertSegments(
  db: Database,
  versionId: number,
  { segments, language }: AssetVersion,
  dimensions: number,
): void {
  const insert = db.prepare(
    "INSERT INTO segments (version_id, position, start_ms, end_ms, text, speaker, confidence, grams) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const insertVector = db.prepare("INSERT INTO vectors (segment_id, vector) VALUES (?, ?)");
  const codes = blockWriter(db, dimensions, segments.length);
  for (const { index, startMs, endMs, text, speaker, confidence, vector } of segments) {
    const { lastInsertRowid } = insert.run(
      versionId,
      index,
      startMs,
      endMs,
      text,
      speaker,
      confidence,
      sideText(text, speaker, language),
    );
    if (!vector) continue;
    insertVector.run(lastInsertRowid, vectorBlob(vector));
    codes.add(versionId, index, vector);
  }
  codes.end();
}
