import type { Database } from "better-sqlite3";
import type { Origin } from "../../types.ts";
import type { ArchivedTranscript, AssetId, FilePlace } from "../backend.ts";
import { readIdentity } from "./identity.ts";
import { type SegmentRow, toSegment } from "./rows.ts";
import { writeCodes } from "./vector-blocks.ts";

/** Loaded by those who need it: that takes three milliseconds. */
const zlib = () => process.getBuiltinModule("node:zlib");

/** What `archive.version` holds, as gzip of JSON. */
interface Archived {
  readonly fingerprint: string;
  readonly origin: Origin;
  readonly engine: string;
  readonly language: string;
  readonly duration_ms: number | null;
  readonly indexed_at_ms: number;
  readonly segments: readonly Omit<SegmentRow, "position">[];
}

/** Keeps what a new version takes the place of; the same version again is no change. */
export function archive(db: Database, assetId: number, path: string, newFingerprint: string): void {
  const old = db
    .prepare(
      "SELECT id, fingerprint, origin, engine, language, duration_ms, indexed_at_ms FROM versions WHERE asset_id = ?",
    )
    .get(assetId) as { id: number; fingerprint: string } | undefined;
  if (!old || old.fingerprint === newFingerprint) return;
  const segments = db
    .prepare(
      "SELECT start_ms, end_ms, text, speaker, confidence FROM segments WHERE version_id = ? ORDER BY position",
    )
    .all(old.id);
  db.prepare(
    "INSERT INTO archive (path, fingerprint, archived_at_ms, version) VALUES (?, ?, ?, ?)",
  ).run(path, old.fingerprint, Date.now(), zlib().gzipSync(JSON.stringify({ ...old, segments })));
}

const PAGE = 50;

export function* readArchived(db: Database): Iterable<ArchivedTranscript> {
  const next = db.prepare(
    `SELECT id, path, archived_at_ms, version FROM archive WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
  );
  for (let after = 0; ;) {
    const rows = next.all(after) as {
      id: number;
      path: string;
      archived_at_ms: number;
      version: Buffer;
    }[];
    for (const { path, archived_at_ms: archivedAtMs, version } of rows) {
      const {
        fingerprint,
        origin,
        engine,
        language,
        duration_ms: durationMs,
        indexed_at_ms: indexedAtMs,
        segments,
      } = JSON.parse(zlib().gunzipSync(version).toString()) as Archived;
      yield {
        id: path,
        fingerprint,
        archivedAtMs,
        origin,
        engine,
        language,
        durationMs,
        indexedAtMs,
        segments: segments.map((row, position) => toSegment({ ...row, position })),
      };
    }
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}

export function addArchived(
  db: Database,
  {
    id,
    fingerprint,
    archivedAtMs,
    origin,
    engine,
    language,
    durationMs,
    indexedAtMs,
    segments,
  }: ArchivedTranscript,
): void {
  if (
    db
      .prepare("SELECT 1 FROM archive WHERE path = ? AND fingerprint = ? AND archived_at_ms = ?")
      .get(id, fingerprint, archivedAtMs)
  )
    return;
  const version: Archived = {
    fingerprint,
    origin,
    engine,
    language,
    duration_ms: durationMs,
    indexed_at_ms: indexedAtMs,
    segments: segments.map(({ startMs, endMs, text, speaker, confidence }) => ({
      start_ms: startMs,
      end_ms: endMs,
      text,
      speaker,
      confidence,
    })),
  };
  db.prepare(
    "INSERT INTO archive (path, fingerprint, archived_at_ms, version) VALUES (?, ?, ?, ?)",
  ).run(id, fingerprint, archivedAtMs, zlib().gzipSync(JSON.stringify(version)));
}

export function moveAsset(
  db: Database,
  from: AssetId,
  { id, sizeBytes, mtimeMs, sidecarKey }: FilePlace,
): void {
  // What was noted of the new place (registered, or failed) gives way.
  db.prepare("DELETE FROM assets WHERE path = ?").run(id);
  db.prepare(
    "UPDATE assets SET path = ?, size_bytes = ?, mtime_ms = ?, captions_stat = ?, deleted_at_ms = NULL WHERE path = ?",
  ).run(id, sizeBytes, mtimeMs, sidecarKey, from);
}

export function copyVersion(
  db: Database,
  from: AssetId,
  { id, sizeBytes, mtimeMs, sidecarKey }: FilePlace,
): void {
  const source = db
    .prepare(
      "SELECT a.state, v.id FROM assets a JOIN versions v ON v.asset_id = a.id WHERE a.path = ?",
    )
    .get(from) as { state: string; id: number } | undefined;
  if (!source) return;
  const assetId = db
    .prepare(`INSERT INTO assets (path, size_bytes, mtime_ms, captions_stat, state) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ms = excluded.mtime_ms, captions_stat = excluded.captions_stat,
      state = excluded.state, error = NULL, deleted_at_ms = NULL RETURNING id`)
    .pluck()
    .get(id, sizeBytes, mtimeMs, sidecarKey, source.state) as number;
  const fingerprint = db
    .prepare("SELECT fingerprint FROM versions WHERE id = ?")
    .pluck()
    .get(source.id) as string;
  archive(db, assetId, id, fingerprint);
  db.prepare("DELETE FROM versions WHERE asset_id = ?").run(assetId);
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
  const identity = readIdentity(db);
  if (identity) writeCodes(db, identity.dimensions, Number(versionId));
}
