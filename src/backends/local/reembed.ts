import type { Database } from "better-sqlite3";
import type { Segment } from "../../types.ts";
import type { StoreIdentity } from "../backend.ts";
import { writeIdentity } from "./identity.ts";
import { type SegmentRow, toSegment, vectorBlob } from "./rows.ts";

const BATCH = 128;

/** New vectors gather in a temporary table while the old ones answer; one transaction swaps them. Interrupted: nothing changed. */
export async function reembed(
  db: Database, embedder: StoreIdentity, embed: (segments: readonly Segment[]) => Promise<readonly Float32Array[]>,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  db.exec("DROP TABLE IF EXISTS temp.staged; CREATE TEMP TABLE staged (segment_id INTEGER PRIMARY KEY, vector BLOB NOT NULL)");
  const total = db.prepare("SELECT count(*) FROM segments").pluck().get() as number;
  const insert = db.prepare("INSERT INTO staged VALUES (?, ?)");
  let after = 0;
  for (let done = 0; ; ) {
    const rows = db.prepare(`SELECT id, position, start_ms, end_ms, text, speaker, confidence FROM segments WHERE id > ? ORDER BY id LIMIT ${BATCH}`)
      .all(after) as (SegmentRow & { readonly id: number })[];
    const last = rows.at(-1);
    if (!last) break;
    const vectors = await embed(rows.map(toSegment));
    rows.forEach(({ id }, i) => insert.run(id, vectorBlob(vectors[i] as Float32Array)));
    after = last.id;
    onProgress?.((done += rows.length), total);
  }
  db.transaction(() => {
    db.exec(`
      DELETE FROM vectors;
      INSERT INTO vectors SELECT segment_id, vector FROM staged WHERE segment_id IN (SELECT id FROM segments);
      -- What another process committed meanwhile still has the old model's vectors, which are gone now.
      UPDATE assets SET state = CASE WHEN EXISTS (
        SELECT 1 FROM versions v JOIN segments s ON s.version_id = v.id LEFT JOIN vectors x ON x.segment_id = s.id
        WHERE v.asset_id = assets.id AND x.segment_id IS NULL) THEN 'partial' ELSE 'indexed' END
      WHERE state IN ('indexed', 'partial')`);
    writeIdentity(db, embedder);
  }).immediate();
  db.exec("DROP TABLE temp.staged");
}
