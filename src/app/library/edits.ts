import type { ArchivedTranscript } from "../../backends/archive.ts";
import type { AssetId, AssetStatus } from "../../backends/catalog.ts";
import { contentOf, listEdits } from "../../backends/edits.ts";
import type { Library } from "../../backends/library.ts";
import { MediasearchError } from "../../errors.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import { editTranscript, undoEdits as undoInLibrary } from "../../transfer/edit-transcript.ts";
import { type EditStep, findCorrections, type TranscriptEdits } from "../../transcript-edits.ts";
import type { Context } from "../context.ts";
import { findAsset } from "../find-asset.ts";
import { withEditTools } from "./edit-tools.ts";
import { withBackend } from "./with-backend.ts";

/** What a person changed in the transcript of a file. */
export interface EditedFile {
  readonly id: AssetId;
  readonly edits: TranscriptEdits;
}

/**
 * The files that are meant (paths, names or globs; none means every file) and were changed by hand.
 */
export const listEditedFiles = (
  context: Context,
  files: readonly string[],
): Promise<readonly EditedFile[]> =>
  withBackend(context, async ({ library, records }) => {
    const matches = await anyFileMatcher(files, context.cwd);
    const layers = new Map(await listEdits(records));
    const edited: EditedFile[] = [];
    for await (const { id, fingerprint } of library.catalog.list()) {
      const edits = layers.get(contentOf(fingerprint));
      if (edits && matches(id)) edited.push({ id, edits });
    }
    return edited;
  });

/**
 * Takes back the last change of one file and its copies, or all of them.
 * @throws NOT_FOUND where nothing was changed.
 */
export const undoEdits = (
  context: Context,
  name: string,
  all: boolean,
): Promise<{ readonly id: AssetId; readonly undone: readonly EditStep[] }> =>
  withEditTools(context, false, async (tools) => {
    const asset = await findAsset(tools.library.catalog, name, context.cwd);
    const undone = await undoInLibrary(asset, all ? Infinity : 1, tools);
    if (undone.length === 0)
      throw new MediasearchError("NOT_FOUND", `${name}: nothing was changed by hand`, {
        subject: name,
        hint: "mediasearch edits",
      });
    return { id: asset.id, undone };
  });

/**
 * A transcript of a file that was replaced.
 * @param number 1 is the last one that was replaced.
 * @throws NOT_FOUND where the archive has none of that number.
 */
export async function archivedTranscript(
  { archive }: Pick<Library, "archive">,
  id: AssetId,
  number: number,
): Promise<ArchivedTranscript> {
  const own: ArchivedTranscript[] = [];
  for await (const transcript of archive.read()) if (transcript.id === id) own.push(transcript);
  const found = own.at(-number);
  if (found) return found;
  throw new MediasearchError(
    "NOT_FOUND",
    own.length === 0
      ? `${id}: no replaced transcript of it is kept`
      : `${id}: ${own.length} replaced transcripts of it are kept, not ${number}`,
    { subject: id, hint: "mediasearch status" },
  );
}

/**
 * Brings an archived transcript of a file back: its words are laid over the present ones as a
 * change by hand, so that they hold and can be taken back.
 */
export const restoreTranscript = (
  context: Context,
  asset: AssetStatus,
  number: number,
): Promise<{ readonly archivedAtMs: number; readonly changes: number }> =>
  withEditTools(context, false, async (tools) => {
    const archived = await archivedTranscript(tools.library, asset.id, number);
    const present = await Array.fromAsync(tools.library.versions.read(asset.id));
    const corrections = findCorrections(present, archived.segments);
    if (corrections.length > 0)
      await editTranscript(asset, { kind: "correct", corrections, atMs: Date.now() }, tools);
    return { archivedAtMs: archived.archivedAtMs, changes: corrections.length };
  });
