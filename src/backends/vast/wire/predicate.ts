import type { Value } from "./values.ts";

/** One test of a column. A null never passes but for `is_null`. */
export type ColumnTerm =
  | {
      readonly op: "equal" | "not_equal" | "less" | "less_equal" | "greater" | "greater_equal";
      readonly value: Value;
    }
  | { readonly op: "between"; readonly low: Value; readonly high: Value }
  | { readonly op: "match_substring" | "prefix"; readonly value: string }
  | { readonly op: "is_null" | "is_valid" };

/**
 * Any of the terms, all on one column: the shape that the server takes. A path into a struct has
 * more than one name.
 */
export interface ColumnCondition {
  readonly column: string | readonly string[];
  readonly anyOf: readonly ColumnTerm[];
}

/** All of the conditions; none = every row. */
export type Filter = readonly ColumnCondition[];

const one = (
  column: ColumnCondition["column"],
  ...anyOf: readonly ColumnTerm[]
): ColumnCondition => ({
  column,
  anyOf,
});

export const equal = (column: ColumnCondition["column"], value: Value): ColumnCondition =>
  one(column, { op: "equal", value });
export const compareColumn = (
  column: ColumnCondition["column"],
  op: "not_equal" | "less" | "less_equal" | "greater" | "greater_equal",
  value: Value,
): ColumnCondition => one(column, { op, value });
/**
 * IN.
 * @throws RangeError for an empty list, which the server refuses: it selects nothing, so there is
 * nothing to ask.
 */
export function isOneOf(
  column: ColumnCondition["column"],
  values: readonly Value[],
): ColumnCondition {
  if (values.length === 0) throw new RangeError("IN over an empty list");
  return one(column, ...values.map((value) => ({ op: "equal", value }) as const));
}
/** Both ends included. */
export const isBetween = (
  column: ColumnCondition["column"],
  low: Value,
  high: Value,
): ColumnCondition => one(column, { op: "between", low, high });
export const startsWith = (column: ColumnCondition["column"], value: string): ColumnCondition =>
  one(column, { op: "prefix", value });
export const contains = (column: ColumnCondition["column"], value: string): ColumnCondition =>
  one(column, { op: "match_substring", value });
export const isNull = (column: ColumnCondition["column"]): ColumnCondition =>
  one(column, { op: "is_null" });
export const isPresent = (column: ColumnCondition["column"]): ColumnCondition =>
  one(column, { op: "is_valid" });
/** @throws RangeError when the conditions are on different columns, which the server can't do. */
export function either(
  ...conditions: readonly [ColumnCondition, ...ColumnCondition[]]
): ColumnCondition {
  const [first] = conditions;
  if (conditions.some(({ column }) => String(column) !== String(first.column)))
    throw new RangeError("OR over different columns");
  return one(first.column, ...conditions.flatMap(({ anyOf }) => anyOf));
}
