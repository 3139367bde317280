import { type SearchTerm, type StemRow, termRows } from "../../../text/terms.ts";
import { WORDS } from "../tables.ts";
import { listLiteral, textLiteral } from "./literals.ts";
import type { SqlReader } from "./run.ts";

/** Stems in a row that stand for something with a number, such as a term of a query. */
export interface Wanted {
  readonly key: number;
  readonly row: StemRow;
}

/** The rows of stems of terms, each with the place of its term among them. */
export const wantedRows = (terms: readonly SearchTerm[]): Wanted[] =>
  terms.flatMap((term, key) => termRows(term).map((row) => ({ key, row })));

/**
 * Selects where stems stand, of versions in `live`: `stem`, `version_id`, `position`, `place`,
 * `length`.
 */
const occurrencesWhere = (reader: SqlReader, condition: string): string =>
  `SELECT w.stem, w.version_id, unnest(w.positions) AS position, unnest(w.places) AS place, unnest(w.lengths) AS length
  FROM ${reader.name(WORDS)} w JOIN live v ON v.version_id = w.version_id WHERE ${condition}`;

/** No text has a later letter. */
const LAST_LETTER = "\u{10ffff}";

const isStem = (stem: string, open: boolean): string =>
  open
    ? `w.stem >= ${textLiteral(stem)} AND w.stem < ${textLiteral(stem + LAST_LETTER)}`
    : `w.stem = ${textLiteral(stem)}`;

/**
 * Selects where a row of stems begins: `version_id`, `position`, `place`, `length`. A row never
 * goes over the end of a column, because places do not either.
 */
export function rowOccurrences(reader: SqlReader, { row, open }: StemRow): string {
  const parts = row.map((stem, nth) => {
    const from = occurrencesWhere(reader, isStem(stem, open && nth === row.length - 1));
    const on = `t${nth}.version_id = t0.version_id AND t${nth}.position = t0.position AND t${nth}.place = t0.place + ${nth}`;
    return nth === 0 ? `(${from}) t0` : `JOIN (${from}) t${nth} ON ${on}`;
  });
  return `SELECT t0.version_id, t0.position, t0.place, t0.length FROM ${parts.join(" ")}`;
}

/** Selects where stems of a list stand: `version_id`, `position`. */
export const stemOccurrences = (reader: SqlReader, stems: readonly string[]): string =>
  `SELECT version_id, position FROM (${occurrencesWhere(reader, `w.stem IN ${listLiteral(stems)}`)}) o`;

/**
 * Selects every occurrence of what is wanted: `key`, `version_id`, `position`, `length`. All single
 * stems are looked up together, however many there are. `wanted` must not be empty.
 */
export function wantedOccurrences(reader: SqlReader, wanted: readonly Wanted[]): string {
  const single = wanted.filter(({ row }) => row.row.length === 1 && !row.open);
  const others = wanted.filter((one) => !single.includes(one));
  const stems = single.map(({ row }) => row.row[0] as string);
  const pairs = single.map(({ key }, i) => `(${textLiteral(stems[i] as string)}, ${key})`);
  return [
    ...(single.length === 0
      ? []
      : [
          `SELECT q.key, o.version_id, o.position, o.length FROM (${occurrencesWhere(reader, `w.stem IN ${listLiteral([...new Set(stems)])}`)}) o
          JOIN (VALUES ${pairs.join(", ")}) AS q(stem, key) ON q.stem = o.stem`,
        ]),
    ...others.map(
      ({ key, row }) =>
        `SELECT ${key} AS key, o.version_id, o.position, o.length FROM (${rowOccurrences(reader, row)}) o`,
    ),
  ].join("\nUNION ALL ");
}
