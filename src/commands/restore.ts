import { type Restored, restoreLibrary } from "../app/library/restore.ts";
import type { Command } from "../cli/command.ts";
import { hasFlag } from "../cli/flags.ts";
import type { RESTORE } from "../cli/specs/library.ts";
import { formatBytes, pluralize } from "../text/format.ts";

export const run: Command<typeof RESTORE> = async ([name = ""], flags, context) => {
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
      `${JSON.stringify({ version: 1, backup, restoredTo: store, kept, ...manifest })}\n`,
    );
  else io.stdout.write(restoredText(backup, restored));
  return 0;
};

function restoredText(backup: string, { manifest, store, kept }: Restored): string {
  const what = `${pluralize(manifest.files, "file")}, ${pluralize(manifest.segments, "segment")}, ${formatBytes(manifest.sizeBytes)}, made ${manifest.createdAt}`;
  const first = store === null ? `${backup}: sound: ${what}\n` : `${store}: ${what}\n`;
  return kept ? `${first}the library that was there is kept as ${kept}\n` : first;
}
