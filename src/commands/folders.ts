import { displayPath } from "../app/display-path.ts";
import {
  type FolderStatus,
  folderText,
  forgetFolders,
  readFolders,
} from "../app/library/folders.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { FOLDERS_SPEC } from "../cli/specs/keeping.ts";
import { MediasearchError } from "../errors.ts";
import { styler } from "../terminal/style.ts";
import { formatJson, pluralize, formatInstant } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof FOLDERS_SPEC> = async (
  [action = "list", ...places],
  flags,
  context,
) => {
  const { io } = context;
  if (action === "forget") {
    if (places.length === 0)
      throw new MediasearchError("USAGE", "folders forget: which folder?", {
        hint: "mediasearch folders forget FOLDER",
      });
    await forgetFolders(
      context,
      places.map((place) => context.toLocation(place)),
    );
    io.stderr.write(`${pluralize(places.length, "folder")} off the list; the files stay\n`);
    return 0;
  }
  const folders = await readFolders(context);
  if (hasFlag(flags, "json")) {
    io.stdout.write(`${formatJson({ version: 1, folders: folders.map(folderRecord) })}\n`);
    return 0;
  }
  const paint = styler(io.stdout, io.env);
  for (const folder of folders) {
    const place = paint("cyan", stripControls(displayPath(folder.location, io.cwd)));
    io.stdout.write(`${place}  ${stripControls(folderText(folder))}\n`);
  }
  if (folders.length === 0) io.stderr.write("no folder was indexed yet\n");
  return 0;
};

const folderRecord = ({ location, startedAtMs, endedAtMs, ...folder }: FolderStatus) => ({
  folder: location,
  ...folder,
  startedAt: formatInstant(startedAtMs),
  lastLook: endedAtMs === null ? null : formatInstant(endedAtMs),
});
