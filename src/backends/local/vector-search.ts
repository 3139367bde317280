import type { Database } from "better-sqlite3";
import type { CodeScan, Rows, ScannedRows } from "../code-scan.ts";
import type { Hit, SearchFilter } from "../search-index.ts";
import { conditions } from "./filter.ts";
import { toVector } from "./rows.ts";
import { HIT_COLUMNS, type HitRow, toHit } from "./search-text.ts";
import { rowsOf, valuesOf } from "./statements.ts";
import { BLOCK_ROWS } from "./vector-blocks.ts";
import { openScan, type Scan } from "./vector-scan.ts";

/**
 * Codes order about as the vectors do: of so many by their codes the best few are the best of all,
 * measured in bench/README.md. Fewer dimensions estimate worse, so that more are looked at.
 */
const LEAST_WEIGHED = 500;
const DIMENSIONS_MEASURED = 384;
/** Candidates that are held against a filter before all rows that meet it are looked up. */
const MOST_CANDIDATES = 10_000;
/** So many more than are needed are asked for: some will be nobody's any more. */
const SPARE = 1.25;

/**
 * The greatest inner products: a scan of all codes gives candidates, and their vectors decide. Rows
 * whose segments the filter leaves out, or nobody owns, are found out among the candidates; where
 * these are many, more candidates are asked for, and where nearly all are, the rows that count are
 * looked up first.
 */
export async function searchVector(
  db: Database,
  vector: Float32Array,
  filter: SearchFilter,
  limit: number,
  scan: ScanCodes,
): Promise<Hit[]> {
  if (limit < 1) return [];
  const candidates = await candidatesFor(db, { vector, filter, limit, scan });
  const best = weighed(db, vector, candidates).sort((a, b) => b.score - a.score);
  // Equal scores are put in order by file and time, which are not known before the texts are read.
  const least = best[limit - 1]?.score ?? -Infinity;
  const rows = readRows(
    db,
    best.filter(({ score }) => score >= least),
  );
  return rows.sort(compareVectorHits).slice(0, limit);
}

interface Asked {
  readonly vector: Float32Array;
  readonly filter: SearchFilter;
  readonly limit: number;
  readonly scan: ScanCodes;
}

/** Numbers of the segments whose vectors are to be read. */
async function candidatesFor(
  db: Database,
  { vector, filter, limit, scan }: Asked,
): Promise<readonly number[]> {
  const enough =
    Math.max(LEAST_WEIGHED, Math.ceil(1.5 * limit)) *
    Math.max(1, Math.ceil(DIMENSIONS_MEASURED / vector.length));
  const least = Math.max(limit, enough / 2);
  const only = rowsOfFiles(db, filter);
  let most = Math.ceil(enough * SPARE);
  for (;;) {
    const { places } = await scan({ vector, most, only });
    const found = present(db, places, filter, enough);
    if (found.length >= least || places.length < most) return found;
    const needed = Math.ceil((most * least * SPARE) / Math.max(1, found.length));
    if (needed > MOST_CANDIDATES) break;
    most = needed;
  }
  const { places } = await scan({ vector, most: enough, only: rowsOfSegments(db, filter) });
  return present(db, places, filter, enough);
}

/** A scan by this connection, or by somebody who scans for several. */
export type ScanCodes = (scan: CodeScan) => ScannedRows | Promise<ScannedRows>;

export const scanHere =
  (db: Database): ScanCodes =>
  ({ vector, most, only }) =>
    scanOf(db, vector.length)(vector, most, only);

const scans = new WeakMap<Database, { readonly dimensions: number; readonly scan: Scan }>();

/** One for each open library; re-embedding may have changed the length of its vectors. */
function scanOf(db: Database, dimensions: number): Scan {
  const known = scans.get(db);
  if (known?.dimensions === dimensions) return known.scan;
  const scan = openScan(db, dimensions);
  scans.set(db, { dimensions, scan });
  return scan;
}

const PARTS =
  "FROM assets a JOIN versions v ON v.asset_id = a.id JOIN vector_parts p ON p.version_id = v.id";

/** All rows of the files that a filter can mean; undefined when that is no question of files. */
function rowsOfFiles(db: Database, { assets, speaker }: SearchFilter): Rows[] | undefined {
  if (!assets && speaker === undefined) return undefined;
  const said =
    "EXISTS (SELECT 1 FROM json_each(v.speakers) one WHERE speaker_matches(?, one.value))";
  const { where, values } = conditions(db, { assets });
  return db
    .prepare(
      `SELECT p.place, p.row_count AS rows ${PARTS} WHERE true${where}${speaker === undefined ? "" : ` AND ${said}`} ORDER BY p.place`,
    )
    .all(...values, ...(speaker === undefined ? [] : [speaker])) as Rows[];
}

function rowsOfSegments(db: Database, filter: SearchFilter): Rows[] {
  const { where, values } = conditions(db, filter);
  const places = valuesOf(
    db,
    `SELECT p.place + s.position - p.position AS place ${PARTS}
    JOIN segments s ON s.version_id = v.id AND s.position >= p.position AND s.position < p.position + p.row_count WHERE true${where} ORDER BY 1`,
  ).all(...values) as number[];
  const found: { readonly place: number; rows: number }[] = [];
  for (const place of places) {
    const last = found.at(-1);
    if (last && last.place + last.rows === place && place % BLOCK_ROWS > 0) last.rows++;
    else found.push({ place, rows: 1 });
  }
  return found;
}

/** So many of the first places whose segments are somebody's and meet the filter. */
function present(
  db: Database,
  places: Float64Array,
  filter: SearchFilter,
  most: number,
): readonly number[] {
  const { where, values } = conditions(db, filter);
  return valuesOf(
    db,
    `SELECT s.id FROM json_each(?) j
    CROSS JOIN vector_parts p ON p.place = (SELECT max(place) FROM vector_parts WHERE place <= j.value) AND j.value < p.place + p.row_count
    CROSS JOIN segments s ON s.version_id = p.version_id AND s.position = p.position + j.value - p.place
    CROSS JOIN versions v ON v.id = s.version_id CROSS JOIN assets a ON a.id = v.asset_id
    WHERE true${where} LIMIT ?`,
  ).all(JSON.stringify([...places]), ...values, most) as number[];
}

interface Weighed {
  readonly id: number;
  readonly score: number;
}

function weighed(db: Database, query: Float32Array, ids: readonly number[]): Weighed[] {
  const rows = rowsOf(
    db,
    "SELECT x.segment_id AS id, x.vector FROM json_each(?) j CROSS JOIN vectors x ON x.segment_id = j.value",
  ).all(JSON.stringify(ids)) as { readonly id: number; readonly vector: Buffer }[];
  return rows.map(({ id, vector }) => ({ id, score: product(query, toVector(vector)) }));
}

function readRows(db: Database, best: readonly Weighed[]): Hit[] {
  const rows = rowsOf(
    db,
    `SELECT ${HIT_COLUMNS}, j.key AS nth FROM json_each(?) j CROSS JOIN segments s ON s.id = j.value
    CROSS JOIN versions v ON v.id = s.version_id CROSS JOIN assets a ON a.id = v.asset_id`,
  ).all(JSON.stringify(best.map(({ id }) => id))) as (HitRow & { readonly nth: number })[];
  return rows.map((row) => toHit(row, best[row.nth]?.score ?? 0));
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function compareVectorHits(a: Hit, b: Hit): number {
  if (a.score !== b.score) return b.score - a.score;
  if (a.asset === b.asset) return a.segment.index - b.segment.index;
  return a.asset < b.asset ? -1 : 1;
}
