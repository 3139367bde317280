import { csvRecord } from "../output.ts";
import { type Flags, isOn, text } from "./command.ts";

/** `--json` means `--format json` everywhere. */
export const chosenFormat = (flags: Flags): string => (isOn(flags, "json") ? "json" : (text(flags, "format") ?? "text"));

type Row = Readonly<Record<string, string | number | null | readonly string[]>>;

export const ndjson = (rows: readonly Row[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** Header line and records by RFC 4180; lists are joined with "; ". */
export function csv(columns: readonly string[], rows: readonly Row[]): string {
  const cell = (value: Row[string] | undefined): string | number | null =>
    value === undefined ? null : typeof value === "object" && value !== null ? value.join("; ") : value;
  return [columns, ...rows.map((row) => columns.map((name) => cell(row[name])))].map((record) => `${csvRecord(record)}\r\n`).join("");
}
