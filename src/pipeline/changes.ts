import { stat } from "node:fs/promises";
import { basename, dirname, sep } from "node:path";
import type { AssetId, Store } from "../backends/backend.ts";
import { captionName } from "../media/captions/names.ts";

export interface SortedChanges {
  /** Files and folders to index. */
  readonly there: readonly string[];
  /** Files of the library that are gone, with all below a folder that is gone. */
  readonly gone: readonly AssetId[];
}

/** What to do about paths that changed. Captions that are gone were perhaps used: their folder is looked at again. */
export async function sortChanges(paths: readonly string[], store: Store): Promise<SortedChanges> {
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
  if (missing.length > 0)
    for await (const { id, state } of store.listAssets())
      if (state !== "deleted" && missing.some((path) => id === path || id.startsWith(path + sep))) gone.push(id);
  return { there: [...there], gone };
}
