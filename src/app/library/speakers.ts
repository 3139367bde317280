import type { AssetId } from "../../backends/catalog.ts";
import { MediasearchError } from "../../errors.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import { renameInLibrary as renameInStore } from "../../transfer/rename-speakers.ts";
import { foldName } from "../../transcript-edits.ts";
import type { Context } from "../context.ts";
import { withEditTools } from "./edit-tools.ts";
import { withBackend } from "./with-backend.ts";

export interface Speaker {
  readonly name: string;
  /** Where he or she speaks, in the order of the library. */
  readonly files: readonly AssetId[];
  /** How long he or she speaks in them, in milliseconds. */
  readonly speechMs: number;
}

const matcherOf = (file: string | undefined, cwd: string) =>
  anyFileMatcher(file === undefined ? [] : [file], cwd);

/**
 * Who speaks in the files that `file` (a path, a name or a glob) means; those of the most files
 * first.
 */
export async function listSpeakers(context: Context, file?: string): Promise<readonly Speaker[]> {
  const wants = await matcherOf(file, context.cwd);
  return withBackend(context, async ({ library }) => {
    const files = new Map<string, AssetId[]>();
    const speechMs = new Map<string, number>();
    for await (const asset of library.catalog.list()) {
      if (asset.state === "deleted" || asset.speakers.length === 0 || !wants(asset.id)) continue;
      for (const name of asset.speakers) files.set(name, [...(files.get(name) ?? []), asset.id]);
      for await (const { speaker, startMs, endMs } of library.versions.read(asset.id))
        if (speaker !== null) speechMs.set(speaker, (speechMs.get(speaker) ?? 0) + endMs - startMs);
    }
    return [...files]
      .map(([name, theirs]) => ({ name, files: theirs, speechMs: speechMs.get(name) ?? 0 }))
      .toSorted((a, b) => b.files.length - a.files.length || (a.name < b.name ? -1 : 1));
  });
}

export interface RenameRequest {
  /** Names that mean one person. */
  readonly from: readonly string[];
  readonly to: string;
  /** Only in this file: a path, a name or a glob. */
  readonly file?: string | undefined;
}

export interface RenamedFile {
  readonly id: AssetId;
  readonly segments: number;
}

const namesHeard = (
  context: Context,
  wants: (id: AssetId) => boolean,
): Promise<ReadonlySet<string>> =>
  withBackend(context, async ({ library }) => {
    const names = new Set<string>();
    for await (const { id, state, speakers } of library.catalog.list())
      if (state !== "deleted" && wants(id)) for (const name of speakers) names.add(foldName(name));
    return names;
  });

/**
 * Gives speakers another name. Works while another run indexes into the library.
 * @throws USAGE for an empty name, NOT_FOUND where nobody has one of the names.
 */
export async function renameSpeakers(
  context: Context,
  { from, to, file }: RenameRequest,
): Promise<readonly RenamedFile[]> {
  const wants = await matcherOf(file, context.cwd);
  if (to.trim() === "")
    throw new MediasearchError("USAGE", "a speaker needs a name", {
      hint: "mediasearch speakers list",
    });
  const heard = await namesHeard(context, wants);
  const unknown = from.filter((name) => !heard.has(foldName(name)));
  if (unknown.length > 0)
    throw new MediasearchError("NOT_FOUND", `nobody is called ${unknown.join(" or ")}`, {
      subject: unknown[0],
      hint: "mediasearch speakers list",
    });
  return withEditTools(context, false, (tools) =>
    Array.fromAsync(renameInStore(tools, { from, to: to.trim(), wants })),
  );
}
