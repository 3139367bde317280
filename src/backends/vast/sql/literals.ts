import { MediasearchError } from "../../../errors.ts";

/**
 * The one door by which values come into statements: everything that a query, a file or a setting
 * says goes through here. The wire has no parameters beside a statement.
 */

/** What may mean something else than itself between quotes, in any dialect. */
const SPECIAL = /[\\\p{Cc}\p{Cs}]/u;
const SPLIT_SPECIAL = /([\\\p{Cc}\p{Cs}])/u;

/**
 * A text. Backslashes and control characters are spelt by their numbers, since dialects differ in
 * what they are between quotes. NUL and lone halves of pairs are in no stored text, and become the
 * replacement character.
 */
export function textLiteral(text: string): string {
  const safe = text.toWellFormed().replaceAll("\0", "\u{fffd}");
  if (!SPECIAL.test(safe)) return quoted(safe);
  const parts = safe
    .split(SPLIT_SPECIAL)
    .filter((part) => part !== "")
    .map((part) => (SPECIAL.test(part) ? `chr(${part.codePointAt(0)})` : quoted(part)));
  return `(${parts.join(" || ")})`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A number of any size. */
export function numberLiteral(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isInteger(value)) return wholeLiteral(BigInt(value));
  if (!Number.isFinite(value))
    throw new MediasearchError("BUG", `${value} can't stand in a statement`);
  return `CAST(${textLiteral(String(value))} AS DOUBLE)`;
}

/** Between brackets, so that a sign is never next to an operator. */
const wholeLiteral = (value: bigint): string => (value < 0n ? `(${value})` : String(value));

/** A list for IN. It must not be empty. */
export const listLiteral = (values: readonly (string | number)[]): string =>
  `(${values.map((value) => (typeof value === "string" ? textLiteral(value) : numberLiteral(value))).join(", ")})`;

/** A vector of float32, as exactly as it is. */
export function vectorLiteral(vector: Float32Array): string {
  if (!vector.every((value) => Number.isFinite(value)))
    throw new MediasearchError("BUG", "a vector that is not finite can't stand in a statement");
  // Nine digits tell every float32 from its neighbours.
  const items = Array.from(vector, (value) => Number(value.toPrecision(9)).toString());
  return `[${items.join(", ")}]::FLOAT[${vector.length}]`;
}

/** A name of a column, table or schema. */
export const nameLiteral = (name: string): string => `"${name.replaceAll('"', '""')}"`;
