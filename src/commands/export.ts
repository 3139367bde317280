import { expandHome } from "../location.ts";
import { resolve } from "node:path";
import { displayPath, fileNames } from "../app/display-path.ts";
import { type ExportResult, exportTranscripts } from "../app/library/export-transcripts.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { EXPORT_SPEC } from "../cli/specs/library.ts";
import { ERRORS } from "../errors.ts";
import { formatJson, pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof EXPORT_SPEC> = async (files, flags, context) => {
  const { io } = context;
  const { format = "json", output } = flags;
  const results = await exportTranscripts(context, {
    format,
    files,
    folder: output === undefined ? undefined : resolve(io.cwd, expandHome(output)),
    vectors: hasFlag(flags, "vectors"),
    words: hasFlag(flags, "words"),
    overwrite: hasFlag(flags, "force"),
  });
  if (hasFlag(flags, "json")) {
    const records = results.map(({ recording, to, outcome, reason }) => ({
      ...fileNames(recording, io.cwd),
      to,
      outcome,
      reason,
    }));
    io.stdout.write(`${formatJson({ version: 1, files: records })}\n`);
  } else
    printExports(results, output === undefined && (format === "srt" || format === "vtt"), context);
  return results.some(isLeft) ? ERRORS.PARTIAL.exit : 0;
};

const isLeft = ({ outcome }: ExportResult): boolean => outcome === "failed" || outcome === "kept";

/** `isBeside`: captions that stand beside recordings are read by the next run. */
function printExports(
  results: readonly ExportResult[],
  isBeside: boolean,
  { io }: CommandContext,
): void {
  const shown = (path: string): string => stripControls(displayPath(path, io.cwd));
  const left = results.filter(isLeft);
  for (const { to, outcome } of results)
    if (outcome === "written") io.stdout.write(`${shown(to)}\n`);
  for (const { to, reason } of left)
    io.stderr.write(`${shown(to)}: ${stripControls(reason ?? "")}\n`);
  const unchanged = results.filter(({ outcome }) => outcome === "unchanged").length;
  io.stderr.write(
    `${pluralize(results.length - left.length - unchanged, "transcript")} written, ${unchanged} unchanged, ${left.length} left\n`,
  );
  if (isBeside)
    io.stderr.write(
      "the next index reads them as captions: what you correct in them is what will be found\n",
    );
}
