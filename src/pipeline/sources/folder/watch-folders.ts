import { readFileSync, type Dirent, type Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isWithin } from "../../../location.ts";

/**
 * What is needed of `fs.watch` for one folder (not recursive). It throws, or says by "error", what
 * the system refuses.
 */
export type WatchFolder = (
  folder: string,
  listener: (event: "rename" | "change", name: string | null) => void,
) => { close: () => void; on: (event: "error", listener: (error: Error) => void) => unknown };

export interface FolderEvents {
  /**
   * Something about the entry at this path. `isDoubtful`: the event may be about the folder itself,
   * and nothing be there.
   */
  readonly onEntry: (path: string, isDoubtful: boolean) => void;
  /** The folder that was watched may be another one now, or its events were lost. */
  readonly onFolder: (folder: string) => void;
  /** The system's queue of events may have overflowed: any folder may have changed. */
  readonly onOverflow: () => void;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export interface FolderWatches {
  readonly has: (folder: string) => boolean;
  /** Whether the folder that is watched under this path is still the one that is there. */
  readonly isSame: (folder: string, stats: Stats) => boolean;
  /**
   * Watches the folder and all below it, then reports each file in it to `onFile`. In that order,
   * so that nothing falls between.
   * Links are followed; a folder is watched once, under the first of its paths in name order as in
   * `scan`. What can't be read
   * or went away is passed over. The answer is what the system refused, if it did: the tree is then
   * watched in part.
   */
  readonly add: (folder: string, onFile: (path: string) => void) => Promise<Refusal | undefined>;
  /** Ends the watching of the folder and all below it. */
  readonly remove: (folder: string) => void;
  readonly close: () => void;
}

interface Watched {
  readonly close: () => void;
  readonly real: string;
  readonly dev: number;
  readonly ino: number;
}

/** The folder's own troubles; every other refusal is the system's. */
const UNREADABLE = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"]);

export const isHidden = (name: string): boolean => name.startsWith(".");

export function watchFolders(watch: WatchFolder, events: FolderEvents): FolderWatches {
  const folders = new Map<string, Watched>();
  const pathOfReal = new Map<string, string>();
  const start = starter(watch, events);
  let isClosed = false;

  const unwatch = (folder: string, watched: Watched): void => {
    watched.close();
    folders.delete(folder);
    if (pathOfReal.get(watched.real) === folder) pathOfReal.delete(watched.real);
  };
  const remove = (folder: string): void => {
    for (const [path, watched] of folders) if (isWithin(path, folder)) unwatch(path, watched);
  };

  /**
   * A folder that was moved is known under its old path until the event of that path has been
   * looked at.
   */
  const isWatchedElsewhere = async (folder: string, real: string): Promise<boolean> => {
    const other = pathOfReal.get(real);
    if (other === undefined) return false;
    if (other !== folder && (await realpath(other).catch(() => null)) === real) return true;
    remove(other);
    return false;
  };

  const addReal = async (
    folder: string,
    real: string,
    onFile: (path: string) => void,
  ): Promise<Refusal | undefined> => {
    if ((await isWatchedElsewhere(folder, real)) || isClosed) return undefined;
    const watcher = start(folder);
    if (watcher === undefined || "code" in watcher) return watcher;
    // Owned from here on, so that a close in the middle finds it.
    const watched = { close: () => watcher.close(), real, dev: -1, ino: -1 };
    folders.set(folder, watched);
    pathOfReal.set(real, folder);
    const content = await readWatchedFolder(folder).catch(() => undefined);
    if (content === undefined) {
      unwatch(folder, watched);
      return undefined;
    }
    Object.assign(watched, { dev: content.stats.dev, ino: content.stats.ino });
    for (const entry of content.entries) {
      if (isClosed) return undefined;
      const path = join(folder, entry.name);
      const below = await folderBehind(entry, path, real);
      const refusal = below === undefined ? onFile(path) : await addReal(path, below, onFile);
      if (refusal) return refusal;
    }
    return undefined;
  };

  return {
    has: (folder) => folders.has(folder),
    isSame: (folder, stats) =>
      folders.get(folder)?.ino === stats.ino && folders.get(folder)?.dev === stats.dev,
    add: async (folder, onFile) => {
      const real = await realpath(folder).catch(() => undefined);
      return real === undefined ? undefined : addReal(folder, real, onFile);
    },
    remove,
    close: () => {
      isClosed = true;
      for (const [folder, watched] of folders) unwatch(folder, watched);
    },
  };
}

/** Begins to watch one folder; what the system refuses is the answer. */
function starter(
  watch: WatchFolder,
  events: FolderEvents,
): (folder: string) => ReturnType<WatchFolder> | Refusal | undefined {
  const countEvent = overflowGuard(events.onOverflow);
  const listen =
    (folder: string) =>
    (event: "rename" | "change", name: string | null): void => {
      countEvent();
      if (name === null) return events.onFolder(folder);
      // inotify tells of a watched folder's own end and attributes under the folder's own name
      // (libuv, linux.c).
      const isOwnName = name === basename(folder);
      if (isOwnName && event === "rename") events.onFolder(folder);
      if (!isHidden(name)) events.onEntry(join(folder, name), isOwnName);
    };
  return (folder) => {
    try {
      const watcher = watch(folder, listen(folder));
      watcher.on("error", () => events.onFolder(folder));
      return watcher;
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      return UNREADABLE.has(code) ? undefined : { code, message };
    }
  };
}

async function readWatchedFolder(folder: string): Promise<{ stats: Stats; entries: Dirent[] }> {
  const [stats, entries] = await Promise.all([stat(folder), visibleEntries(folder)]);
  return { stats, entries };
}

/** The entries of a folder in name order, as `scan` goes through them. */
export async function visibleEntries(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !isHidden(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The real path of the folder that an entry of the folder `real` is or leads to; undefined for a
 * file.
 */
export async function folderBehind(
  entry: Dirent,
  path: string,
  real: string,
): Promise<string | undefined> {
  if (entry.isSymbolicLink()) return linkedFolder(path);
  return entry.isDirectory() ? join(real, entry.name) : undefined;
}

/** The real path of the folder that a link leads to; undefined when it leads to none. */
async function linkedFolder(link: string): Promise<string | undefined> {
  try {
    return (await stat(link)).isDirectory() ? await realpath(link) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether this root is a mounted volume: an unmounted one leaves an empty folder of the volume
 * around it.
 */
export async function isMountPoint(path: string, stats: Stats): Promise<boolean> {
  return stats.dev !== (await stat(dirname(path))).dev;
}

/**
 * libuv passes over inotify's overflow event, but an overflowed queue arrives as that many events
 * in one turn of the event loop.
 * Half of it is enough of a sign: events of folders that are not watched any more take places too.
 */
function overflowGuard(onOverflow: () => void): () => void {
  const limit = queueLength() / 2;
  let inThisTurn = 0;
  return () => {
    if (inThisTurn === 0)
      setImmediate(() => {
        inThisTurn = 0;
      });
    inThisTurn += 1;
    if (inThisTurn === limit) onOverflow();
  };
}

function queueLength(): number {
  try {
    return (
      2 *
        Math.max(
          1,
          Math.floor(Number(readFileSync("/proc/sys/fs/inotify/max_queued_events", "utf8")) / 2),
        ) || 16_384
    );
  } catch {
    return 16_384;
  }
}
