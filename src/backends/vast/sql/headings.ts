import { inverseFrequency, saturated } from "../../../text/bm25.ts";
import { occurrences, type SearchTerm, stemColumns } from "../../../text/terms.ts";
import { FACTS_KIND, headingsOf } from "../../headings.ts";
import { readRecord } from "../../records.ts";
import type { HeadingHit } from "../../search-index.ts";
import { toText } from "../rows.ts";
import { RECORDS, TABLES } from "../tables.ts";
import { type ContentHeading, type SqlCondition, withLive } from "./condition.ts";
import { numberLiteral, textLiteral } from "./literals.ts";
import { wantedRows } from "./occurrences.ts";
import { FOUND_COLUMNS, type FoundSegment, joinSegment, toFound, toHit } from "./found.ts";
import { CONTENT } from "./resolve-heading.ts";
import type { SqlReader } from "./run.ts";
import { readSegmentsAt } from "./texts.ts";

/** Titles and chapters of so many recordings are read for a search; of more none are. */
export const MAX_TITLED = 50_000;

/** Reads all titles, shows and chapters of the library. */
export async function readHeadings(reader: SqlReader): Promise<ContentHeading[]> {
  const rows = await reader.rows(
    `SELECT record_id, part, value FROM ${reader.name(RECORDS)} WHERE kind = ${textLiteral(FACTS_KIND)} ORDER BY record_id, part LIMIT ${MAX_TITLED + 1}`,
  );
  if (rows.length > MAX_TITLED) return [];
  const joined = new Map<string, string>();
  for (const row of rows) {
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
  return Buffer.compare(Buffer.from(a.asset), Buffer.from(b.asset)) || a.position - b.position;
}
