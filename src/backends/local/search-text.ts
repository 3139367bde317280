import type { Database } from "better-sqlite3";
import type { Origin } from "../../types.ts";
import type { Hit, SearchFilter, TextQuery } from "../search-index.ts";
import type { Term } from "../../text/terms.ts";
import { conditions, matchAny } from "./filter.ts";
import { type SegmentRow, toSegment } from "./rows.ts";

export type HitRow = SegmentRow & {
  readonly path: string;
  readonly origin: Origin;
  readonly engine: string;
};

export const COLUMNS =
  "a.path, v.origin, v.engine, s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence";
const JOINED = "JOIN versions v ON v.id = s.version_id JOIN assets a ON a.id = v.asset_id";

const MATCHED = "FROM segments_fts CROSS JOIN segments s ON s.id = segments_fts.rowid";

/** Any of the terms, best BM25 first; the texts are read of the hits only. */
export function searchText(
  db: Database,
  query: TextQuery,
  filter: SearchFilter,
  limit: number,
): Hit[] {
  const match = matchAny(query.terms);
  const { where, values } = conditions(filter);
  const from = passesAll(db, filter)
    ? "FROM segments_fts WHERE segments_fts MATCH ?"
    : `${MATCHED} ${JOINED} WHERE segments_fts MATCH ?${where}`;
  const found =
    match === ""
      ? []
      : hits(
          db,
          `SELECT ${COLUMNS}, best.score
    FROM (SELECT segments_fts.rowid AS id, -bm25(segments_fts) AS score ${from} ORDER BY score DESC, segments_fts.rowid LIMIT ?) best CROSS JOIN segments s ON s.id = best.id ${JOINED}
    WHERE true`,
          [match, ...(from.includes("JOIN") ? values : []), limit],
          limit,
        );
  if (query.termsOptional !== true || found.length >= limit) return found;
  const others =
    match === ""
      ? ""
      : " AND s.id NOT IN (SELECT rowid FROM segments_fts WHERE segments_fts MATCH ?)";
  return [
    ...found,
    ...hits(
      db,
      `SELECT ${COLUMNS}, 0 AS score FROM segments s ${JOINED} WHERE true${where}${others}`,
      [...values, ...(match === "" ? [] : [match])],
      limit - found.length,
    ),
  ];
}

export function countText(
  db: Database,
  { terms, termsOptional }: TextQuery,
  filter: SearchFilter,
): number {
  const match = matchAny(terms);
  const { where, values } = conditions(filter);
  const count = (sql: string, ...given: readonly unknown[]): number =>
    db
      .prepare(`SELECT count(*) ${sql}`)
      .pluck()
      .get(...given) as number;
  if (termsOptional === true)
    return count(`FROM segments s ${JOINED} WHERE true${where}`, ...values);
  if (match === "") return 0;
  if (passesAll(db, filter)) return count("FROM segments_fts WHERE segments_fts MATCH ?", match);
  return count(`${MATCHED} ${JOINED} WHERE segments_fts MATCH ?${where}`, match, ...values);
}

/** Of FTS5's bm25(): terms in more than half of all segments still count something. */
const MIN_IDF = 1e-6;

export function termWeights(db: Database, terms: readonly Term[]): number[] {
  const all = db
    .prepare("SELECT ifnull(sum(segment_count), 0) FROM versions")
    .pluck()
    .get() as number;
  const having = db.prepare("SELECT count(*) FROM segments_fts WHERE segments_fts MATCH ?").pluck();
  return terms.map((term) => {
    const match = matchAny([term]);
    if (match === "") return 0;
    const count = having.get(match) as number;
    return Math.max(MIN_IDF, Math.log((all - count + 0.5) / (count + 0.5)));
  });
}

/** Without conditions and deleted files the keyword index alone answers: looking at the file of every match would take most of the time. */
const passesAll = (db: Database, { assets, speaker, where }: SearchFilter): boolean =>
  assets === undefined &&
  speaker === undefined &&
  where === undefined &&
  db.prepare("SELECT 1 FROM assets WHERE deleted_at_ms IS NOT NULL LIMIT 1").get() === undefined;

function hits(db: Database, sql: string, values: readonly unknown[], limit: number): Hit[] {
  const rows = db
    .prepare(`${sql} ORDER BY score DESC, a.path, s.position LIMIT ?`)
    .all(...values, limit) as (HitRow & { readonly score: number })[];
  return rows.map((row) => toHit(row, row.score));
}

export const toHit = (row: HitRow, score: number): Hit => ({
  asset: row.path,
  segment: toSegment(row),
  score,
  origin: row.origin,
  engine: row.engine,
});
