import { expandHome } from "../location.ts";
import { resolve } from "node:path";
import { fileNames } from "../app/display-path.ts";
import { type ImportResult, importTranscripts } from "../app/library/import-transcripts.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { IMPORT_SPEC } from "../cli/specs/library.ts";
import { ERRORS } from "../errors.ts";
import { formatJson, pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof IMPORT_SPEC> = async (paths, flags, context) => {
  const { io } = context;
  const results = await importTranscripts(context, {
    paths: paths.map((path) => resolve(io.cwd, expandHome(path))),
    recording: flags.for === undefined ? undefined : resolve(io.cwd, expandHome(flags.for)),
  });
  if (hasFlag(flags, "json")) {
    const transcripts = results.map((result) => importRecord(result, io.cwd));
    io.stdout.write(`${formatJson({ version: 1, transcripts })}\n`);
  } else io.stderr.write(importText(results));
  return results.some(({ outcome }) => outcome === "failed") ? ERRORS.PARTIAL.exit : 0;
};

const importRecord = (result: ImportResult, cwd: string) => ({
  transcript: result.transcript,
  ...(result.outcome === "failed"
    ? { file: null, displayFile: null }
    : fileNames(result.recording, cwd)),
  outcome: result.outcome,
  reason: result.outcome === "failed" ? result.reason : null,
});

function importText(results: readonly ImportResult[]): string {
  const count = (wanted: ImportResult["outcome"]): number =>
    results.filter(({ outcome }) => outcome === wanted).length;
  const notes = results.flatMap((result) =>
    result.outcome === "failed"
      ? `${stripControls(result.reason)}\n`
      : result.warnings.map((one) => `${stripControls(`${result.transcript}: ${one}`)}\n`),
  );
  return `${notes.join("")}${pluralize(count("imported"), "transcript")} imported, ${count("unchanged")} unchanged, ${count("failed")} failed\n`;
}
