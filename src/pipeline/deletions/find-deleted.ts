import { lstatSync, readdirSync, statSync } from "node:fs";
import { dirname, sep } from "node:path";
import type { AssetId, AssetStatus, Store } from "../../backends/backend.ts";
import type { Ledger } from "../../backends/ledger.ts";
import { isObject } from "../../location.ts";
import type { OpenObjects } from "../scan/candidate.ts";
import { findDeletedObjects } from "../sources/bucket/find-deleted.ts";
import { openVolumes, type Volumes } from "./volumes.ts";

export interface DeletionServices {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly objects: OpenObjects;
}

export interface Deletions {
  readonly deleted: readonly AssetId[];
  /** Files that failed once and are gone: nothing is left to be told about them. */
  readonly forgotten: readonly AssetId[];
  /** Folders that are empty or gone as when a volume is not mounted, with how many files they had. */
  readonly offline: ReadonlyMap<string, number>;
}

/**
 * Finds files of the library below the roots that are gone from the disk, and tells those that were deleted from those whose volume is not there.
 * A root that is gone itself proves nothing.
 */
export async function findDeleted(
  { store, ledger, objects }: DeletionServices,
  roots: readonly string[],
  signal: AbortSignal,
  volumes: Volumes = openVolumes(),
): Promise<Deletions> {
  const folders = roots.filter(
    (root) =>
      !isObject(root) && (statSync(root, { throwIfNoEntry: false })?.isDirectory() ?? false),
  );
  const deleted: AssetId[] = [];
  const offline = new Map<string, number>();
  const judge = judgeOf(folders, volumes);
  for await (const asset of store.listAssets()) {
    signal.throwIfAborted();
    if (asset.state === "deleted") continue;
    const verdict = judge(asset);
    if (verdict === "deleted") deleted.push(asset.id);
    else if (verdict !== "there") offline.set(verdict, (offline.get(verdict) ?? 0) + 1);
  }
  for (const root of roots.filter(isObject)) {
    const { gone, isOffline } = await findDeletedObjects(store, root, await objects(), signal);
    if (isOffline) offline.set(root, gone.length);
    else deleted.push(...gone);
  }
  // What the user skips stays skipped; every other job of a file that is gone is over.
  const jobs = (await ledger.listJobs()).filter(({ state }) => state !== "SKIPPED");
  return {
    deleted,
    forgotten: jobs
      .filter(({ id, updatedAtMs }) => judge({ id, indexedAtMs: updatedAtMs }) === "deleted")
      .map(({ id }) => id),
    offline,
  };
}

export type Judge = (
  asset: Pick<AssetStatus, "id" | "indexedAtMs">,
) => "there" | "deleted" | (string & {});

/**
 * What became of a file below one of the folders: "there", "deleted", or the folder that stands for its missing volume. A file counts as deleted when
 * the nearest folder that is still there holds something else, or was emptied after the file was indexed: an empty mount point looks as it did before.
 */
export function judgeOf(folders: readonly string[], volumes: Volumes): Judge {
  const verdicts = new Map<string, Empty | null>();
  return ({ id, indexedAtMs }) => {
    const root = folders.find((folder) =>
      id.startsWith(folder.endsWith(sep) ? folder : folder + sep),
    );
    if (root === undefined || isThere(id)) return "there";
    const volume = volumes.missing(id);
    if (volume !== undefined) return volume;
    const empty = emptyAncestor(dirname(id), root, verdicts);
    const isEmptied = empty?.folder === dirname(id) && empty.changedAtMs > (indexedAtMs ?? 0);
    return empty === null || isEmptied ? "deleted" : empty.folder;
  };
}

const isThere = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // No right to look, or a disk that fails: no proof that the file is gone.
    return true;
  }
};

interface Empty {
  readonly folder: string;
  readonly changedAtMs: number;
}

/** The nearest folder that exists, when it is empty, or the link that leads nowhere; null when it holds anything. */
function emptyAncestor(
  folder: string,
  root: string,
  verdicts: Map<string, Empty | null>,
): Empty | null {
  const known = verdicts.get(folder);
  if (known !== undefined) return known;
  let verdict: Empty | null;
  try {
    verdict =
      readdirSync(folder).length === 0 ? { folder, changedAtMs: statSync(folder).mtimeMs } : null;
  } catch {
    if (folder === root || lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
      verdict = { folder, changedAtMs: 0 };
    else verdict = emptyAncestor(dirname(folder), root, verdicts);
  }
  verdicts.set(folder, verdict);
  return verdict;
}
