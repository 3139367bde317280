import { prefixStems } from "../../../text/phrases.ts";
import { termRows } from "../../../text/terms.ts";
import type { Comparison, Condition, SearchFilter } from "../../search-index.ts";
import {
  type Compiling,
  isAmong,
  NEVER,
  onFile,
  onSegment,
  type SqlCondition,
} from "./condition.ts";
import { listLiteral, numberLiteral, textLiteral } from "./literals.ts";
import { rowOccurrences } from "./occurrences.ts";
import { resolveHeading } from "./resolve-heading.ts";
import { resolveNear } from "./resolve-near.ts";
import { resolvePattern } from "./resolve-pattern.ts";
import { resolvePhrase } from "./resolve-phrase.ts";
import { resolvePrefix } from "./resolve-prefix.ts";
import { resolveSpeaker } from "./resolve-speaker.ts";
/** The conditions of a filter as one. */
export function compileFilter(
  tools: Omit<Compiling, "scope">,
  { assets, speaker, where }: SearchFilter,
): Promise<SqlCondition> {
  const all: Condition[] = [
    ...(assets ? [{ assets }] : []),
    ...(speaker === undefined ? [] : [{ speaker }]),
    ...(where ? [where] : []),
  ];
  return compile({ ...tools, scope: scopeOf(all) }, { all });
}

/** The conditions on files that every hit must meet. */
function scopeOf(all: readonly Condition[]): string {
  const files = all.flatMap((condition): string[] => {
    if ("all" in condition) return [scopeOf(condition.all)];
    const sql = fileSql(condition);
    return sql === undefined ? [] : [sql];
  });
  return files.length === 0 ? "TRUE" : files.join(" AND ");
}

async function compile(compiling: Compiling, condition: Condition): Promise<SqlCondition> {
  if ("all" in condition) return joined(compiling, condition.all, " AND ", "TRUE");
  if ("any" in condition) return joined(compiling, condition.any, " OR ", "FALSE");
  if ("not" in condition) {
    const { sql, needsSegment } = await compile(compiling, condition.not);
    return { sql: `NOT ${sql}`, needsSegment };
  }
  // A search asks for the same several times: to rank, to count, and to compare by meaning.
  return compiling.known(condition, compiling.scope, () => compileLeaf(compiling, condition));
}

const compileLeaf = async (compiling: Compiling, condition: Condition): Promise<SqlCondition> =>
  (await compileWords(compiling, condition)) ?? compileField(compiling, condition);

async function joined(
  compiling: Compiling,
  conditions: readonly Condition[],
  operator: string,
  empty: string,
): Promise<SqlCondition> {
  if (conditions.length === 0) return onFile(empty);
  const parts: SqlCondition[] = [];
  for (const condition of conditions) parts.push(await compile(compiling, condition));
  return {
    sql: `(${parts.map(({ sql }) => sql).join(operator)})`,
    needsSegment: parts.some(({ needsSegment }) => needsSegment),
  };
}

/** Conditions on what is said. */
async function compileWords(
  compiling: Compiling,
  condition: Condition,
): Promise<SqlCondition | undefined> {
  const { reader } = compiling;
  if ("term" in condition) {
    const { term } = condition;
    if (typeof term !== "string" && prefixStems(term.prefix).unsure.length > 0)
      return resolvePrefix(compiling, term.prefix);
    const rows = termRows(term).map((row) => rowOccurrences(reader, row));
    return rows.length === 0 ? NEVER : isAmong(rows.join(" UNION ALL "));
  }
  if ("phrase" in condition) return resolvePhrase(compiling, condition.phrase);
  if ("near" in condition) return resolveNear(compiling, condition.near, condition.within);
  if ("pattern" in condition) return resolvePattern(compiling, condition.pattern);
  return undefined;
}

async function compileField(
  { reader, headings }: Compiling,
  condition: Condition,
): Promise<SqlCondition> {
  const file = fileSql(condition);
  if (file !== undefined) return onFile(file);
  if ("speaker" in condition) return resolveSpeaker(reader, condition.speaker);
  if ("heading" in condition)
    return resolveHeading(await headings(), condition.heading, condition.has);
  if ("during" in condition) {
    const [fromMs, untilMs] = condition.during;
    return onSegment(
      `(s.start_ms <= ${numberLiteral(untilMs)} AND s.end_ms >= ${numberLiteral(fromMs)})`,
    );
  }
  if ("compare" in condition) return onSegment(compared("s.confidence", condition));
  return NEVER;
}

/** A condition on the file alone; undefined for others. */
function fileSql(condition: Condition): string | undefined {
  if ("assets" in condition)
    return condition.assets.size === 0
      ? "FALSE"
      : `v.asset_id IN ${listLiteral([...condition.assets])}`;
  if ("origin" in condition) return `v.origin = ${textLiteral(condition.origin)}`;
  if ("language" in condition) {
    const tag = `${condition.language.toLowerCase()}-`;
    return `COALESCE(substr(lower(v.language) || '-', 1, ${[...tag].length}) = ${textLiteral(tag)}, FALSE)`;
  }
  if (!("compare" in condition) || condition.compare === "confidence") return undefined;
  return compared(COMPARED[condition.compare], condition);
}

const COMPARED = {
  recordedAtMs: "COALESCE(v.recorded_at_ms, v.mtime_ms)",
  durationMs: "v.duration_ms",
} as const;

/** A value that is not known meets no comparison. */
const compared = (value: string, { is, value: limit }: Comparison): string =>
  `COALESCE(${value} ${is} ${numberLiteral(limit)}, FALSE)`;
