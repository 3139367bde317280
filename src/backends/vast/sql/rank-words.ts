import { B, K1, MIN_IDF } from "../../../text/bm25.ts";
import type { SearchTerm } from "../../../text/terms.ts";
import type { TextQuery } from "../../search-index.ts";
import { TABLES, WORDS } from "../tables.ts";
import { isAmong, type SqlCondition, withLive } from "./condition.ts";
import { compareFound, FOUND_COLUMNS, type FoundSegment, joinSegment, toFound } from "./found.ts";
import { type Wanted, wantedOccurrences, wantedRows } from "./occurrences.ts";
import type { SqlReader } from "./run.ts";

/** Each row of stems counts for itself, as each phrase of a query of FTS5 does. */
const rankedRows = (terms: readonly SearchTerm[]): Wanted[] =>
  wantedRows(terms).map(({ row }, key) => ({ key, row }));

/**
 * Sums that are added in another order differ in their last digits; equals must stay equals, so
 * that files and times decide between them.
 */
const COMPARED_DIGITS = 9;

/**
 * The best by BM25, over the statistics of all files that answer searches. The cluster adds up and
 * orders; what comes back is the hits alone.
 */
export async function bestByWords(
  reader: SqlReader,
  terms: readonly SearchTerm[],
  condition: SqlCondition,
  limit: number,
): Promise<FoundSegment[]> {
  const wanted = rankedRows(terms);
  if (wanted.length === 0 || limit < 1) return [];
  const score = `round(r.score, ${COMPARED_DIGITS})`;
  const rows = await reader.rows(
    `${withLive(reader)},
    matches AS (SELECT key, version_id, position, COUNT(*) AS count, MAX(length) AS length FROM (${wantedOccurrences(reader, wanted)}) o GROUP BY key, version_id, position),
    whole AS (SELECT CAST(SUM(w.segments) AS DOUBLE) AS segments, CAST(SUM(w.tokens) AS DOUBLE) AS tokens FROM ${reader.name(WORDS)} w JOIN live v ON v.version_id = w.version_id WHERE w.stem = ''),
    rarities AS (SELECT m.key, MAX(whole.tokens / whole.segments) AS mean, greatest(${MIN_IDF}, ln((MAX(whole.segments) - COUNT(*) + 0.5) / (COUNT(*) + 0.5))) AS idf FROM matches m CROSS JOIN whole GROUP BY m.key),
    scored AS (SELECT m.version_id, m.position, SUM(i.idf * m.count * ${K1 + 1} / (m.count + ${K1} * (${1 - B} + ${B} * m.length / i.mean))) AS score FROM matches m JOIN rarities i ON i.key = m.key GROUP BY m.version_id, m.position)
    SELECT ${FOUND_COLUMNS}, r.score, ${score} AS ranked FROM scored r JOIN live v ON v.version_id = r.version_id ${joinSegment(reader, condition)}
    WHERE ${condition.sql} ORDER BY ${score} DESC, v.asset_id, r.position LIMIT ${Math.trunc(limit)}`,
  );
  return rows
    .map((row) => ({ ranked: Number(row["ranked"]), found: toFound(row, Number(row["score"])) }))
    .sort((a, b) => b.ranked - a.ranked || compareFound(a.found, b.found))
    .map(({ found }) => found);
}

/** Every segment that meets the condition and has none of the terms, by file and time. */
export async function othersByTime(
  reader: SqlReader,
  terms: readonly SearchTerm[],
  condition: SqlCondition,
  limit: number,
): Promise<FoundSegment[]> {
  if (limit < 1) return [];
  const rows = await reader.rows(
    `${withLive(reader)} SELECT ${FOUND_COLUMNS} FROM ${reader.name(TABLES.segments)} r JOIN live v ON v.version_id = r.version_id ${joinSegment(reader, condition)}
    WHERE ${condition.sql} AND NOT ${havingAny(reader, terms)} ORDER BY v.asset_id, r.position LIMIT ${Math.trunc(limit)}`,
  );
  return rows.map((row) => toFound(row, 0)).toSorted(compareFound);
}

function havingAny(reader: SqlReader, terms: readonly SearchTerm[]): string {
  const wanted = rankedRows(terms);
  return wanted.length === 0 ? "FALSE" : isAmong(wantedOccurrences(reader, wanted)).sql;
}

/** How many segments meet the condition and have any of the terms, or need none. */
export async function countSegments(
  reader: SqlReader,
  { terms, termsOptional }: TextQuery,
  condition: SqlCondition,
): Promise<number> {
  const wanted = rankedRows(terms);
  if (termsOptional !== true && wanted.length === 0) return 0;
  const from =
    termsOptional === true
      ? reader.name(TABLES.segments)
      : `(SELECT DISTINCT version_id, position FROM (${wantedOccurrences(reader, wanted)}) o)`;
  const [row] = await reader.rows(
    `${withLive(reader)} SELECT COUNT(*) AS count FROM ${from} r JOIN live v ON v.version_id = r.version_id ${joinSegment(reader, condition)} WHERE ${condition.sql}`,
  );
  return Number(row?.["count"] ?? 0);
}

/** How many segments there are, and how many have each of the terms. */
export async function countHaving(
  reader: SqlReader,
  terms: readonly SearchTerm[],
): Promise<{ readonly all: number; readonly having: readonly number[] }> {
  const wanted = wantedRows(terms);
  const counts =
    wanted.length === 0
      ? ""
      : ` UNION ALL SELECT key, COUNT(*) AS count FROM (SELECT DISTINCT key, version_id, position FROM (${wantedOccurrences(reader, wanted)}) o) d GROUP BY key`;
  const rows = await reader.rows(
    `${withLive(reader)} SELECT -1 AS key, CAST(COALESCE(SUM(w.segments), 0) AS BIGINT) AS count FROM ${reader.name(WORDS)} w JOIN live v ON v.version_id = w.version_id WHERE w.stem = ''${counts}`,
  );
  const byKey = new Map(rows.map((row) => [Number(row["key"]), Number(row["count"])]));
  return { all: byKey.get(-1) ?? 0, having: terms.map((_, key) => byKey.get(key) ?? 0) };
}
