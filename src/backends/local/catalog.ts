import type { Database } from "better-sqlite3";
import type { AssetState, Catalog, FileLocation, LibraryCounts } from "../catalog.ts";
import type { Connection } from "./connection.ts";
import { type AssetRow, toStatus } from "./rows.ts";
import { rowsOf } from "./statements.ts";

const CATALOG_PAGE_ROWS = 500;
const LIVE = "FROM versions v JOIN assets a ON a.id = v.asset_id WHERE a.deleted_at_ms IS NULL";

/** One row for each asset, with its version where it has one. */
export const SELECT_STATUS = `
  SELECT a.path, a.size_bytes, a.mtime_ms, a.captions_stat, iif(a.deleted_at_ms IS NULL, a.state, 'deleted') AS state, a.error, v.fingerprint, v.origin, v.engine, v.language, v.duration_ms,
    v.segment_count, v.speakers, v.indexed_at_ms, v.recorded_at_ms
  FROM assets a LEFT JOIN versions v ON v.asset_id = a.id`;

export function localCatalog({ db, run, write, writeVersions }: Connection): Catalog {
  return {
    get: (id) =>
      run(() => {
        const row = rowsOf(db, `${SELECT_STATUS} WHERE a.path = ?`).get(id) as AssetRow | undefined;
        return row && toStatus(row);
      }),
    async *list() {
      // Page by page: an open cursor would block every other statement of this connection.
      for (let after: string | undefined = ""; after !== undefined;) {
        const rows: AssetRow[] = await run(() => readAssetPage(db, after ?? ""));
        for (const row of rows) yield toStatus(row);
        after = rows.at(-1)?.path;
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
    touch: (file) => write(() => touch(db, file)),
    recordFailure: (file, reason) => write(() => recordFailure(db, file, reason)),
    markDeleted: (ids) =>
      write(() => {
        const mark = db.prepare(
          "UPDATE assets SET deleted_at_ms = ? WHERE path = ? AND deleted_at_ms IS NULL",
        );
        for (const id of ids) mark.run(Date.now(), id);
      }),
    restore: (file) =>
      write(() => {
        touch(db, file);
        db.prepare("UPDATE assets SET deleted_at_ms = NULL WHERE path = ?").run(file.id);
      }),
    remove: (id) =>
      writeVersions(() => {
        db.prepare("DELETE FROM assets WHERE path = ?").run(id);
      }),
    countRegistered: () =>
      run(
        () =>
          db
            .prepare(
              "SELECT count(*) FROM assets WHERE state = 'registered' AND deleted_at_ms IS NULL",
            )
            .pluck()
            .get() as number,
      ),
    counts: () => run(() => countAssets(db)),
  };
}

const readAssetPage = (db: Database, after: string): AssetRow[] =>
  rowsOf(db, `${SELECT_STATUS} WHERE a.path > ? ORDER BY a.path LIMIT ${CATALOG_PAGE_ROWS}`).all(
    after,
  ) as AssetRow[];

function touch(db: Database, { id, sizeBytes, mtimeMs, sidecarKey }: FileLocation): void {
  db.prepare(
    "UPDATE assets SET size_bytes = ?, mtime_ms = ?, captions_stat = ? WHERE path = ?",
  ).run(sizeBytes, mtimeMs, sidecarKey, id);
}

function recordFailure(
  db: Database,
  { id, sizeBytes, mtimeMs, sidecarKey }: FileLocation,
  reason: string,
): void {
  db.prepare(`INSERT INTO assets (path, size_bytes, mtime_ms, captions_stat, state, error) VALUES (?, ?, ?, ?, 'failed', ?)
    ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ms = excluded.mtime_ms, captions_stat = excluded.captions_stat,
      state = 'failed', error = excluded.error, deleted_at_ms = NULL`).run(
    id,
    sizeBytes,
    mtimeMs,
    sidecarKey,
    reason,
  );
}

function countAssets(db: Database): LibraryCounts {
  const assets: Record<AssetState, number> = {
    registered: 0,
    indexed: 0,
    partial: 0,
    failed: 0,
    deleted: 0,
  };
  const states = db
    .prepare(
      "SELECT iif(deleted_at_ms IS NULL, state, 'deleted') AS state, count(*) AS n FROM assets GROUP BY 1",
    )
    .all() as { state: AssetState; n: number }[];
  for (const { state, n } of states) assets[state] = n;
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
}
