import { basename, dirname } from "node:path";
import type { AssetId } from "../../../backends/catalog.ts";
import { isWithin } from "../../../location.ts";
import { possibleCaptionName } from "../../../media/captions/names.ts";
import { isCaptionFolder } from "../../../media/captions/pairing.ts";
import type { KnownAssets, SortedChanges } from "../media-source.ts";
import { missingFileClassifier } from "./classify-missing.ts";
import { statFile } from "./stat.ts";
import { openVolumes, type Volumes } from "./volumes.ts";

const isFileGone = (path: string): Promise<boolean> =>
  statFile(path).then(
    (stat) => stat === undefined,
    () => false,
  );

/** The folder whose media may have used captions: they may lie in `Subs/` or `Subs/NAME/`. */
function folderOfMedia(captions: string): string {
  const folders = [dirname(captions), dirname(dirname(captions))];
  const own = folders.find((folder) => isCaptionFolder(basename(folder)));
  return own === undefined ? dirname(captions) : dirname(own);
}

/** Captions that are gone were perhaps used: their folder is listed again. */
export async function sortChangedFiles(
  changed: readonly string[],
  roots: readonly string[],
  catalog: KnownAssets,
  volumes: Volumes = openVolumes(),
): Promise<SortedChanges> {
  const there = new Set<string>();
  const missing: string[] = [];
  for (const path of changed) {
    if (await isFileGone(path)) missing.push(path);
    else there.add(path);
  }
  for (const path of missing)
    if (possibleCaptionName(basename(path)) && !(await isFileGone(dirname(path))))
      there.add(folderOfMedia(path));
  return { there: [...there], gone: await deletedAmong(missing, roots, catalog, volumes) };
}

async function deletedAmong(
  missing: readonly string[],
  roots: readonly string[],
  catalog: KnownAssets,
  volumes: Volumes,
): Promise<AssetId[]> {
  const gone: AssetId[] = [];
  if (missing.length === 0) return gone;
  // A root that is a file of its own lies in its folder.
  const folders = roots.flatMap((root) => [root, dirname(root)]);
  const classify = missingFileClassifier(folders, volumes);
  const isMissing = (id: AssetId): boolean => missing.some((path) => isWithin(id, path));
  for await (const asset of catalog.list())
    if (asset.state !== "deleted" && isMissing(asset.id) && classify(asset) === "deleted")
      gone.push(asset.id);
  return gone;
}
