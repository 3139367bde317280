import type { Database } from "better-sqlite3";
import { loadInflectors } from "../../text/inflections.ts";
import type { AssetId } from "../catalog.ts";
import type { Versions } from "../versions.ts";
import { SELECT_STATUS } from "./catalog.ts";
import { writeVersion } from "./commit-version.ts";
import type { Connection } from "./connection.ts";
import { copyVersionRow, moveVersion } from "./move-version.ts";
import {
  type AssetRow,
  LAST_CHARACTER,
  type SegmentRow,
  toSegment,
  toStatus,
  toVector,
} from "./rows.ts";
import { rowsOf } from "./statements.ts";

const VERSIONS_PAGE_ROWS = 500;
const SEGMENT = "s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence";
const OF_ASSET =
  "FROM assets a JOIN versions v ON v.asset_id = a.id JOIN segments s ON s.version_id = v.id";

export function localVersions({ db, run, write, writeVersions }: Connection): Versions {
  return {
    concurrentCommits: 1,
    async commit(version, model) {
      await loadInflectors([version.language]);
      await writeVersions(() => writeVersion(db, version, model));
    },
    async *read(id) {
      for (let after: number | undefined = -1; after !== undefined;) {
        const rows: EmbeddedRow[] = await run(() => readSegmentPage(db, id, after ?? -1));
        for (const row of rows)
          yield { ...toSegment(row), vector: row.vector && toVector(row.vector) };
        after = rows.at(-1)?.position;
      }
    },
    readSegments: (id, from, to) =>
      run(() =>
        (
          rowsOf(
            db,
            `SELECT ${SEGMENT} ${OF_ASSET} WHERE a.path = ? AND s.position BETWEEN ? AND ? ORDER BY s.position`,
          ).all(id, from, to) as SegmentRow[]
        ).map(toSegment),
      ),
    findByFingerprint: (fingerprint) =>
      run(() =>
        (
          db
            .prepare(`${SELECT_STATUS} WHERE v.fingerprint = ? ORDER BY a.path`)
            .all(fingerprint) as AssetRow[]
        ).map(toStatus),
      ),
    findByPrefix: (prefix) =>
      run(() =>
        (
          db
            .prepare(
              `${SELECT_STATUS} WHERE v.fingerprint >= ? AND v.fingerprint < ? ORDER BY a.path`,
            )
            .all(prefix, prefix + LAST_CHARACTER) as AssetRow[]
        ).map(toStatus),
      ),
    move: (from, to) => writeVersions(() => moveVersion(db, from, to)),
    restamp: (id, fingerprint) =>
      write(
        () =>
          void db
            .prepare(
              "UPDATE versions SET fingerprint = ? WHERE asset_id = (SELECT id FROM assets WHERE path = ?)",
            )
            .run(fingerprint, id),
      ),
    copy: (from, to) => writeVersions(() => copyVersionRow(db, from, to)),
  };
}

type EmbeddedRow = SegmentRow & { readonly vector: Buffer | null };

const readSegmentPage = (db: Database, id: AssetId, after: number): EmbeddedRow[] =>
  db
    .prepare(
      `SELECT ${SEGMENT}, x.vector ${OF_ASSET} LEFT JOIN vectors x ON x.segment_id = s.id
      WHERE a.path = ? AND s.position > ? ORDER BY s.position LIMIT ${VERSIONS_PAGE_ROWS}`,
    )
    .all(id, after) as EmbeddedRow[];
