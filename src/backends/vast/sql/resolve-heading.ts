import { phraseMatcher } from "../../../text/phrases.ts";
import type { HeadingKind } from "../../headings.ts";
import { type ContentHeading, NEVER, onFile, onSegment, type SqlCondition } from "./condition.ts";
import { listLiteral, numberLiteral, textLiteral } from "./literals.ts";

/** The content in the fingerprint of `v`: its second part (`fingerprint.ts`). */
export const CONTENT = "split_part(v.fingerprint, '|', 2)";

/** A chapter stands over what is said in it for the most part. */
export function resolveHeading(
  headings: readonly ContentHeading[],
  kind: HeadingKind,
  has: string,
): SqlCondition {
  const { isIn } = phraseMatcher(has);
  const found = headings.filter((heading) => heading.kind === kind && isIn(heading.text));
  if (found.length === 0) return NEVER;
  if (kind !== "chapter")
    return onFile(
      `COALESCE(${CONTENT} IN ${listLiteral([...new Set(found.map(({ content }) => content))])}, FALSE)`,
    );
  const parts = found.map(
    ({ content, startMs, endMs }) =>
      // Twice the middle, because whole numbers are halved differently by different engines.
      `(${CONTENT} = ${textLiteral(content)} AND s.start_ms + s.end_ms >= ${numberLiteral(2 * startMs)} AND s.start_ms + s.end_ms < ${numberLiteral(2 * endMs)})`,
  );
  return onSegment(`COALESCE(${parts.join(" OR ")}, FALSE)`);
}
