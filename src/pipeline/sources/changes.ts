import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { AssetId, Store } from "../../backends/backend.ts";
import { captionName } from "../../media/captions/names.ts";
import {
  bucketAndKey,
  folderOf,
  isBelow,
  isObject,
  nameOf,
  type Location,
} from "../../location.ts";
import type { OpenObjects } from "../scan/candidate.ts";
import { judgeOf } from "../deletions/find-deleted.ts";
import { openVolumes, type Volumes } from "../deletions/volumes.ts";

export interface SortedChanges {
  /** Files and folders to index. */
  readonly there: readonly string[];
  /** Files of the library that were deleted, with all below a folder that was; not those of a volume that went. */
  readonly gone: readonly AssetId[];
}

export interface ChangeTools {
  readonly store: Store;
  readonly objects: OpenObjects;
}

/** Whether nothing is there. No right to look, or a disk or server that fails, is no proof of it. */
export async function isGone(place: Location, objects: OpenObjects): Promise<boolean> {
  if (!isObject(place))
    return stat(place).then(
      () => false,
      ({ code }: NodeJS.ErrnoException) => code === "ENOENT" || code === "ENOTDIR",
    );
  try {
    const { bucket, key } = bucketAndKey(place);
    return (await (await objects()).bucket(bucket).stat(key)) === undefined;
  } catch {
    return false;
  }
}

/** A bucket that is to be looked through again is no object, and not gone for that. */
const isPrefix = async (
  place: Location,
  roots: readonly Location[],
  store: Store,
): Promise<boolean> =>
  isObject(place) && roots.includes(place) && (await store.getAsset(place)) === undefined;

/** What to do about paths below the roots that changed. Captions that are gone were perhaps used: their folder is looked at again. */
export async function sortChanges(
  paths: readonly Location[],
  roots: readonly Location[],
  { store, objects }: ChangeTools,
  volumes: Volumes = openVolumes(),
): Promise<SortedChanges> {
  const there = new Set<string>();
  const missing: string[] = [];
  for (const path of paths) {
    if ((await isPrefix(path, roots, store)) || !(await isGone(path, objects))) there.add(path);
    else {
      missing.push(path);
      if (captionName(nameOf(path)) && (isObject(path) || !(await isGone(folderOf(path), objects))))
        there.add(isObject(path) ? path : folderOf(path));
    }
  }
  const gone: AssetId[] = [];
  if (missing.length > 0) {
    // A root that is a file of its own lies in its folder.
    const judge = judgeOf(
      roots.filter((root) => !isObject(root)).flatMap((root) => [root, dirname(root)]),
      volumes,
    );
    const isMissing = (id: Location): boolean =>
      missing.some((path) => id === path || (!isObject(path) && isBelow(id, path)));
    for await (const asset of store.listAssets())
      if (
        asset.state !== "deleted" &&
        isMissing(asset.id) &&
        (isObject(asset.id) || judge(asset) === "deleted")
      )
        gone.push(asset.id);
  }
  return { there: [...there], gone };
}
