import { MediasearchError } from "../errors.ts";
import { type Flags, hasFlag, stringFlag } from "./flags.ts";

/** `--json` means `--format json` everywhere. @throws USAGE when something else is asked for too. */
export function chosenFormat(flags: Flags): string {
  const format = stringFlag(flags, "format") ?? "text";
  if (!hasFlag(flags, "json")) return format;
  if (format !== "text" && format !== "json")
    throw new MediasearchError(
      "USAGE",
      `--json: is --format json; --format ${format} is something else`,
      { subject: "--json", hint: "one of the two" },
    );
  return "json";
}

/** Names of files are neither: `--files` and `--print0` have no other form. @throws USAGE */
export function mustBeNames(flags: Flags): void {
  const switched = ["files", "print0"].find((name) => hasFlag(flags, name));
  const format = chosenFormat(flags);
  if (switched !== undefined && format !== "text")
    throw new MediasearchError(
      "USAGE",
      `--${switched}: prints only names; --format ${format} prints more`,
      { subject: `--${switched}`, hint: "one of the two" },
    );
}
