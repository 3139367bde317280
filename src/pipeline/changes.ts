import { stat } from "node:fs/promises";
import { basename, dirname, sep } from "node:path";
import type { AssetId, Store } from "../backends/backend.ts";
import { captionName } from "../media/captions/names.ts";
import { judgeOf } from "./sweep.ts";
import { openVolumes, type Volumes } from "./volumes.ts";

export interface SortedChanges {
  /** Files and folders to index. */
  readonly there: readonly string[];
  /** Files of the library that were deleted, with all below a folder that was; not those of a volume that went. */
  readonly gone: readonly AssetId[];
}

/** What to do about paths below the roots that changed. Captions that are gone were perhaps used: their folder is looked at again. */
export async function sortChanges(paths: readonly string[], roots: readonly string[], store: Store, volumes: Volumes = openVolumes()): Promise<SortedChanges> {
  const there = new Set<string>();
  const missing: string[] = [];
  for (const path of paths) {
    if (await stat(path).then(() => true, (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR")) there.add(path);
    else {
      missing.push(path);
      if (captionName(basename(path))) there.add(dirname(path));
    }
  }
  const gone: AssetId[] = [];
  if (missing.length > 0) {
    // A root that is a file of its own lies in its folder.
    const judge = judgeOf(roots.flatMap((root) => [root, dirname(root)]), volumes);
    const isMissing = (id: string): boolean => missing.some((path) => id === path || id.startsWith(path + sep));
    for await (const asset of store.listAssets()) if (asset.state !== "deleted" && isMissing(asset.id) && judge(asset) === "deleted") gone.push(asset.id);
  }
  return { there: [...there], gone };
}
