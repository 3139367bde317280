import type { Database } from "better-sqlite3";
import type { Language, Origin } from "../../types.ts";
import type { Hit, SearchFilter, TextQuery } from "../search-index.ts";
import type { SearchTerm } from "../../text/terms.ts";
import { conditions, matchAny } from "./filter.ts";
import { type SegmentRow, toSegment } from "./rows.ts";
import { rowsOf, valuesOf } from "./statements.ts";

export type HitRow = SegmentRow & {
  readonly path: string;
  readonly origin: Origin;
  readonly engine: string;
  readonly language: Language;
};

export const HIT_COLUMNS =
  "a.path, v.origin, v.engine, v.language, s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence";
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
  const hitRows = match === "" || limit < 1 ? [] : ranked(db, match, filter, limit);
  if (query.termsOptional !== true || hitRows.length >= limit) return hitRows;
  const { where, values } = conditions(db, filter);
  const others =
    match === ""
      ? ""
      : " AND s.id NOT IN (SELECT rowid FROM segments_fts WHERE segments_fts MATCH ?)";
  const rows = rowsOf(
    db,
    `SELECT ${HIT_COLUMNS} FROM segments s ${JOINED} WHERE true${where}${others} ORDER BY a.path, s.position LIMIT ?`,
  ).all(...values, ...(match === "" ? [] : [match]), limit - hitRows.length) as HitRow[];
  return [...hitRows, ...rows.map((row) => toHit(row, 0))];
}

/** A segment and its score. */
interface Scored {
  readonly id: number;
  readonly score: number;
}

function ranked(db: Database, match: string, filter: SearchFilter, limit: number): Hit[] {
  if (passesAll(filter)) return readHits(db, bestOfAll(db, match, limit), limit);
  const { where, values } = conditions(db, filter);
  const best = rowsOf(
    db,
    `SELECT s.id, -bm25(segments_fts) AS score ${MATCHED} ${JOINED} WHERE segments_fts MATCH ?${where} ORDER BY score DESC, a.path, s.position LIMIT ?`,
  ).all(match, ...values, limit) as Scored[];
  return readHits(db, best, limit);
}

/** Equal scores beyond the limit that are looked at without a second pass over all matches. */
const TIED = 200;

/**
 * The best of all matches by the keyword index alone, which knows no files. It may return more than
 * the limit: every segment whose score is that of the last one, so that files and times decide
 * among them, and pages of any size fit together.
 */
function bestOfAll(db: Database, match: string, limit: number): readonly Scored[] {
  const best = rowsOf(
    db,
    "SELECT rowid AS id, -bm25(segments_fts) AS score FROM segments_fts WHERE segments_fts MATCH ? ORDER BY score DESC, rowid LIMIT ?",
  ).all(match, limit + TIED) as Scored[];
  const least = best[limit - 1]?.score;
  if (least === undefined) return best;
  if (best.length < limit + TIED || best.at(-1)?.score !== least)
    return best.filter(({ score }) => score >= least);
  const better = best.filter(({ score }) => score > least);
  const tied = rowsOf(
    db,
    `SELECT s.id, ? AS score ${MATCHED} ${JOINED} WHERE segments_fts MATCH ? AND -bm25(segments_fts) = ? ORDER BY a.path, s.position LIMIT ?`,
  ).all(least, match, least, limit - better.length) as Scored[];
  return [...better, ...tied];
}

/** Texts of the best, in order: equal scores by file and time. */
function readHits(db: Database, best: readonly Scored[], limit: number): Hit[] {
  let rank = 0;
  const ranks = best.map(({ id, score }, i) => {
    if (i > 0 && score !== best[i - 1]?.score) rank++;
    return [id, rank, i];
  });
  const rows = rowsOf(
    db,
    `SELECT ${HIT_COLUMNS}, b.value ->> 2 AS nth FROM json_each(?) b CROSS JOIN segments s ON s.id = b.value ->> 0 ${JOINED}
    ORDER BY b.value ->> 1, a.path, s.position LIMIT ?`,
  ).all(JSON.stringify(ranks), limit) as (HitRow & { readonly nth: number })[];
  return rows.map((row) => toHit(row, best[row.nth]?.score ?? 0));
}

export function countText(
  db: Database,
  { terms, termsOptional }: TextQuery,
  filter: SearchFilter,
): number {
  const match = matchAny(terms);
  const { where, values } = conditions(db, filter);
  if (termsOptional === true && filter.speaker === undefined && filter.where === undefined)
    return valuesOf(
      db,
      `SELECT ifnull(sum(v.segment_count), 0) FROM versions v JOIN assets a ON a.id = v.asset_id WHERE true${where}`,
    ).get(...values) as number;
  const count = (sql: string, ...given: readonly unknown[]): number =>
    valuesOf(db, `SELECT count(*) ${sql}`).get(...given) as number;
  if (termsOptional === true)
    return count(`FROM segments s ${JOINED} WHERE true${where}`, ...values);
  if (match === "") return 0;
  if (passesAll(filter)) return count("FROM segments_fts WHERE segments_fts MATCH ?", match);
  return count(`${MATCHED} ${JOINED} WHERE segments_fts MATCH ?${where}`, match, ...values);
}

/** Of FTS5's bm25(): terms in more than half of all segments still count something. */
const MIN_IDF = 1e-6;

export function queryTermWeights(db: Database, terms: readonly SearchTerm[]): number[] {
  const all = valuesOf(
    db,
    "SELECT ifnull(sum(v.segment_count), 0) FROM versions v JOIN assets a ON a.id = v.asset_id WHERE a.deleted_at_ms IS NULL",
  ).get() as number;
  const having = valuesOf(db, "SELECT count(*) FROM segments_fts WHERE segments_fts MATCH ?");
  return terms.map((term) => {
    const match = matchAny([term]);
    if (match === "") return 0;
    const count = having.get(match) as number;
    return Math.max(MIN_IDF, Math.log((all - count + 0.5) / (count + 0.5)));
  });
}

/**
 * Without conditions the keyword index alone answers, which holds no deleted files: looking at the
 * file of every match would take most of the time.
 */
const passesAll = ({ assets, speaker, where }: SearchFilter): boolean =>
  assets === undefined && speaker === undefined && where === undefined;

export const toHit = (row: HitRow, score: number): Hit => ({
  asset: row.path,
  segment: toSegment(row),
  score,
  origin: row.origin,
  engine: row.engine,
  language: row.language,
});
