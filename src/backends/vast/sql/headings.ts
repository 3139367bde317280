import { inverseFrequency, saturated } from "../../../text/bm25.ts";
import { occurrences, type SearchTerm, stemColumns } from "../../../text/terms.ts";
import { FACTS_KIND, headingsOf } from "../../headings.ts";
import { readRecord } from "../../records.ts";
import type { HeadingHit } from "../../search-index.ts";
import type { Database } from "../database.ts";
import { isTableThere } from "../optional-tables.ts";
import { toText } from "../rows.ts";
import { RECORDS, TABLES } from "../tables.ts";
import { tableStats } from "../wire/catalog.ts";
import { type ContentHeading, type SqlCondition, withLive } from "./condition.ts";
import { numberLiteral, textLiteral } from "./literals.ts";
import { wantedRows } from "./occurrences.ts";
import {
  compareFound,
  FOUND_COLUMNS,
  type FoundSegment,
  joinSegment,
  toFound,
  toHit,
} from "./found.ts";
import { CONTENT } from "./resolve-heading.ts";
import { type SqlReader, withReader } from "./run.ts";
import { readSegmentsAt } from "./texts.ts";

/** What is read of titles and chapters for a search; of a library with more, nothing is. */
export interface TitleBounds {
  readonly recordings: number;
  /** With the descriptions that are kept beside them. A letter takes up to three bytes. */
  readonly letters: number;
}

export const TITLE_BOUNDS: TitleBounds = { recordings: 50_000, letters: 40_000_000 };

/** Whether titles and chapters are too many for searches, which leave them out then. */
export async function areTitlesLeftOut(
  database: Database,
  { recordings, letters }: TitleBounds = TITLE_BOUNDS,
): Promise<boolean> {
  const { session } = database.client;
  if (!(await isTableThere(database, session, RECORDS))) return false;
  const { rows, sizeBytes } = await tableStats(session, database.at(RECORDS));
  if (rows <= recordings && sizeBytes <= letters) return false;
  const [sum] = await withReader(database, (reader) =>
    reader.rows(
      `SELECT COUNT(*) AS count, CAST(SUM(length(value)) AS BIGINT) AS letters FROM ${reader.name(RECORDS)} WHERE kind = ${textLiteral(FACTS_KIND)}`,
    ),
  );
  return Number(sum?.["count"] ?? 0) > recordings || Number(sum?.["letters"] ?? 0) > letters;
}

/** Reads all titles, shows and chapters of the library, which are not too many. */
export async function readHeadings(reader: SqlReader): Promise<ContentHeading[]> {
  const rows = await reader.rows(
    `SELECT record_id, part, value FROM ${reader.name(RECORDS)} WHERE kind = ${textLiteral(FACTS_KIND)}`,
  );
  const joined = new Map<string, string>();
  for (const row of rows.toSorted((a, b) => Number(a["part"]) - Number(b["part"]))) {
    const id = toText(row["record_id"]);
    joined.set(id, (joined.get(id) ?? "") + toText(row["value"]));
  }
  return [...joined].flatMap(([content, json]) =>
    headingsOf(readRecord(json)).map((heading) => ({ ...heading, content })),
  );
}

/** A heading with what its words count for. */
interface RankedHeading {
  readonly heading: ContentHeading;
  readonly score: number;
}

function rankHeadings(
  headings: readonly ContentHeading[],
  terms: readonly SearchTerm[],
): RankedHeading[] {
  const wanted = wantedRows(terms).map(({ row }) => row);
  const documents = headings.map((heading) => {
    const columns = stemColumns({ text: heading.text, speaker: null });
    return {
      heading,
      length: columns.reduce((sum, column) => sum + column.length, 0),
      counts: wanted.map((row) =>
        columns.reduce((sum, column) => sum + occurrences(column, row), 0),
      ),
    };
  });
  const mean =
    documents.reduce((sum, { length }) => sum + length, 0) / Math.max(1, documents.length);
  const idf = wanted.map((_, i) =>
    inverseFrequency(
      documents.length,
      documents.filter(({ counts }) => (counts[i] ?? 0) > 0).length,
    ),
  );
  return documents
    .filter(({ heading, counts }) => heading.kind !== "show" && counts.some((count) => count > 0))
    .map(({ heading, length, counts }) => ({
      heading,
      score: counts.reduce(
        (sum, count, i) => sum + (idf[i] ?? 0) * saturated(count, length, mean),
        0,
      ),
    }))
    .toSorted((a, b) => b.score - a.score);
}

/** So many of the best headings are looked up at once; titles that match are far fewer. */
const MAX_RANKED = 5000;

/** Titles and chapters that have any of the terms, each with the segment that it begins over. */
export async function bestHeadings(
  reader: SqlReader,
  headings: readonly ContentHeading[],
  terms: readonly SearchTerm[],
  condition: SqlCondition,
  limit: number,
): Promise<HeadingHit[]> {
  const ranked = rankHeadings(headings, terms).slice(0, MAX_RANKED);
  if (ranked.length === 0 || limit < 1) return [];
  const openings = (await readOpenings(reader, ranked, condition))
    .toSorted(compareOpenings)
    .slice(0, limit);
  const segments = await readSegmentsAt(reader, openings);
  return openings.flatMap((opening): HeadingHit[] => {
    const hit = toHit(opening, segments);
    if (!hit) return [];
    const { text, endMs } = opening.heading;
    return [{ ...hit, heading: text, headingEndMs: endMs }];
  });
}

/** The first segment whose middle is under a heading. */
interface Opening extends FoundSegment {
  readonly heading: ContentHeading;
}

async function readOpenings(
  reader: SqlReader,
  ranked: readonly RankedHeading[],
  condition: SqlCondition,
): Promise<Opening[]> {
  const wanted = ranked.map(
    ({ heading: { content, startMs } }, nth) =>
      `(${nth}, ${textLiteral(content)}, ${numberLiteral(2 * startMs)})`,
  );
  const rows = await reader.rows(
    `${withLive(reader)} SELECT r.nth, ${FOUND_COLUMNS} FROM
      (SELECT h.nth, o.version_id, MIN(o.position) AS position FROM (VALUES ${wanted.join(", ")}) AS h(nth, content, twice_ms)
        JOIN live v ON ${CONTENT} = h.content JOIN ${reader.name(TABLES.segments)} o ON o.version_id = v.version_id AND o.start_ms + o.end_ms >= h.twice_ms
        GROUP BY h.nth, o.version_id) r
      JOIN live v ON v.version_id = r.version_id ${joinSegment(reader, condition)} WHERE ${condition.sql}`,
  );
  return rows.flatMap((row) => {
    const one = ranked[Number(row["nth"])];
    return one ? [{ ...toFound(row, one.score), heading: one.heading }] : [];
  });
}

function compareOpenings(a: Opening, b: Opening): number {
  if (a.score !== b.score) return b.score - a.score;
  return compareFound(a, b);
}
