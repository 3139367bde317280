import type { Database } from "better-sqlite3";
import type { EmbeddingModel } from "../../embedding-model.ts";
import type { Embeddings } from "../embeddings.ts";
import type { Connection } from "./connection.ts";
import { vectorsOf } from "./embeddings.ts";
import { writeEmbeddingModel } from "./embedding-model.ts";
import { type SegmentRow, toSegment, vectorBlob } from "./rows.ts";
import { writeCodes } from "./vector-blocks.ts";

/** How far a renewal has come: every version up to this number is done. Kept in `meta`. */
interface Renewal {
  readonly embedder: string;
  readonly versionId: number;
}

type NumberedRow = SegmentRow & { readonly id: number };

/** As `Embeddings.renew`: one transaction for each version, and a note of how far it came. */
export const renewEmbeddings =
  ({ db, run, writeVersions }: Connection): NonNullable<Embeddings["renew"]> =>
  (model, embed, onProgress) =>
    run(async () => {
      const counts = db.prepare(
        "SELECT ifnull(sum(segment_count), 0) AS total, ifnull(sum(segment_count) FILTER (WHERE id <= ?), 0) AS done FROM versions",
      );
      const begun = readRenewal(db);
      const after = begun?.embedder === model.embedder ? begun.versionId : 0;
      const known = counts.get(after) as { readonly total: number; readonly done: number };
      let { done } = known;
      const versions = versionsAfter(db, after);
      for (const id of versions) {
        const rows = readRows(db, id);
        const vectors = await vectorsOf(rows.map(toSegment), model, embed);
        await writeVersions(() => replaceVectors(db, id, rows, vectors, model));
        onProgress?.((done += rows.length), Math.max(done, known.total));
      }
      await writeVersions(() => {
        writeEmbeddingModel(db, model);
        db.prepare("DELETE FROM meta WHERE key = 'renewal'").run();
      });
    });

/** @yields the numbers of the versions that there are when their turn comes. */
function* versionsAfter(db: Database, after: number): Generator<number> {
  const next = db.prepare("SELECT min(id) FROM versions WHERE id > ?").pluck();
  for (let id = next.get(after); typeof id === "number"; id = next.get(id)) yield id;
}

function readRenewal(db: Database): Renewal | undefined {
  const value = db.prepare("SELECT value FROM meta WHERE key = 'renewal'").pluck().get();
  return typeof value === "string" ? (JSON.parse(value) as Renewal) : undefined;
}

const readRows = (db: Database, versionId: number): NumberedRow[] =>
  db
    .prepare(
      "SELECT id, position, start_ms, end_ms, text, speaker, confidence FROM segments WHERE version_id = ? ORDER BY position",
    )
    .all(versionId) as NumberedRow[];

/**
 * A version that was committed meanwhile may have got the numbers of the one that was read; it has
 * vectors of its own, which stay.
 */
function replaceVectors(
  db: Database,
  versionId: number,
  rows: readonly NumberedRow[],
  vectors: readonly Float32Array[],
  model: EmbeddingModel,
): void {
  const note = JSON.stringify({ embedder: model.embedder, versionId } satisfies Renewal);
  db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('renewal', ?)").run(note);
  if (JSON.stringify(readRows(db, versionId)) !== JSON.stringify(rows)) return;
  const insert = db.prepare("INSERT OR REPLACE INTO vectors (segment_id, vector) VALUES (?, ?)");
  rows.forEach(({ id }, i) => insert.run(id, vectorBlob(vectors[i] as Float32Array)));
  db.prepare("DELETE FROM vector_parts WHERE version_id = ?").run(versionId);
  writeCodes(db, model.dimensions, versionId);
  db.prepare(
    "UPDATE assets SET state = 'indexed' WHERE state = 'partial' AND id = (SELECT asset_id FROM versions WHERE id = ?)",
  ).run(versionId);
}
