import { displayPath, fileNames } from "../../app/display-path.ts";
import { listSpeakers, renameSpeakers, type RenameRequest } from "../../app/library/speakers.ts";
import type { Command, CommandContext } from "../../cli/command.ts";
import { type FlagsOf, hasFlag } from "../../cli/flags.ts";
import type { SPEAKERS_SPEC } from "../../cli/specs/library.ts";
import { MediasearchError } from "../../errors.ts";
import { formatJson, formatLength, pluralize } from "../../text/format.ts";
import { fitMiddle, fitStart, lineColumns } from "../../terminal/fit.ts";
import { stripControls } from "../../text/strip-controls.ts";

import { enrol, forget, match, printProfiles } from "./voices.ts";

const SHOWN_FILES = 3;

export const run: Command<typeof SPEAKERS_SPEC> = async (
  [action = "list", ...names],
  flags,
  context,
) => {
  const asJson = hasFlag(flags, "json");
  if (action === "enrol") return enrol(names, flags, context);
  if (action === "match") return match(flags, context);
  if (action === "profiles") return printProfiles(flags, context);
  if (action === "forget") return forget(names, flags, context);
  if (action === "list") return printSpeakers(flags.file, asJson, context);
  return rename(renameRequest(action, names, flags), asJson, context);
};

/** @throws USAGE when names are missing. */
function renameRequest(
  action: string,
  names: readonly string[],
  { into, file }: FlagsOf<typeof SPEAKERS_SPEC>,
): RenameRequest {
  if (action === "rename") {
    const [from, to] = names;
    if (from === undefined || to === undefined || names.length !== 2)
      throw new MediasearchError("USAGE", "speakers rename: which speaker, and to what name?", {
        hint: 'mediasearch speakers rename "Speaker 1" "Ada Moreau" --file talk.mp3',
      });
    return { from: [from], to, file };
  }
  if (names.length === 0 || into === undefined)
    throw new MediasearchError("USAGE", "speakers merge: which speakers, and into what name?", {
      hint: 'mediasearch speakers merge "A. Moreau" Ada --into "Ada Moreau"',
    });
  return { from: names, to: into, file };
}

async function printSpeakers(
  file: string | undefined,
  asJson: boolean,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  // On a terminal each speaker has one line.
  const columns = lineColumns(io.stdout);
  const speakers = (await listSpeakers(context, file)).map(({ name, files, speechMs }) => ({
    speaker: name,
    files,
    speechMs,
  }));
  if (asJson) io.stdout.write(`${formatJson({ version: 1, speakers })}\n`);
  else
    for (const { speaker, files, speechMs } of speakers) {
      const shown = files
        .slice(0, SHOWN_FILES)
        .map((id) => stripControls(displayPath(id, io.cwd)))
        .join(", ");
      const name = fitMiddle(stripControls(speaker), columns / 2);
      const line = `${name}  ${formatLength(speechMs)} in ${pluralize(files.length, "file")}: ${shown}${files.length > SHOWN_FILES ? ", …" : ""}`;
      io.stdout.write(`${fitStart(line, columns)}\n`);
    }
  if (speakers.length === 0)
    io.stderr.write("no speakers are known; captions name them, and some recognisers do\n");
  return 0;
}

async function rename(
  request: RenameRequest,
  asJson: boolean,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const renamed = await renameSpeakers(context, request);
  const to = request.to.trim();
  if (asJson) {
    const files = renamed.map(({ id, segments }) => ({ ...fileNames(id, io.cwd), segments }));
    io.stdout.write(`${formatJson({ version: 1, to, files })}\n`);
    return 0;
  }
  const segments = renamed.reduce((sum, file) => sum + file.segments, 0);
  io.stderr.write(
    `${stripControls(to)}: ${pluralize(segments, "segment")} in ${pluralize(renamed.length, "file")}\n`,
  );
  return 0;
}
