import { watch as watchSystem } from "node:fs";
import { stat } from "node:fs/promises";
import { isWithin } from "../../../location.ts";
import { watchFolders, type WatchFolder } from "./watch-folders.ts";
import { changedPaths, snapshotFolder, type Snapshot } from "./watch-poll.ts";
import type { Look } from "./watch-settle.ts";

/** undefined: watched by the system; a snapshot: polled; "gone": waited for. */
type Mode = Snapshot | "gone" | undefined;

export interface RootWatchOptions {
  readonly signal: AbortSignal;
  readonly pollMs: number;
  readonly onNotice: (text: string) => void;
  readonly watch?: WatchFolder | undefined;
  /** A path may have changed. `isDoubtful`: perhaps nothing is there. */
  readonly mark: (path: string, isDoubtful?: boolean) => void;
  /** A root that has to be listed again. */
  readonly listAgain: (root: string) => void;
}

/** How each root is watched just now: by the system, by looking, or by waiting for it. */
export interface RootWatch {
  readonly begin: (root: string) => Promise<void>;
  /** Looks at roots that the system does not watch. */
  readonly lookAround: () => Promise<void>;
  /** Whether to go on waiting until the path has settled. */
  readonly awaits: (path: string, look: Look) => Promise<boolean>;
  /** Whether the path is below a root that is gone: it was not deleted. */
  readonly isAway: (path: string) => boolean;
  readonly close: () => void;
}

const watchBySystem: WatchFolder = (folder, listener) =>
  watchSystem(folder, { persistent: true }, (event, name) => listener(event, name));

const cantWatch = (root: string, why: string, pollMs: number): string =>
  `${root} can't be watched (${why}); it is looked through every ${pollMs / 1000} s instead. More watches: sysctl fs.inotify.max_user_watches=1048576`;

export function openRootWatch(roots: readonly string[], options: RootWatchOptions): RootWatch {
  const { signal, pollMs, onNotice, mark, listAgain } = options;
  const modes = new Map<string, Mode>();
  /** Roots of which it was said that the system can't watch them. */
  const told = new Set<string>();
  const folders = watchFolders(options.watch ?? watchBySystem, {
    onEntry: mark,
    onFolder: (folder) => mark(folder),
    onOverflow: () => {
      for (const root of roots) {
        folders.remove(root);
        mark(root);
        listAgain(root);
      }
    },
  });

  const poll = async (root: string, why: string): Promise<void> => {
    folders.remove(root);
    if (!told.has(root)) onNotice(cantWatch(root, why, pollMs));
    told.add(root);
    modes.set(root, await snapshotFolder(root, signal));
  };
  const begin = async (root: string): Promise<void> => {
    const [isAnew, before] = [modes.has(root), modes.get(root)];
    const stats = await stat(root).catch(() => undefined);
    if (!stats) {
      if (before !== "gone") onNotice(`${root} is gone; waiting for it to come back`);
      folders.remove(root);
      modes.set(root, "gone");
      return;
    }
    if (stats.isDirectory()) {
      modes.set(root, undefined);
      const refusal = await folders.add(root, () => {});
      if (refusal) await poll(root, refusal.code);
    } else modes.set(root, await snapshotFolder(root, signal));
    // It may have come back some time ago: listing it finds what was missed.
    if (before === "gone") onNotice(`${root} is back`);
    if (isAnew) listAgain(root);
  };
  const lookAround = async (): Promise<void> => {
    for (const [root, mode] of modes) {
      const isGone = mode !== "gone" && !(await stat(root).catch(() => undefined));
      // A file of its own that is gone was deleted, as far as its folder tells.
      if (isGone && !(typeof mode === "object" && mode.has(root))) await begin(root);
      else if (typeof mode === "object") {
        const now = await snapshotFolder(root, signal);
        for (const path of changedPaths(mode, now)) mark(path);
        modes.set(root, now);
      } else if (mode === "gone") await begin(root);
    }
  };
  /** A folder is watched, not indexed. The files of a root that is away must not be indexed. */
  const awaits = async (path: string, look: Look): Promise<boolean> => {
    const isRoot = modes.has(path);
    if (look.at?.isDirectory()) {
      if (typeof modes.get(path) === "object") return false;
      if (folders.has(path) && folders.isSame(path, look.at)) return false;
      folders.remove(path);
      const refusal = await folders.add(path, (file) => mark(file));
      const root = roots.find((one) => isWithin(path, one));
      if (refusal && root !== undefined) await poll(root, refusal.code);
      return false;
    }
    if (look.at === null && folders.has(path)) folders.remove(path);
    if (look.at === null && isRoot && typeof modes.get(path) !== "object") await begin(path);
    const home = roots.find((root) => path !== root && isWithin(path, root));
    return !(look.at === null && (isRoot || (home !== undefined && modes.get(home) === "gone")));
  };

  return {
    begin,
    lookAround,
    awaits,
    isAway: (path) => roots.some((root) => modes.get(root) === "gone" && isWithin(path, root)),
    close: () => folders.close(),
  };
}
