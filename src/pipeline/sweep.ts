import { readdirSync, statSync } from "node:fs";
import { dirname, sep } from "node:path";
import type { AssetId, Store } from "../backends/backend.ts";

export interface Swept {
  readonly deleted: readonly AssetId[];
  /** Folders that are empty or gone as when a volume is not mounted, with how many files they had. */
  readonly offline: ReadonlyMap<string, number>;
}

const isThere = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // No right to look, or a disk that fails: no proof that the file is gone.
    return true;
  }
};

/**
 * Finds files of the library below the roots that are gone from the disk. A file counts as deleted only when the nearest folder
 * that is still there has something in it: an unmounted volume leaves an empty mount point, and takes nothing with it. A root that is gone itself proves nothing.
 */
export async function findDeleted(store: Store, roots: readonly string[], signal: AbortSignal): Promise<Swept> {
  const folders = roots.filter((root) => statSync(root, { throwIfNoEntry: false })?.isDirectory() ?? false);
  const deleted: AssetId[] = [];
  const offline = new Map<string, number>();
  const verdicts = new Map<string, string | null>();
  for await (const { id, state } of store.listAssets()) {
    signal.throwIfAborted();
    const root = folders.find((folder) => id.startsWith(folder.endsWith(sep) ? folder : folder + sep));
    if (root === undefined || state === "deleted" || isThere(id)) continue;
    const empty = emptyAncestor(dirname(id), root, verdicts);
    if (empty === null) deleted.push(id);
    else offline.set(empty, (offline.get(empty) ?? 0) + 1);
  }
  return { deleted, offline };
}

/** The nearest folder that exists, when it is empty; null when it holds anything. */
function emptyAncestor(folder: string, root: string, verdicts: Map<string, string | null>): string | null {
  const known = verdicts.get(folder);
  if (known !== undefined) return known;
  let verdict: string | null;
  try {
    verdict = readdirSync(folder).length === 0 ? folder : null;
  } catch {
    verdict = folder === root ? root : emptyAncestor(dirname(folder), root, verdicts);
  }
  verdicts.set(folder, verdict);
  return verdict;
}
