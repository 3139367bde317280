import {
  type EmbeddingModel,
  modelAfterCommit,
  modelMismatchError,
} from "../../embedding-model.ts";
import type { Database } from "better-sqlite3";
import { grams } from "../../text/words.ts";
import type { ArchivedVersion, AssetState, AssetVersion, Store } from "../backend.ts";
import { addArchived, archive, copyVersion, moveAsset, readArchived } from "./history.ts";
import { toStoreError } from "./errors.ts";
import { readIdentity, writeIdentity } from "./identity.ts";
import { keepPages } from "./page-cache.ts";
import { reembed } from "./reembed.ts";
import {
  type AssetRow,
  type SegmentRow,
  toSegment,
  toStatus,
  toVector,
  vectorBlob,
} from "./rows.ts";
import { countText, searchText, termWeights } from "./search.ts";
import { spellings } from "./spelling.ts";
import { blockWriter, tidyBlocks } from "./vector-blocks.ts";
import { searchVector } from "./vector-search.ts";

const PAGE = 500;
const LIVE = "FROM versions v JOIN assets a ON a.id = v.asset_id WHERE a.deleted_at_ms IS NULL";
const STATUS = `
  SELECT a.path, a.size_bytes, a.mtime_ms, a.captions_stat, iif(a.deleted_at_ms IS NULL, a.state, 'deleted') AS state, a.error, v.fingerprint, v.origin, v.engine, v.language, v.duration_ms,
    v.segment_count, v.speakers, v.indexed_at_ms, v.recorded_at_ms
  FROM assets a LEFT JOIN versions v ON v.asset_id = a.id`;

export function localStore(db: Database, path: string): Store {
  /** SQLite's errors leave as ours. */
  const guard = async <T>(act: () => T | Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw toStoreError(error, path);
    }
  };
  let calls = 0;
  /** Texts, vectors: a search asks for each once. */
  const search = <T>(act: () => T): Promise<T> =>
    guard(() => {
      if (++calls === 3) keepPages(db);
      return act();
    });
  const write = <T>(act: () => T): Promise<T> =>
    guard(() => {
      keepPages(db);
      return db.transaction(act).immediate();
    });
  /** For what takes versions away or adds them. */
  const writeVersions = <T>(act: () => T): Promise<T> =>
    write(() => {
      const result = act();
      tidyBlocks(db);
      return result;
    });
  return {
    capabilities: { text: "bm25", vector: "ann", concurrentCommits: 1 },
    identity: () => guard(() => readIdentity(db)),
    getAsset: (id) =>
      guard(() => {
        const row = db.prepare(`${STATUS} WHERE a.path = ?`).get(id) as AssetRow | undefined;
        return row && toStatus(row);
      }),
    async *listAssets() {
      // Page by page: an open cursor would block every other statement of this connection.
      let after = "";
      for (;;) {
        const rows = await guard(
          () =>
            db
              .prepare(`${STATUS} WHERE a.path > ? ORDER BY a.path LIMIT ${PAGE}`)
              .all(after) as AssetRow[],
        );
        for (const row of rows) yield toStatus(row);
        const last = rows.at(-1);
        if (!last) return;
        after = last.path;
      }
    },
    register: (files) =>
      write(() => {
        const insert = db.prepare(
          "INSERT OR IGNORE INTO assets (path, size_bytes, mtime_ms, state) VALUES (?, ?, ?, 'registered')",
        );
        return files.reduce(
          (sum, { id, sizeBytes, mtimeMs }) => sum + insert.run(id, sizeBytes, mtimeMs).changes,
          0,
        );
      }),
    commit: (version, embedder) => writeVersions(() => commit(db, version, embedder)),
    recordFailure: ({ id, sizeBytes, mtimeMs, sidecarKey }, reason) =>
      write(() => {
        db.prepare(`INSERT INTO assets (path, size_bytes, mtime_ms, captions_stat, state, error) VALUES (?, ?, ?, ?, 'failed', ?)
        ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ms = excluded.mtime_ms, captions_stat = excluded.captions_stat,
          state = 'failed', error = excluded.error, deleted_at_ms = NULL`).run(
          id,
          sizeBytes,
          mtimeMs,
          sidecarKey,
          reason,
        );
      }),
    touch: ({ id, sizeBytes, mtimeMs, sidecarKey }) =>
      write(() => {
        db.prepare(
          "UPDATE assets SET size_bytes = ?, mtime_ms = ?, captions_stat = ? WHERE path = ?",
        ).run(sizeBytes, mtimeMs, sidecarKey, id);
      }),
    async *readVersion(id) {
      let after = -1;
      for (;;) {
        const rows = await guard(
          () =>
            db
              .prepare(`
          SELECT s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence, x.vector
          FROM assets a JOIN versions v ON v.asset_id = a.id JOIN segments s ON s.version_id = v.id LEFT JOIN vectors x ON x.segment_id = s.id
          WHERE a.path = ? AND s.position > ? ORDER BY s.position LIMIT ${PAGE}`)
              .all(id, after) as (SegmentRow & { vector: Buffer | null })[],
        );
        for (const row of rows)
          yield { ...toSegment(row), vector: row.vector && toVector(row.vector) };
        const last = rows.at(-1);
        if (!last) return;
        after = last.position;
      }
    },
    readSegments: (id, from, to) =>
      guard(() =>
        (
          db
            .prepare(`
      SELECT s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence FROM assets a JOIN versions v ON v.asset_id = a.id JOIN segments s ON s.version_id = v.id
      WHERE a.path = ? AND s.position BETWEEN ? AND ? ORDER BY s.position`)
            .all(id, from, to) as SegmentRow[]
        ).map(toSegment),
      ),
    findByFingerprint: (fingerprint) =>
      guard(() =>
        (
          db
            .prepare(`${STATUS} WHERE v.fingerprint = ? ORDER BY a.path`)
            .all(fingerprint) as AssetRow[]
        ).map(toStatus),
      ),
    moveAsset: (from, to) => writeVersions(() => moveAsset(db, from, to)),
    copyVersion: (from, to) => writeVersions(() => copyVersion(db, from, to)),
    markDeleted: (ids) =>
      write(() => {
        const mark = db.prepare(
          "UPDATE assets SET deleted_at_ms = ? WHERE path = ? AND deleted_at_ms IS NULL",
        );
        for (const id of ids) mark.run(Date.now(), id);
      }),
    restore: ({ id, sizeBytes, mtimeMs, sidecarKey }) =>
      write(() => {
        db.prepare(
          "UPDATE assets SET deleted_at_ms = NULL, size_bytes = ?, mtime_ms = ?, captions_stat = ? WHERE path = ?",
        ).run(sizeBytes, mtimeMs, sidecarKey, id);
      }),
    listArchived: () =>
      guard(
        () =>
          db
            .prepare(
              "SELECT path AS id, fingerprint, archived_at_ms AS archivedAtMs FROM archive ORDER BY id DESC",
            )
            .all() as ArchivedVersion[],
      ),
    async *readArchived() {
      try {
        yield* readArchived(db);
      } catch (error) {
        throw toStoreError(error, path);
      }
    },
    addArchived: (version) => write(() => addArchived(db, version)),
    purge: (beforeMs) =>
      writeVersions(
        () =>
          db.prepare("DELETE FROM archive WHERE archived_at_ms < ?").run(beforeMs).changes +
          db.prepare("DELETE FROM assets WHERE deleted_at_ms < ?").run(beforeMs).changes,
      ),
    removeAsset: (id) =>
      writeVersions(() => {
        db.prepare("DELETE FROM assets WHERE path = ?").run(id);
      }),
    searchText: (query, filter, limit) => search(() => searchText(db, query, filter, limit)),
    spellings: (words) => guard(() => spellings(db, words)),
    termWeights: (terms) => guard(() => termWeights(db, terms)),
    countText: (query, filter) => guard(() => countText(db, query, filter)),
    searchVector: (vector, filter, limit) =>
      search(() => {
        const identity = readIdentity(db);
        if (!identity) return [];
        if (identity.dimensions !== vector.length) throw modelMismatchError(identity);
        return searchVector(db, vector, filter, limit);
      }),
    reembed: (embedder, embed, onProgress) =>
      guard(() => {
        keepPages(db);
        return reembed(db, embedder, embed, onProgress);
      }),
    counts: () =>
      guard(() => {
        const assets: Record<AssetState, number> = {
          registered: 0,
          indexed: 0,
          partial: 0,
          failed: 0,
          deleted: 0,
        };
        for (const { state, n } of db
          .prepare(
            "SELECT iif(deleted_at_ms IS NULL, state, 'deleted') AS state, count(*) AS n FROM assets GROUP BY 1",
          )
          .all() as { state: AssetState; n: number }[])
          assets[state] = n;
        const number = (sql: string): number => db.prepare(sql).pluck().get() as number;
        return {
          assets,
          segments: number(`SELECT coalesce(sum(segment_count), 0) ${LIVE}`),
          vectors: number(
            `SELECT coalesce(sum(p.row_count), 0) FROM vector_parts p JOIN versions v ON v.id = p.version_id JOIN assets a ON a.id = v.asset_id WHERE a.deleted_at_ms IS NULL`,
          ),
          durationMs: number(`SELECT coalesce(sum(duration_ms), 0) ${LIVE}`),
          sizeBytes:
            (db.pragma("page_count", { simple: true }) as number) *
            (db.pragma("page_size", { simple: true }) as number),
        };
      }),
  };
}

