import { termRows } from "../../../text/terms.ts";
import { COLUMN_PLACES } from "../words.ts";
import { type Compiling, isAmong, NEVER, type SqlCondition } from "./condition.ts";
import { rowOccurrences } from "./occurrences.ts";

/** All of the words in one column, with at most so many others between the first and the last. */
export function resolveNear(
  { reader }: Compiling,
  words: readonly string[],
  within: number,
): SqlCondition {
  // Each word in the form that it is written in, as a local library does it.
  const rows = words.flatMap((word) => termRows(word).slice(0, 1));
  if (rows.length === 0 || rows.length < words.length) return NEVER;
  const parts = rows.map((row, nth) => {
    const from = `(${rowOccurrences(reader, row)}) n${nth}`;
    const on = `n${nth}.version_id = n0.version_id AND n${nth}.position = n0.position AND ${columnOf(nth)} = ${columnOf(0)}`;
    return nth === 0 ? from : `JOIN ${from} ON ${on}`;
  });
  const starts = rows.map((_, nth) => `n${nth}.place`);
  const ends = rows.map(({ row }, nth) => `n${nth}.place + ${row.length}`);
  return isAmong(
    `SELECT n0.version_id, n0.position FROM ${parts.join(" ")} WHERE greatest(${starts.join(", ")}) - least(${ends.join(", ")}) <= ${Math.trunc(within)}`,
  );
}

const columnOf = (nth: number): string => `floor(n${nth}.place / ${COLUMN_PLACES}.0)`;
