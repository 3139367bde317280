import { speakerMatcher } from "../../../text/query-terms.ts";
import { toText } from "../rows.ts";
import { NEVER, onSegment, type SqlCondition, withLive } from "./condition.ts";
import { listLiteral } from "./literals.ts";
import type { SqlReader } from "./run.ts";

/** Names are few and listed with each file: they are tested here, and segments by them there. */
export async function resolveSpeaker(reader: SqlReader, wanted: string): Promise<SqlCondition> {
  const rows = await reader.rows(
    `${withLive(reader)} SELECT DISTINCT n.name FROM (SELECT unnest(v.speakers) AS name FROM live v) n`,
  );
  const matches = speakerMatcher(wanted);
  const names = rows.map(({ name }) => toText(name)).filter((name) => matches(name));
  return names.length === 0
    ? NEVER
    : onSegment(`COALESCE(s.speaker IN ${listLiteral(names)}, FALSE)`);
}
