import type { Database } from "better-sqlite3";
import { type EmbeddingModel, refuseIncompleteVectors } from "../../embedding-model.ts";
import { toMediasearchError } from "../../errors.ts";
import type { Segment } from "../../types.ts";
import type { Embeddings, EmbedSegments } from "../embeddings.ts";
import type { Connection } from "./connection.ts";
import { readEmbeddingModel, writeEmbeddingModel } from "./embedding-model.ts";
import { keepPages } from "./page-cache.ts";
import { type SegmentRow, toSegment, vectorBlob } from "./rows.ts";
import { writeCodes } from "./vector-blocks.ts";

/** `renew` is in `renew-vectors.ts`. */
export const localEmbeddings = (connection: Connection): Omit<Embeddings, "renew"> => ({
  model: () => connection.run(() => readEmbeddingModel(connection.db)),
  rebuild: (model, embed, onProgress) =>
    connection.run(() => {
      keepPages(connection.db);
      return rebuildEmbeddings(connection, model, embed, onProgress);
    }),
});

/**
 * New vectors gather in a temporary table while the old ones answer; one transaction swaps them. A
 * rebuild that is interrupted changes nothing.
 */
async function rebuildEmbeddings(
  { db, write }: Connection,
  model: EmbeddingModel,
  embed: EmbedSegments,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  db.exec(
    "DROP TABLE IF EXISTS temp.staged; CREATE TEMP TABLE staged (segment_id INTEGER PRIMARY KEY, text TEXT, speaker TEXT, vector BLOB NOT NULL)",
  );
  try {
    await stage(db, model, embed, onProgress);
    await write(() => swap(db, model));
  } finally {
    db.exec("DROP TABLE temp.staged");
  }
}

async function stage(
  db: Database,
  model: EmbeddingModel,
  embed: EmbedSegments,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const total = db.prepare("SELECT count(*) FROM segments").pluck().get() as number;
  const next = db.prepare("SELECT min(id) FROM versions WHERE id > ?").pluck();
  const read = db.prepare(
    "SELECT id, position, start_ms, end_ms, text, speaker, confidence FROM segments WHERE version_id = ? ORDER BY position",
  );
  const insert = db.prepare("INSERT INTO staged VALUES (?, ?, ?, ?)");
  let done = 0;
  for (
    let version = next.get(0) as number | null;
    version !== null;
    version = next.get(version) as number | null
  ) {
    const rows = read.all(version) as (SegmentRow & { readonly id: number })[];
    const vectors = await vectorsOf(rows.map(toSegment), model, embed);
    rows.forEach(({ id, text, speaker }, i) =>
      insert.run(id, text, speaker, vectorBlob(vectors[i] as Float32Array)),
    );
    onProgress?.((done += rows.length), total);
  }
}

/** @throws BUG when they are not one usable vector of each segment. */
export async function vectorsOf(
  segments: readonly Segment[],
  model: EmbeddingModel,
  embed: EmbedSegments,
): Promise<readonly Float32Array[]> {
  // A failure of the model must not be reported as one of the library file.
  const vectors = await embed(segments).catch((error: unknown) => {
    throw toMediasearchError(error);
  });
  refuseIncompleteVectors(vectors, segments.length, model);
  return vectors;
}

/**
 * A version that was committed meanwhile has vectors of the old model, which are deleted. It may
 * have got the row numbers of the version that it replaced, so a new vector goes only to the words
 * that it was made of. A version that is left without a vector is "partial".
 */
function swap(db: Database, model: EmbeddingModel): void {
  db.exec(`
    DELETE FROM vectors;
    INSERT INTO vectors SELECT s.id, n.vector FROM staged n JOIN segments s ON s.id = n.segment_id AND s.text = n.text AND s.speaker IS n.speaker;
    UPDATE assets SET state = CASE WHEN EXISTS (
      SELECT 1 FROM versions v JOIN segments s ON s.version_id = v.id LEFT JOIN vectors x ON x.segment_id = s.id
      WHERE v.asset_id = assets.id AND x.segment_id IS NULL) THEN 'partial' ELSE 'indexed' END
    WHERE state IN ('indexed', 'partial')`);
  writeEmbeddingModel(db, model);
  writeCodes(db, model.dimensions);
}
