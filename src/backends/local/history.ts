import { gzipSync } from "node:zlib";
import type { Database } from "better-sqlite3";
import type { AssetId, FilePlace } from "../backend.ts";

/** Keeps what a new version takes the place of; the same version again is no change. */
export function archive(db: Database, assetId: number, path: string, newFingerprint: string): void {
  const old = db.prepare("SELECT id, fingerprint, origin, engine, language, duration_ms, indexed_at_ms FROM versions WHERE asset_id = ?").get(assetId) as { id: number; fingerprint: string } | undefined;
  if (!old || old.fingerprint === newFingerprint) return;
  const segments = db.prepare("SELECT start_ms, end_ms, text, speaker, confidence FROM segments WHERE version_id = ? ORDER BY position").all(old.id);
  db.prepare("INSERT INTO archive (path, fingerprint, archived_at_ms, version) VALUES (?, ?, ?, ?)")
    .run(path, old.fingerprint, Date.now(), gzipSync(JSON.stringify({ ...old, segments })));
}

export function moveAsset(db: Database, from: AssetId, { id, sizeBytes, mtimeMs, captionsStat }: FilePlace): void {
  // What was noted of the new place (registered, or failed) gives way.
  db.prepare("DELETE FROM assets WHERE path = ?").run(id);
  db.prepare("UPDATE assets SET path = ?, size_bytes = ?, mtime_ms = ?, captions_stat = ?, deleted_at_ms = NULL WHERE path = ?").run(id, sizeBytes, mtimeMs, captionsStat, from);
}

export function copyVersion(db: Database, from: AssetId, { id, sizeBytes, mtimeMs, captionsStat }: FilePlace): void {
  const source = db.prepare("SELECT a.state, v.id FROM assets a JOIN versions v ON v.asset_id = a.id WHERE a.path = ?").get(from) as { state: string; id: number } | undefined;
  if (!source) return;
  const assetId = db.prepare(`INSERT INTO assets (path, size_bytes, mtime_ms, captions_stat, state) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ms = excluded.mtime_ms, captions_stat = excluded.captions_stat,
      state = excluded.state, error = NULL, deleted_at_ms = NULL RETURNING id`).pluck().get(id, sizeBytes, mtimeMs, captionsStat, source.state) as number;
  const fingerprint = db.prepare("SELECT fingerprint FROM versions WHERE id = ?").pluck().get(source.id) as string;
  archive(db, assetId, id, fingerprint);
  db.prepare("DELETE FROM versions WHERE asset_id = ?").run(assetId);
  const { lastInsertRowid: versionId } = db.prepare(`INSERT INTO versions (asset_id, fingerprint, origin, engine, language, duration_ms, segment_count, speakers, indexed_at_ms)
    SELECT ?, fingerprint, origin, engine, language, duration_ms, segment_count, speakers, ? FROM versions WHERE id = ?`).run(assetId, Date.now(), source.id);
  db.prepare(`INSERT INTO segments (version_id, position, start_ms, end_ms, text, speaker, confidence)
    SELECT ?, position, start_ms, end_ms, text, speaker, confidence FROM segments WHERE version_id = ? ORDER BY position`).run(versionId, source.id);
  db.prepare(`INSERT INTO vectors SELECT n.id, x.vector FROM segments n JOIN segments o ON o.version_id = ? AND o.position = n.position
    JOIN vectors x ON x.segment_id = o.id WHERE n.version_id = ?`).run(source.id, versionId);
}
