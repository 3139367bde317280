import type { Database } from "better-sqlite3";
import type { Finding } from "../backend.ts";

export const REPAIR = "mediasearch doctor --fix";

interface Law {
  readonly check: string;
  /** Counts the rows that break it. */
  readonly sql: string;
  readonly well: string;
  readonly broken: (rows: number) => string;
  /** Makes it true again; null when only a backup can. */
  readonly mend: string | null;
}

/** What must hold between the tables, beside foreign keys; each can be mended out of the rest. */
export const LAWS: readonly Law[] = [
  {
    check: "segment counts",
    sql: "SELECT count(*) FROM versions v WHERE segment_count <> (SELECT count(*) FROM segments s WHERE s.version_id = v.id)",
    well: "as the segments",
    broken: (rows) => `${rows} versions say another number of segments than they have`,
    mend: "UPDATE versions SET segment_count = (SELECT count(*) FROM segments s WHERE s.version_id = versions.id)",
  },
  {
    check: "states",
    sql: `SELECT count(*) FROM assets a JOIN versions v ON v.asset_id = a.id WHERE a.state = 'indexed'
      AND EXISTS (SELECT 1 FROM segments s LEFT JOIN vectors x ON x.segment_id = s.id WHERE s.version_id = v.id AND x.segment_id IS NULL)`,
    well: "as the vectors",
    broken: (rows) => `${rows} files are called indexed and lack vectors`,
    mend: `UPDATE assets SET state = 'partial' WHERE state = 'indexed' AND EXISTS (
      SELECT 1 FROM versions v JOIN segments s ON s.version_id = v.id LEFT JOIN vectors x ON x.segment_id = s.id WHERE v.asset_id = assets.id AND x.segment_id IS NULL)`,
  },
  {
    check: "registered",
    sql: "SELECT count(*) FROM assets a LEFT JOIN versions v ON v.asset_id = a.id WHERE a.state IN ('indexed', 'partial') AND v.id IS NULL",
    well: "none without a transcript",
    broken: (rows) => `${rows} files are called indexed and have no transcript`,
    mend: "UPDATE assets SET state = 'registered' WHERE state IN ('indexed', 'partial') AND id NOT IN (SELECT asset_id FROM versions)",
  },
  {
    check: "orphans",
    sql: `SELECT (SELECT count(*) FROM segments WHERE version_id NOT IN (SELECT id FROM versions)) + (SELECT count(*) FROM vectors WHERE segment_id NOT IN (SELECT id FROM segments))
      + (SELECT count(*) FROM versions WHERE asset_id NOT IN (SELECT id FROM assets))`,
    well: "none",
    broken: (rows) => `${rows} rows belong to nothing`,
    mend: `DELETE FROM versions WHERE asset_id NOT IN (SELECT id FROM assets); DELETE FROM segments WHERE version_id NOT IN (SELECT id FROM versions);
      DELETE FROM vectors WHERE segment_id NOT IN (SELECT id FROM segments)`,
  },
];

export const countBroken = (db: Database, { sql }: Law): number =>
  db.prepare(sql).pluck().get() as number;

export function* checkLinks(db: Database): Iterable<Finding> {
  for (const law of LAWS) {
    const broken = countBroken(db, law);
    yield broken === 0
      ? { check: law.check, status: "ok", found: law.well }
      : { check: law.check, status: "failed", found: law.broken(broken), hint: REPAIR };
  }
}
