import { loadInflectors } from "../../text/inflections.ts";
import { stemColumns } from "../../text/terms.ts";
import type { Segment } from "../../types.ts";
import type { Database, TableRow } from "./database.ts";
import { isTableThere, makeTable } from "./optional-tables.ts";
import { WORDS } from "./tables.ts";
import type { Session } from "./wire/client.ts";
import { isOneOf } from "./wire/predicate.ts";

/**
 * The index of words in a table, for searches by SQL: a row for each stem of a version, with the
 * segments that have it. `positions`, `places` and `lengths` have an item for each occurrence: the
 * segment, the place in it, and how many words the segment has in all. So a query reads the rows of
 * its stems and nothing else.
 * `segments` counts the segments of a row, `tokens` its occurrences.
 */

/**
 * The stem of the row that each indexed version has besides: `segments` and `tokens` are those of
 * the whole version. A version without it is not in the index.
 */
export const WHOLE_VERSION = "";

/**
 * What a place in a text, a speaker's name or a side text counts from: the columns of
 * `stemColumns`. Words in a row have places in a row; the last of a column and the first of the
 * next one do not.
 */
export const COLUMN_PLACES = 1 << 20;

/** A cell holds 128 KiB: half of it, in items of four bytes. */
const MAX_OCCURRENCES = 16_384;

interface Postings {
  readonly positions: number[];
  readonly places: number[];
  readonly lengths: number[];
}

/**
 * The rows of a version. Segments may be in any order, each once. The endings of their language
 * must be loaded.
 */
export function wordRows(
  versionId: string,
  segments: readonly Segment[],
  language?: string,
): TableRow[] {
  const all = new Map<string, Postings>();
  let tokens = 0;
  for (const segment of segments.toSorted((a, b) => a.index - b.index)) {
    const columns = stemColumns(segment, language);
    const length = columns.reduce((sum, column) => sum + column.length, 0);
    tokens += length;
    columns.forEach((column, nth) =>
      column.forEach((stem, at) => {
        if (stem === WHOLE_VERSION) return;
        const postings = all.get(stem) ?? { positions: [], places: [], lengths: [] };
        all.set(stem, postings);
        postings.positions.push(segment.index);
        postings.places.push(nth * COLUMN_PLACES + at);
        postings.lengths.push(length);
      }),
    );
  }
  const whole = { positions: [], places: [], lengths: [] };
  return [
    {
      stem: WHOLE_VERSION,
      version_id: versionId,
      segments: segments.length,
      tokens: BigInt(tokens),
      ...whole,
    },
    ...[...all].flatMap(([stem, postings]) => postingRows(stem, versionId, postings)),
  ];
}

function postingRows(stem: string, versionId: string, postings: Postings): TableRow[] {
  const { positions, places, lengths } = postings;
  const rows: TableRow[] = [];
  for (let from = 0; from < positions.length; from += MAX_OCCURRENCES) {
    const to = from + MAX_OCCURRENCES;
    const part = positions.slice(from, to);
    rows.push({
      stem,
      version_id: versionId,
      // A segment that goes on from the row before is counted there.
      segments: part.filter((position, i) => position !== positions[from + i - 1]).length,
      tokens: BigInt(part.length),
      positions: part,
      places: places.slice(from, to),
      lengths: lengths.slice(from, to),
    });
  }
  return rows;
}

/** Puts a version into the index, in the transaction that adds it. */
export async function addWords(
  database: Database,
  session: Session,
  versionId: string,
  segments: readonly Segment[],
  language: string,
): Promise<void> {
  await loadInflectors([language]);
  await makeTable(database, session, WORDS);
  await database.add(session, WORDS, wordRows(versionId, segments, language));
}

/** Takes versions out of the index. */
export async function dropWords(
  database: Database,
  session: Session,
  versionIds: readonly string[],
): Promise<void> {
  if (versionIds.length === 0 || !(await isTableThere(database, session, WORDS))) return;
  const found = await database.find(
    session,
    WORDS,
    [isOneOf("version_id", versionIds)],
    ["version_id"],
  );
  await database.drop(session, WORDS, found);
}
