import type { Segment } from "../../../types.ts";
import type { TableRow } from "../database.ts";
import { rowToSegment, toText } from "../rows.ts";
import { TABLES } from "../tables.ts";
import { type Compiling, type SegmentKey, withLive } from "./condition.ts";
import { listLiteral, textLiteral } from "./literals.ts";
import { type SqlReader, tooWide } from "./run.ts";

/** A text that a condition is to be tested on. */
export interface CandidateText extends SegmentKey {
  readonly text: string;
  readonly speaker: string | null;
}

/** So many texts are looked through for one condition. */
const MAX_CANDIDATES = 50_000;

/**
 * The texts that the condition `s.…` selects, of the files in question, by version and position.
 * @throws TIMED_OUT when they are too many.
 */
export async function candidateTexts(
  { reader, scope }: Pick<Compiling, "reader" | "scope">,
  condition: string,
): Promise<CandidateText[]> {
  const rows = await reader.rows(
    `${withLive(reader)} SELECT s.version_id, s.position, s.text, s.speaker
    FROM ${reader.name(TABLES.segments)} s JOIN live v ON v.version_id = s.version_id
    WHERE ${scope} AND ${condition} ORDER BY s.version_id, s.position LIMIT ${MAX_CANDIDATES + 1}`,
  );
  if (rows.length > MAX_CANDIDATES) throw tooWide();
  return rows.map(toCandidate).toSorted(compareKeys);
}

export function compareKeys(a: SegmentKey, b: SegmentKey): number {
  if (a.versionId !== b.versionId) return a.versionId < b.versionId ? -1 : 1;
  return a.position - b.position;
}

export const toCandidate = (row: TableRow): CandidateText => ({
  versionId: toText(row["version_id"]),
  position: Number(row["position"]),
  text: toText(row["text"]),
  speaker: typeof row["speaker"] === "string" ? row["speaker"] : null,
});

/** The condition that `s` is up to `before` segments before one that a statement selects. */
export const isUpTo = (before: number, selected: string): string =>
  `EXISTS (SELECT 1 FROM (${selected}) c WHERE c.version_id = s.version_id AND s.position BETWEEN c.position - ${before} AND c.position)`;

export const keyOf = ({ versionId, position }: SegmentKey): string => `${versionId}\0${position}`;

const SEGMENTS_PER_STATEMENT = 2000;

/** Reads segments by the versions and positions that are known, as few rows as can be. */
export async function readSegmentsAt(
  reader: SqlReader,
  keys: readonly SegmentKey[],
): Promise<ReadonlyMap<string, Segment>> {
  const found = new Map<string, Segment>();
  for (let from = 0; from < keys.length; from += SEGMENTS_PER_STATEMENT) {
    const some = keys.slice(from, from + SEGMENTS_PER_STATEMENT);
    for (const row of await reader.rows(segmentsStatement(reader, some)))
      found.set(
        keyOf({ versionId: toText(row["version_id"]), position: Number(row["position"]) }),
        rowToSegment(row),
      );
  }
  return found;
}

function segmentsStatement(reader: SqlReader, keys: readonly SegmentKey[]): string {
  const byVersion = Map.groupBy(keys, ({ versionId }) => versionId);
  const parts = [...byVersion].map(
    ([versionId, own]) =>
      `(s.version_id = ${textLiteral(versionId)} AND s.position IN ${listLiteral(own.map(({ position }) => position))})`,
  );
  // The first condition tells the cluster which parts of the table it can leave out.
  return `SELECT s.version_id, s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence FROM ${reader.name(TABLES.segments)} s
    WHERE s.version_id IN ${listLiteral([...byVersion.keys()])} AND (${parts.join(" OR ")})`;
}
