import { backUpLibrary } from "../app/library/backup.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { BACKUP_SPEC } from "../cli/specs/library.ts";
import { formatJson, formatBytes, pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof BACKUP_SPEC> = async ([name = ""], flags, context) => {
  const { io } = context;
  const to = context.toLocation(name);
  const overwrite = hasFlag(flags, "force");
  const manifest = await backUpLibrary(context, { to, toAsGiven: name, overwrite });
  if (hasFlag(flags, "json"))
    io.stdout.write(`${formatJson({ version: 1, file: to, ...manifest })}\n`);
  else
    io.stdout.write(
      `${stripControls(to)}: ${pluralize(manifest.files, "file")}, ${pluralize(manifest.segments, "segment")}, ${formatBytes(manifest.sizeBytes)} unpacked, sha256 ${manifest.sha256}\n`,
    );
  return 0;
};
