import { formatCsvRecord, formatJson, guardFormula } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import {
  type FileGroup,
  groupByFile,
  type RelatedMoment,
  type SearchResult,
  type ResultPage,
} from "./search-result.ts";

type Cell = string | number | null | readonly string[];
export type RecordRow = Readonly<Record<string, Cell>>;

const RESULT_COLUMNS = [
  "number",
  "file",
  "displayFile",
  "startMs",
  "endMs",
  "speaker",
  "text",
  "score",
  "origin",
] as const;

/** Makes the record of a hit as docs/schemas/search.v1.json describes it. */
export const resultRecord = (result: SearchResult) => ({
  number: result.number,
  file: result.path,
  displayFile: result.file,
  ...resultFacts(result),
});

/** What a hit is, without its number and without saying where its file is. */
export function resultFacts({
  startMs,
  endMs,
  speaker,
  text,
  score,
  origin,
  url,
  timecodes,
  part,
  before,
  after,
  folded,
  explain,
  heading,
  related,
}: SearchResult) {
  return {
    startMs,
    endMs,
    speaker,
    text,
    score: precise(score),
    origin,
    ...(url === undefined ? {} : { url }),
    ...(heading === undefined ? {} : { heading }),
    ...(timecodes && { startTimecode: timecodes.start, endTimecode: timecodes.end }),
    ...(part && { part }),
    moment: { hits: folded.map((other) => ({ ...other, score: precise(other.score) })) },
    ...(related && { related: related.map(relatedRecord) }),
    ...(before.length + after.length > 0 ? { before, after } : {}),
    ...(explain === null
      ? {}
      : {
          explain: Object.fromEntries(
            Object.entries(explain).map(([part, value]) => [
              part,
              value === null ? null : precise(value),
            ]),
          ),
        }),
  };
}

const relatedRecord = ({ path, file, score, ...line }: RelatedMoment) => ({
  file: path,
  displayFile: file,
  ...line,
  score: precise(score),
});

const precise = (value: number): number => Number(value.toPrecision(6));

/** Formats a page as docs/schemas/search.v1.json describes it. */
export function pageRecord(
  { query, mode, total, momentTotal, totalIs, offset, results, didYouMean, note }: ResultPage,
  isGrouped: boolean,
) {
  const groups = isGrouped
    ? {
        groups: groupByFile(results).map(({ path, file, results: hits }: FileGroup) => ({
          file: path,
          displayFile: file,
          hits: hits.map(({ number }) => number),
        })),
      }
    : {};
  return {
    version: 1,
    query,
    mode,
    total,
    moments: momentTotal,
    totalIs,
    offset,
    didYouMean,
    note,
    hits: results.map(resultRecord),
    ...groups,
  };
}

export const pageNdjson = ({ results }: ResultPage): string =>
  results.map((result) => `${formatJson(resultRecord(result))}\n`).join("");

export function pageTable({ results }: ResultPage, options: TableOptions): string {
  const parts = [...new Set(results.flatMap(({ explain }) => Object.keys(explain ?? {})))];
  const rows = results.map((result): RecordRow => ({
    ...result,
    file: result.path,
    displayFile: result.file,
    url: result.url ?? null,
    heading: result.heading ?? null,
    timecodes: null,
    startTimecode: result.timecodes?.start ?? null,
    endTimecode: result.timecodes?.end ?? null,
    score: precise(result.score),
    part: null,
    related: null,
    before: null,
    after: null,
    folded: result.folded.length,
    explain: null,
    ...result.explain,
  }));
  return formatTable(
    [
      ...RESULT_COLUMNS,
      ...(results.some(({ url }) => url !== undefined) ? ["url"] : []),
      ...(results.some(({ timecodes }) => timecodes) ? ["startTimecode", "endTimecode"] : []),
      ...(results.some(({ folded }) => folded.length > 0) ? ["folded"] : []),
      ...parts,
    ],
    rows,
    options,
  );
}

export const ndjson = (rows: readonly object[]): string =>
  rows.map((row) => `${formatJson(row)}\n`).join("");

export interface TableOptions {
  readonly format: "csv" | "tsv";
  /** Cells as they are, for programs; by default no cell is a formula to a spreadsheet. */
  readonly isRaw?: boolean;
}

/**
 * Header and records. CSV by RFC 4180; TSV by IANA's text/tab-separated-values, which has no
 * escapes: tabs and line breaks become spaces.
 * Lists are joined with "; ".
 */
export function formatTable(
  columns: readonly string[],
  rows: readonly RecordRow[],
  { format, isRaw = false }: TableOptions,
): string {
  const shown = (text: string): string => {
    const clean = text.replaceAll(/[^\n\r\t]+/g, stripControls);
    return isRaw ? clean : guardFormula(clean);
  };
  const cell = (value: Cell = null): string | number | null => {
    if (value === null || typeof value === "number") return value;
    return shown(typeof value === "string" ? value : value.join("; "));
  };
  const records = [columns, ...rows.map((row) => columns.map((name) => cell(row[name])))];
  if (format === "csv") return records.map((record) => `${formatCsvRecord(record)}\r\n`).join("");
  return records
    .map((record) => `${record.map((field) => stripControls(String(field ?? ""))).join("\t")}\n`)
    .join("");
}
