import type { AssetId, AssetStatus } from "../backends/catalog.ts";
import { contentOf } from "../backends/edits.ts";
import type { ReadableLibrary } from "../backends/library.ts";
import { foldName } from "../transcript-edits.ts";
import { editTranscript, type EditTools } from "./edit-transcript.ts";

export interface Renaming {
  /** Exact names, whatever the case. */
  readonly from: readonly string[];
  readonly to: string;
  readonly wants: (id: AssetId) => boolean;
}

export interface Renamed {
  readonly id: AssetId;
  readonly segments: number;
}

/** Finds the files in which any of the speakers speaks. */
export async function findAssetsOfSpeaker(
  { catalog }: Pick<ReadableLibrary, "catalog">,
  { from, wants }: Renaming,
): Promise<AssetStatus[]> {
  const names = new Set(from.map(foldName));
  const assets: AssetStatus[] = [];
  for await (const asset of catalog.list())
    if (
      asset.state !== "deleted" &&
      wants(asset.id) &&
      asset.speakers.some((name) => names.has(foldName(name)))
    )
      assets.push(asset);
  return assets;
}

/**
 * Renames speakers, file by file, each in one commit. Words and vectors stay as they are. The names
 * are kept apart from what was recognised, and hold for whatever is recognised later.
 */
export async function* renameInLibrary(
  tools: EditTools,
  renaming: Renaming,
): AsyncIterable<Renamed> {
  const { to } = renaming;
  const names = new Set(renaming.from.map(foldName));
  const done = new Set<string>();
  for (const asset of await findAssetsOfSpeaker(tools.library, renaming)) {
    let segments = 0;
    for await (const { speaker } of tools.library.versions.read(asset.id))
      if (speaker !== null && speaker !== to && names.has(foldName(speaker))) segments++;
    if (segments === 0) continue;
    // A copy of a file that was done has the names already.
    const content = contentOf(asset.fingerprint);
    if (content === "" || !done.has(content))
      await editTranscript(
        asset,
        { kind: "rename", from: renaming.from, to, atMs: Date.now() },
        tools,
      );
    done.add(content);
    yield { id: asset.id, segments };
  }
}
