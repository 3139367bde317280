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
 * Codes order nearly as the vectors do, so that of so many by their codes the best few are the best
 * of all, measured in bench/README.md. Vectors are a page of the file each: of a longer list only
 * so many of the best are weighed, the rest keep the score that their codes give, which errs by
 * some thousandths.
 */
const WEIGHED = 200;

/**
 * The greatest inner products: a scan of all codes gives candidates, and vectors decide among the
 * best. Rows whose segments the filter leaves out, or nobody owns, are found out among the
 * candidates; only where these are too many are the rows that count looked up first.
 */
export async function searchVector(
  db: Database,
  vector: Float32Array,
  filter: SearchFilter,
  limit: number,
  scan: ScanCodes,
): Promise<Hit[]> {
  if (limit < 1) return [];
  const enough = Math.max(WEIGHED, limit);
  const most = enough + (enough >> 2);
  let candidates = await scan({ vector, most, only: rowsOfFiles(db, filter) });
  let found = present(db, candidates, filter, enough);
  if (found.length < enough && candidates.places.length === most) {
    candidates = await scan({ vector, most: enough, only: rowsOfSegments(db, filter) });
    found = present(db, candidates, filter, enough);
  }
  return weighed(db, vector, candidates, found).sort(compareVectorHits).slice(0, limit);
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

type NumberedHitRow = HitRow & { readonly id: number; readonly nth: number };

/**
 * So many of the first candidates that are somebody's and meet the filter; `nth` is their place
 * among all.
 */
function present(
  db: Database,
  { places }: ScannedRows,
  filter: SearchFilter,
  most: number,
): NumberedHitRow[] {
  const { where, values } = conditions(db, filter);
  return rowsOf(
    db,
    `SELECT ${HIT_COLUMNS}, s.id, j.key AS nth FROM json_each(?) j
    CROSS JOIN vector_parts p ON p.place = (SELECT max(place) FROM vector_parts WHERE place <= j.value) AND j.value < p.place + p.row_count
    CROSS JOIN segments s ON s.version_id = p.version_id AND s.position = p.position + j.value - p.place
    CROSS JOIN versions v ON v.id = s.version_id CROSS JOIN assets a ON a.id = v.asset_id
    WHERE true${where} LIMIT ?`,
  ).all(JSON.stringify([...places]), ...values, most) as NumberedHitRow[];
}

/** Hits with exact scores of the first, and of the others those that their codes give. */
function weighed(
  db: Database,
  query: Float32Array,
  { scores }: ScannedRows,
  found: readonly NumberedHitRow[],
): Hit[] {
  const read = valuesOf(db, "SELECT vector FROM vectors WHERE segment_id = ?");
  return found.map((row, i) => {
    const blob = i < WEIGHED ? (read.get(row.id) as Buffer | undefined) : undefined;
    return toHit(row, blob ? product(query, toVector(blob)) : (scores[row.nth] ?? 0));
  });
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
