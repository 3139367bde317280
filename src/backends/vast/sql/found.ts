import type { Origin, Segment } from "../../../types.ts";
import type { Hit } from "../../search-index.ts";
import type { TableRow } from "../database.ts";
import { toText } from "../rows.ts";
import { TABLES } from "../tables.ts";
import type { SegmentKey, SqlCondition } from "./condition.ts";
import type { SqlReader } from "./run.ts";
import { keyOf, readSegmentsAt } from "./texts.ts";

/** A segment that was found, without its text. */
export interface FoundSegment extends SegmentKey {
  readonly asset: string;
  readonly origin: Origin;
  readonly engine: string;
  readonly language: string;
  readonly score: number;
}

export const FOUND_COLUMNS = "v.asset_id, v.version_id, v.origin, v.engine, v.language, r.position";

export const toFound = (row: TableRow, score: number): FoundSegment => ({
  asset: toText(row["asset_id"]),
  versionId: toText(row["version_id"]),
  origin: toText(row["origin"]) as Origin,
  engine: toText(row["engine"]),
  language: toText(row["language"]),
  position: Number(row["position"]),
  score,
});

/** The order of equals: by the bytes of the file's name, then by time. */
export const compareFound = (a: FoundSegment, b: FoundSegment): number =>
  Buffer.compare(Buffer.from(a.asset), Buffer.from(b.asset)) || a.position - b.position;

/** Joins what a condition looks at to `r`, rows of `version_id` and `position`. */
export const joinSegment = (reader: SqlReader, { needsSegment }: SqlCondition): string =>
  needsSegment
    ? `JOIN ${reader.name(TABLES.segments)} s ON s.version_id = r.version_id AND s.position = r.position`
    : "";

/** A hit with its text; undefined when the text is not among those that were read. */
export function toHit(
  found: FoundSegment,
  segments: ReadonlyMap<string, Segment>,
): Hit | undefined {
  const segment = segments.get(keyOf(found));
  const { asset, score, origin, engine, language } = found;
  return segment && { asset, segment, score, origin, engine, language };
}

/** Reads the texts of what was found. */
export async function readHits(reader: SqlReader, found: readonly FoundSegment[]): Promise<Hit[]> {
  const segments = await readSegmentsAt(reader, found);
  return found.flatMap((one) => toHit(one, segments) ?? []);
}
