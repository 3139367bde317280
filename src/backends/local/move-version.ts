import type { Database } from "better-sqlite3";
import type { AssetId, AssetState, FileLocation } from "../catalog.ts";
import { replaceVersion } from "./commit-version.ts";
import { readEmbeddingModel } from "./embedding-model.ts";
import { writeCodes } from "./vector-blocks.ts";

export function moveVersion(
  db: Database,
  from: AssetId,
  { id, sizeBytes, mtimeMs, sidecarKey }: FileLocation,
): void {
  // What was noted of the new location (registered, or failed) gives way.
  db.prepare("DELETE FROM assets WHERE path = ?").run(id);
  db.prepare(
    "UPDATE assets SET path = ?, size_bytes = ?, mtime_ms = ?, captions_stat = ?, deleted_at_ms = NULL WHERE path = ?",
  ).run(id, sizeBytes, mtimeMs, sidecarKey, from);
}

export function copyVersionRow(db: Database, from: AssetId, to: FileLocation): void {
  const source = db
    .prepare(
      "SELECT a.state, v.id, v.fingerprint FROM assets a JOIN versions v ON v.asset_id = a.id WHERE a.path = ?",
    )
    .get(from) as { state: AssetState; id: number; fingerprint: string } | undefined;
  if (!source) return;
  const assetId = replaceVersion(db, to, source.state, source.fingerprint);
  const { lastInsertRowid: versionId } = db
    .prepare(`INSERT INTO versions (asset_id, fingerprint, origin, engine, language, duration_ms, segment_count, speakers, indexed_at_ms, recorded_at_ms)
    SELECT ?, fingerprint, origin, engine, language, duration_ms, segment_count, speakers, ?, recorded_at_ms FROM versions WHERE id = ?`)
    .run(assetId, Date.now(), source.id);
  db.prepare(`INSERT INTO segments (version_id, position, start_ms, end_ms, text, speaker, confidence, grams)
    SELECT ?, position, start_ms, end_ms, text, speaker, confidence, grams FROM segments WHERE version_id = ? ORDER BY position`).run(
    versionId,
    source.id,
  );
  db.prepare(`INSERT INTO vectors SELECT n.id, x.vector FROM segments n JOIN segments o ON o.version_id = ? AND o.position = n.position
    JOIN vectors x ON x.segment_id = o.id WHERE n.version_id = ?`).run(source.id, versionId);
  const model = readEmbeddingModel(db);
  if (model) writeCodes(db, model.dimensions, Number(versionId));
}
