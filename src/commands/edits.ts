import { displayPath, fileNames } from "../app/display-path.ts";
import { type EditedFile, listEditedFiles, undoEdits } from "../app/library/edits.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { EDITS_SPEC } from "../cli/specs/keeping.ts";
import { MediasearchError } from "../errors.ts";
import { styler } from "../terminal/style.ts";
import { formatJson, formatTimestamp, pluralize, formatInstant } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import type { Correction, EditedLine, EditStep } from "../transcript-edits.ts";

export const run: Command<typeof EDITS_SPEC> = async (
  [action = "list", ...files],
  flags,
  context,
) => {
  const asJson = hasFlag(flags, "json");
  if (action === "undo") return undo(files, hasFlag(flags, "all"), asJson, context);
  const edited = await listEditedFiles(context, files);
  if (files.length > 0 && edited.length === 0)
    throw new MediasearchError("NOT_FOUND", `${files.join(" ")}: nothing was changed by hand`, {
      subject: files[0],
      hint: "mediasearch edits",
    });
  print(action, edited, asJson, context);
  return 0;
};

async function undo(
  files: readonly string[],
  all: boolean,
  asJson: boolean,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new MediasearchError("USAGE", "edits undo: which file?", {
      hint: "mediasearch edits undo FILE   (one at a time)",
    });
  const { id, undone } = await undoEdits(context, file, all);
  const names = fileNames(id, io.cwd);
  const shown = names.displayFile;
  if (asJson) io.stdout.write(`${formatJson({ version: 1, action: "undo", ...names, undone })}\n`);
  else
    for (const step of undone)
      io.stderr.write(`undone: ${stripControls(shown)}: ${stripControls(stepText(step))}\n`);
  return 0;
}

function print(
  action: string,
  edited: readonly EditedFile[],
  asJson: boolean,
  { io }: CommandContext,
): void {
  if (asJson) {
    const files = edited.map(({ id, edits: { steps } }) => ({
      ...fileNames(id, io.cwd),
      steps,
    }));
    io.stdout.write(`${formatJson({ version: 1, action, files })}\n`);
    return;
  }
  if (edited.length === 0) io.stderr.write("nothing was changed by hand\n");
  const paint = styler(io.stdout, io.env);
  for (const { id, edits } of edited) {
    const file = paint("cyan", stripControls(displayPath(id, io.cwd)));
    io.stdout.write(`${file}  ${pluralize(edits.steps.length, "change")}\n`);
    for (const step of edits.steps) {
      io.stdout.write(`  ${formatInstant(step.atMs)}  ${stripControls(stepText(step))}\n`);
      if (action === "show" && step.kind === "correct")
        for (const line of step.corrections.flatMap(changedLines))
          io.stdout.write(`${stripControls(line)}\n`);
    }
  }
}

function stepText(step: EditStep): string {
  return step.kind === "rename"
    ? `${step.from.join(", ")} is called ${step.to}`
    : `${pluralize(step.corrections.length, "passage")} corrected`;
}

const changedLines = ({ was, lines }: Correction): readonly string[] => [
  ...was.map((line) => `    - ${lineText(line)}`),
  ...lines.map((line) => `    + ${lineText(line)}`),
];

const lineText = ({ startMs, speaker, text }: EditedLine): string =>
  `${formatTimestamp(startMs)}  ${speaker === null ? "" : `${speaker}: `}${text}`;