function commit(db: Database, version: AssetVersion, embedder: EmbeddingModel | undefined): void {
  const vectors = version.segments.flatMap(({ vector }) => (vector ? [vector] : []));
  if (vectors.length > 0) {
    const stored = readIdentity(db);
    const model = modelAfterCommit(stored, embedder, vectors);
    if (!stored && model) writeIdentity(db, model);
  }
  const { id, sizeBytes, mtimeMs, sidecarKey, segments } = version;
  const state: AssetState = vectors.length === segments.length ? "indexed" : "partial";
  const assetId = db
    .prepare(`INSERT INTO assets (path, size_bytes, mtime_ms, captions_stat, state) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ms = excluded.mtime_ms, captions_stat = excluded.captions_stat,
      state = excluded.state, error = NULL, deleted_at_ms = NULL RETURNING id`)
    .pluck()
    .get(id, sizeBytes, mtimeMs, sidecarKey, state) as number;
  archive(db, assetId, id, version.fingerprint);
  db.prepare("DELETE FROM versions WHERE asset_id = ?").run(assetId);
  insertVersion(db, assetId, version, vectors[0]?.length ?? 0);
}

function insertVersion(
  db: Database,
  assetId: number,
  version: AssetVersion,
  dimensions: number,
): void {
  const {
    fingerprint,
    origin,
    engine,
    language,
    durationMs,
    segments,
    indexedAtMs = Date.now(),
    recordedAtMs = null,
  } = version;
  const speakers = [
    ...new Set(segments.flatMap(({ speaker }) => (speaker === null ? [] : [speaker]))),
  ].toSorted();
  const { lastInsertRowid: versionId } = db
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
      JSON.stringify(speakers),
      indexedAtMs,
      recordedAtMs,
    );
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
      grams(text),
    );
    if (!vector) continue;
    insertVector.run(lastInsertRowid, vectorBlob(vector));
    codes.add(Number(versionId), index, vector);
  }
  codes.end();
}
