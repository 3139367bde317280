import { prefixMatcher } from "../../../text/phrases.ts";
import { termRows } from "../../../text/terms.ts";
import { type Compiling, isOneOfSegments, NEVER, type SqlCondition } from "./condition.ts";
import { rowOccurrences } from "./occurrences.ts";
import { candidateTexts, isUpTo } from "./texts.ts";

/** The words of a prefix whose stems other words have too: the texts decide. */
export async function resolvePrefix(compiling: Compiling, prefix: string): Promise<SqlCondition> {
  const rows = termRows({ prefix }).map((row) => rowOccurrences(compiling.reader, row));
  if (rows.length === 0) return NEVER;
  const has = prefixMatcher(prefix);
  const texts = await candidateTexts(compiling, isUpTo(0, rows.join(" UNION ALL ")));
  return isOneOfSegments(texts.filter(({ text, speaker }) => has(text) || has(speaker ?? "")));
}
