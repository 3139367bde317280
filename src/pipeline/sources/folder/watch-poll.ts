import { realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { folderBehind, visibleEntries } from "./watch-folders.ts";

/** Path → what tells whether it changed. Folders are in it as "folder". */
export type Snapshot = ReadonlyMap<string, string>;

/**
 * What is below the folder now, without hidden names; for a file: it and the files beside it whose
 * names begin as its name does (its captions). What can't be read is not in it.
 */
export async function snapshotFolder(root: string, signal: AbortSignal): Promise<Snapshot> {
  const entries = new Map<string, string>();
  const seen = new Set<string>();
  const addFile = async (path: string): Promise<void> => {
    const stats = await stat(path).catch(() => undefined);
    if (stats) entries.set(path, `${stats.size}:${stats.mtimeMs}:${stats.ino}`);
  };
  const walk = async (folder: string, real: string): Promise<void> => {
    if (signal.aborted || seen.has(real)) return;
    seen.add(real);
    const files: string[] = [];
    for (const entry of await visibleEntries(folder).catch(() => [])) {
      const path = join(folder, entry.name);
      const below = await folderBehind(entry, path, real);
      if (below === undefined) files.push(path);
      else {
        entries.set(path, "folder");
        await walk(path, below);
      }
    }
    for (let from = 0; from < files.length; from += 32)
      await Promise.all(files.slice(from, from + 32).map(addFile));
  };
  const stats = await stat(root).catch(() => undefined);
  if (stats?.isDirectory()) await walk(root, await realpath(root).catch(() => root));
  else {
    const stem = basename(root, extname(root));
    const beside = await visibleEntries(dirname(root)).catch(() => []);
    const files = beside.filter((entry) => !entry.isDirectory() && entry.name.startsWith(stem));
    await Promise.all(
      [root, ...files.map((entry) => join(dirname(root), entry.name))].map(addFile),
    );
  }
  return entries;
}

/** The paths that came, went or changed between two snapshots. */
export function changedPaths(before: Snapshot, now: Snapshot): string[] {
  const changed = [...now].filter(([path, key]) => before.get(path) !== key).map(([path]) => path);
  const gone = [...before.keys()].filter((path) => !now.has(path));
  return [...changed, ...gone];
}
