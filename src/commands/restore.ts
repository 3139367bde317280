import { type Restored, restoreLibrary } from "../app/library/restore.ts";
import { fileNames } from "../app/display-path.ts";
import { findAsset } from "../app/find-asset.ts";
import { restoreTranscript } from "../app/library/edits.ts";
import { undoRemoval } from "../app/library/remove.ts";
import { withBackend } from "../app/library/with-backend.ts";
import type { AssetStatus } from "../backends/catalog.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import { type FlagsOf, hasFlag, integerFlag } from "../cli/flags.ts";
import { quoteShellWord } from "../shell-words.ts";
import { MediasearchError } from "../errors.ts";
import type { RESTORE_SPEC } from "../cli/specs/library.ts";
import { formatJson, formatBytes, pluralize, formatInstant } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

export const run: Command<typeof RESTORE_SPEC> = async ([name = ""], flags, context) => {
  const { io } = context;
  const recording = await recordingMeant(name, flags, context);
  if (recording) return restoreRecording(recording, name, flags, context);
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

/** The recording of the library that is meant; undefined where a backup is. */
async function recordingMeant(
  name: string,
  flags: FlagsOf<typeof RESTORE_SPEC>,
  context: CommandContext,
): Promise<AssetStatus | undefined> {
  if (hasFlag(flags, "check") || hasFlag(flags, "force")) return undefined;
  try {
    return await withBackend(context, ({ library }) =>
      findAsset(library.catalog, name, context.cwd),
    );
  } catch (error) {
    if (error instanceof MediasearchError && ["NO_STORE", "NOT_FOUND"].includes(error.code))
      return undefined;
    throw error;
  }
}

/** One that was taken out comes back; else the transcript that was replaced comes back. */
async function restoreRecording(
  asset: AssetStatus,
  name: string,
  flags: FlagsOf<typeof RESTORE_SPEC>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const names = fileNames(asset.id, io.cwd);
  const { displayFile } = names;
  const asJson = hasFlag(flags, "json");
  if (asset.state === "deleted") {
    const files = await undoRemoval(context, [name]);
    if (asJson) io.stdout.write(`${formatJson({ version: 1, restored: files })}\n`);
    else io.stderr.write(`${stripControls(displayFile)}: is in the library again\n`);
    return 0;
  }
  const number = integerFlag(flags, "number", 1, 10_000) ?? 1;
  const { archivedAtMs, changes } = await restoreTranscript(context, asset, number);
  const archived = formatInstant(archivedAtMs);
  if (asJson) io.stdout.write(`${formatJson({ version: 1, ...names, archived, changes })}\n`);
  else
    io.stderr.write(
      `${stripControls(displayFile)}: as it was until ${archived}, ${pluralize(changes, "passage")} changed; ${context.hint(`back: mediasearch edits undo ${quoteShellWord(displayFile)}`)}\n`,
    );
  return 0;
}

function restoredLines(backup: string, { manifest, store, kept }: Restored): string[] {
  const what = `${pluralize(manifest.files, "file")}, ${pluralize(manifest.segments, "segment")}, ${formatBytes(manifest.sizeBytes)}, made ${manifest.createdAt}`;
  const first = store === null ? `${backup}: sound: ${what}` : `${store}: ${what}`;
  return kept ? [first, `the library that was there is kept as ${kept}`] : [first];
}
