import { displayPath } from "../app/display-path.ts";
import { removeFiles, undoRemoval } from "../app/library/remove.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { REMOVE_SPEC } from "../cli/specs/keeping.ts";
import { quoteShellWord } from "../shell-words.ts";
import { MediasearchError } from "../errors.ts";
import { formatJson, pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof REMOVE_SPEC> = async (patterns, flags, context) => {
  const { io, hint } = context;
  const [undo, purge, dryRun] = [
    hasFlag(flags, "undo"),
    hasFlag(flags, "purge"),
    hasFlag(flags, "dryRun"),
  ];
  if (undo && (purge || dryRun))
    throw new MediasearchError("USAGE", "--undo goes with neither --purge nor --dry-run", {
      subject: "--undo",
      hint: "mediasearch remove FILE --undo",
    });
  const { files, copies } = undo
    ? { files: await undoRemoval(context, patterns), copies: [] }
    : await removeFiles(context, { patterns, dryRun, purge });
  if (hasFlag(flags, "json")) {
    const record = { version: 1, dryRun, undone: undo, purged: purge && !dryRun, copies };
    io.stdout.write(`${formatJson({ ...record, files })}\n`);
    return 0;
  }
  const isTakenOut = !undo && !dryRun && !purge && files.length > 0;
  for (const id of files) io.stdout.write(`${stripControls(displayPath(id, io.cwd))}\n`);
  io.stderr.write(
    `${pluralize(files.length, "file")} ${outcome(undo, purge, dryRun)}${isTakenOut ? `; ${hint(undoHint(patterns))}` : ""}\n`,
  );
  for (const copy of copies)
    io.stderr.write(`still in a copy that was made earlier: ${stripControls(copy)}\n`);
  return 0;
};

function outcome(undo: boolean, purge: boolean, dryRun: boolean): string {
  if (undo) return "brought back";
  if (dryRun) return purge ? "would be wiped" : "would be taken out";
  return purge ? "wiped from the library" : "taken out";
}

const undoHint = (patterns: readonly string[]): string =>
  `back: mediasearch remove ${patterns.map(quoteShellWord).join(" ")} --undo`;
