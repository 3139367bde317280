import { lstatSync, readdirSync, statSync } from "node:fs";
import { dirname, sep } from "node:path";
import type { AssetStatus } from "../../../backends/catalog.ts";
import type { Volumes } from "./volumes.ts";

/** What became of a file: "there", "deleted", or the folder that stands for its missing volume. */
export type MissingFileClassifier = (
  asset: Pick<AssetStatus, "id" | "indexedAtMs">,
) => "there" | "deleted" | (string & {});

/**
 * Classifies files below the folders; a file elsewhere is "there". A file counts as deleted when
 * the nearest folder that is still there holds something else, or was emptied after the file was
 * indexed: an empty mount point looks as it did before.
 */
export function missingFileClassifier(
  folders: readonly string[],
  volumes: Volumes,
): MissingFileClassifier {
  const verdicts = new Map<string, Empty | null>();
  return ({ id, indexedAtMs }) => {
    const root = folders.find((folder) =>
      id.startsWith(folder.endsWith(sep) ? folder : folder + sep),
    );
    if (root === undefined || pathExists(id)) return "there";
    const volume = volumes.missing(id);
    if (volume !== undefined) return volume;
    const empty = emptyAncestor(dirname(id), root, verdicts);
    const isEmptied = empty?.folder === dirname(id) && empty.changedAtMs > (indexedAtMs ?? 0);
    return empty === null || isEmptied ? "deleted" : empty.folder;
  };
}

const pathExists = (path: string): boolean => {
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

/**
 * The nearest folder that exists, when it is empty, or the link that leads nowhere; null when it
 * holds anything.
 */
function emptyAncestor(
  folder: string,
  root: string,
  verdicts: Map<string, Empty | null>,
): Empty | null {
  const earlier = verdicts.get(folder);
  if (earlier !== undefined) return earlier;
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
