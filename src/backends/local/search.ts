import type { Database } from "better-sqlite3";
import type { Origin } from "../../types.ts";
import type { Hit, SearchFilter, TextQuery } from "../backend.ts";
import { conditions, matchAny } from "./filter.ts";
import { type SegmentRow, toSegment, vectorBlob } from "./rows.ts";

type HitRow = SegmentRow & { readonly path: string; readonly origin: Origin; readonly engine: string; readonly score: number };

const COLUMNS = "a.path, v.origin, v.engine, s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence";
const JOINED = "JOIN versions v ON v.id = s.version_id JOIN assets a ON a.id = v.asset_id";

const MATCHED = "FROM segments_fts CROSS JOIN segments s ON s.id = segments_fts.rowid";

/** Any of the terms, best BM25 first; the texts are read of the hits only. */
export function searchText(db: Database, query: TextQuery, filter: SearchFilter, limit: number): Hit[] {
  const match = matchAny(query.terms);
  const { where, values } = conditions(filter);
  const from = passesAll(db, filter) ? "FROM segments_fts WHERE segments_fts MATCH ?" : `${MATCHED} ${JOINED} WHERE segments_fts MATCH ?${where}`;
  const found = match === "" ? [] : hits(db, `SELECT ${COLUMNS}, best.score
    FROM (SELECT segments_fts.rowid AS id, -bm25(segments_fts) AS score ${from} ORDER BY score DESC, segments_fts.rowid LIMIT ?) best CROSS JOIN segments s ON s.id = best.id ${JOINED}
    WHERE true`, [match, ...(from.includes("JOIN") ? values : []), limit], limit);
  if (query.termsOptional !== true || found.length >= limit) return found;
  const others = match === "" ? "" : " AND s.id NOT IN (SELECT rowid FROM segments_fts WHERE segments_fts MATCH ?)";
  return [...found, ...hits(db, `SELECT ${COLUMNS}, 0 AS score FROM segments s ${JOINED} WHERE true${where}${others}`, [...values, ...(match === "" ? [] : [match])], limit - found.length)];
}

export function countText(db: Database, { terms, termsOptional }: TextQuery, filter: SearchFilter): number {
  const match = matchAny(terms);
  const { where, values } = conditions(filter);
  const count = (sql: string, ...given: readonly unknown[]): number => db.prepare(`SELECT count(*) ${sql}`).pluck().get(...given) as number;
  if (termsOptional === true) return count(`FROM segments s ${JOINED} WHERE true${where}`, ...values);
  if (match === "") return 0;
  if (passesAll(db, filter)) return count("FROM segments_fts WHERE segments_fts MATCH ?", match);
  return count(`${MATCHED} ${JOINED} WHERE segments_fts MATCH ?${where}`, match, ...values);
}

/** Without conditions and deleted files the keyword index alone answers: looking at the file of every match would take most of the time. */
const passesAll = (db: Database, { assets, speaker, where }: SearchFilter): boolean =>
  assets === undefined && speaker === undefined && where === undefined && db.prepare("SELECT 1 FROM assets WHERE deleted_at_ms IS NOT NULL LIMIT 1").get() === undefined;

/** Exact: every vector that the filter leaves is compared. */
export async function searchVector(db: Database, vector: Float32Array, filter: SearchFilter, limit: number): Promise<Hit[]> {
  await loadVectorFunctions(db);
  const { where, values } = conditions(filter);
  return hits(db, `SELECT ${COLUMNS}, ifnull(1 - vec_distance_cosine(x.vector, ?), 0) AS score FROM vectors x JOIN segments s ON s.id = x.segment_id ${JOINED}
    WHERE true${where}`, [vectorBlob(vector), ...values], limit);
}

const loaded = new WeakSet<Database>();

/** sqlite-vec is loaded by the first search that needs it: keyword search starts without. */
async function loadVectorFunctions(db: Database): Promise<void> {
  if (loaded.has(db)) return;
  const { load } = await import("sqlite-vec");
  load(db);
  loaded.add(db);
}

function hits(db: Database, sql: string, values: readonly unknown[], limit: number): Hit[] {
  const rows = db.prepare(`${sql} ORDER BY score DESC, a.path, s.position LIMIT ?`).all(...values, limit) as HitRow[];
  return rows.map((row) => ({ asset: row.path, segment: toSegment(row), score: row.score, origin: row.origin, engine: row.engine }));
}
