import type { Condition } from "../../search-index.ts";
import type { Heading } from "../../headings.ts";
import { TABLES } from "../tables.ts";
import { numberLiteral, textLiteral } from "./literals.ts";
import type { SqlReader } from "./run.ts";

/**
 * A condition on `v`, a row of `live`, and on the segment `r.position` of its version. One that
 * looks at more of the segment needs it as `s`.
 */
export interface SqlCondition {
  readonly sql: string;
  readonly needsSegment: boolean;
}

/** A heading with the content that it belongs to. */
export interface ContentHeading extends Heading {
  readonly content: string;
}

/** What conditions are made of. */
export interface Compiling {
  readonly reader: SqlReader;
  /** The headings of the whole library. */
  readonly headings: () => Promise<readonly ContentHeading[]>;
  /** Makes a condition, unless it was made just now. */
  readonly known: (
    condition: Condition,
    scope: string,
    make: () => Promise<SqlCondition>,
  ) => Promise<SqlCondition>;
  /** What the filter says of files, a condition on `v`: others need not be looked through. */
  readonly scope: string;
}

export const onFile = (sql: string): SqlCondition => ({ sql, needsSegment: false });
export const onSegment = (sql: string): SqlCondition => ({ sql, needsSegment: true });
export const NEVER = onFile("FALSE");

/** Names the files that answer searches, as `live`. Every statement begins with it. */
export const withLive = (reader: SqlReader): string =>
  `WITH live AS (SELECT version_id, asset_id, fingerprint, origin, engine, language, duration_ms, recorded_at_ms, mtime_ms, segment_count, speakers
  FROM ${reader.name(TABLES.assets)} WHERE deleted_at_ms IS NULL AND version_id IS NOT NULL)`;

/** Where `r` is one of the segments that a statement selects as `version_id`, `position`. */
export const isAmong = (selected: string): SqlCondition =>
  onFile(
    `EXISTS (SELECT 1 FROM (${selected}) x WHERE x.version_id = v.version_id AND x.position = r.position)`,
  );

/** A segment of the library. */
export interface SegmentKey {
  readonly versionId: string;
  readonly position: number;
}

/** Where `r` is one of these segments. */
export const isOneOfSegments = (segments: readonly SegmentKey[]): SqlCondition =>
  segments.length === 0
    ? NEVER
    : isAmong(
        `SELECT * FROM (VALUES ${segments
          .map(
            ({ versionId, position }) => `(${textLiteral(versionId)}, ${numberLiteral(position)})`,
          )
          .join(", ")}) AS c(version_id, position)`,
      );
