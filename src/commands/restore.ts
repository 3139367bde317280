import { type Restored, restoreLibrary } from "../app/library/restore.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { RESTORE_SPEC } from "../cli/specs/library.ts";
import { formatJson, formatBytes, pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof RESTORE_SPEC> = async ([name = ""], flags, context) => {
  const { io } = context;
  const backup = context.toLocation(name);
  const restored = await restoreLibrary(context, {
    from: backup,
    fromAsGiven: name,
    checkOnly: hasFlag(flags, "check"),
    replace: hasFlag(flags, "force"),
  });
  const { manifest, store, kept } = restored;
  if (hasFlag(flags, "json"))
    io.stdout.write(
      `${formatJson({ version: 1, backup, restoredTo: store, kept, ...manifest })}\n`,
    );
  else
    for (const line of restoredLines(backup, restored)) io.stdout.write(`${stripControls(line)}\n`);
  return 0;
};

function restoredLines(backup: string, { manifest, store, kept }: Restored): string[] {
  const what = `${pluralize(manifest.files, "file")}, ${pluralize(manifest.segments, "segment")}, ${formatBytes(manifest.sizeBytes)}, made ${manifest.createdAt}`;
  const first = store === null ? `${backup}: sound: ${what}` : `${store}: ${what}`;
  return kept ? [first, `the library that was there is kept as ${kept}`] : [first];
}
