import { MediasearchError } from "../errors.ts";

interface FormatFlags<F extends string> {
  readonly format?: F;
  readonly json?: true;
}

/**
 * `--json` means `--format json` everywhere.
 * @throws USAGE when something else is asked for too.
 */
export function chosenFormat<F extends string>({
  format,
  json,
}: FormatFlags<F>): F | "text" | "json" {
  if (!json) return format ?? "text";
  if (format !== undefined && format !== "text" && format !== "json")
    throw new MediasearchError(
      "USAGE",
      `--json: is --format json; --format ${format} is something else`,
      { subject: "--json", hint: "one of the two" },
    );
  return "json";
}

/** @throws USAGE when cells are asked for as they are in a format without cells. */
export function tableOptions(
  flags: { readonly rawCells?: true },
  format: string,
): { readonly isRaw: boolean } {
  if (flags.rawCells && format !== "csv" && format !== "tsv")
    throw new MediasearchError("USAGE", "--raw-cells: goes with --format csv or tsv", {
      subject: "--raw-cells",
    });
  return { isRaw: flags.rawCells === true };
}

/** Names of files are neither: `--files` and `--print0` have no other form. @throws USAGE */
export function mustBeNames(
  flags: FormatFlags<string> & { readonly files?: true; readonly print0?: true },
): void {
  const switched = (["files", "print0"] as const).find((name) => flags[name]);
  const format = chosenFormat(flags);
  if (switched !== undefined && format !== "text")
    throw new MediasearchError(
      "USAGE",
      `--${switched}: prints only names; --format ${format} prints more`,
      { subject: `--${switched}`, hint: "one of the two" },
    );
}
