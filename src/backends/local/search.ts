import type { Database } from "better-sqlite3";
import type { Origin } from "../../types.ts";
import type { Hit, SearchFilter } from "../backend.ts";
import { type SegmentRow, toSegment, vectorBlob } from "./rows.ts";

type HitRow = SegmentRow & { readonly path: string; readonly origin: Origin; readonly engine: string; readonly score: number };

const COLUMNS = "a.path, v.origin, v.engine, s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence";
const JOINED = "JOIN versions v ON v.id = s.version_id JOIN assets a ON a.id = v.asset_id";

/** Any of the terms, best BM25 first. A term is always a string for FTS5, never syntax (https://www.sqlite.org/fts5.html#fts5_strings). */
export function searchText(db: Database, terms: readonly string[], filter: SearchFilter, limit: number): Hit[] {
  const query = anyOf(terms);
  if (query === "") return [];
  const { where, values } = conditions(filter);
  return hits(db, `SELECT ${COLUMNS}, -bm25(segments_fts) AS score FROM segments_fts JOIN segments s ON s.id = segments_fts.rowid ${JOINED}
    WHERE segments_fts MATCH ?${where}`, [query, ...values], limit);
}

export function countText(db: Database, terms: readonly string[], filter: SearchFilter): number {
  const query = anyOf(terms);
  if (query === "") return 0;
  const { where, values } = conditions(filter);
  return db.prepare(`SELECT count(*) FROM segments_fts JOIN segments s ON s.id = segments_fts.rowid ${JOINED} WHERE segments_fts MATCH ?${where}`).pluck().get(query, ...values) as number;
}

const anyOf = (terms: readonly string[]): string => terms.filter((term) => /[\p{L}\p{N}\p{Co}]/u.test(term)).map(quote).join(" OR ");

/** FTS5 reads a query up to its first NUL. */
const quote = (term: string): string => `"${term.replaceAll("\0", " ").replaceAll('"', '""')}"`;

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

function conditions({ assets, speaker }: SearchFilter): { readonly where: string; readonly values: readonly unknown[] } {
  const parts = ["a.deleted_at_ms IS NULL"];
  const values: unknown[] = [];
  if (assets) {
    parts.push("a.path IN (SELECT value FROM json_each(?))");
    values.push(JSON.stringify([...assets]));
  }
  if (speaker !== undefined) {
    parts.push("speaker_matches(?, s.speaker)");
    values.push(speaker);
  }
  return { where: parts.map((part) => ` AND ${part}`).join(""), values };
}

function hits(db: Database, sql: string, values: readonly unknown[], limit: number): Hit[] {
  const rows = db.prepare(`${sql} ORDER BY score DESC, a.path, s.position LIMIT ?`).all(...values, limit) as HitRow[];
  return rows.map((row) => ({ asset: row.path, segment: toSegment(row), score: row.score, origin: row.origin, engine: row.engine }));
}
