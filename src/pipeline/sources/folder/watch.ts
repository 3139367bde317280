import { watch as watchSystem } from "node:fs";
import { stat } from "node:fs/promises";
import { isBelow, watchFolders, type WatchFolder } from "./watch-folders.ts";
import type { WatchOptions } from "../media-source.ts";
import { differences, snapshot, type Snapshot } from "./watch-poll.ts";
import { type Look, settling } from "./watch-settle.ts";

export interface FolderWatchOptions extends WatchOptions {
  /** A file is left alone until its size and time have been the same for so long. */
  readonly stableMs?: number | undefined;
  /** What settles within this time comes as one batch. */
  readonly gatherMs?: number;
  /** How often a root is looked at that the system can't watch, or that is gone. */
  readonly pollMs?: number;
  readonly watch?: WatchFolder;
}

/** undefined: watched by the system; a snapshot: polled; "gone": waited for. */
type Mode = Snapshot | "gone" | undefined;

/**
 * Paths that changed below the roots, in batches: files that came, changed or went, or a folder to look through again. Ask for the first batch
 * before you look through the roots yourself: watching has begun by then, so nothing falls between. Ends by rejecting with the signal's reason.
 */
export async function* watchFolderRoots(
  roots: readonly string[],
  options: FolderWatchOptions,
): AsyncGenerator<readonly string[], void, undefined> {
  const { signal, stableMs = 2000, gatherMs = 500, pollMs = 10_000, onNotice } = options;
  const settle = settling(stableMs);
  const modes = new Map<string, Mode>();
  const batch = new Set<string>();
  /** Roots of which it was said that the system can't watch them. */
  const told = new Set<string>();
  let wake = (): void => {};
  const mark = (path: string, isDoubtful = false): void => {
    settle.mark(path, isDoubtful);
    wake();
  };
  const folders = watchFolders(
    options.watch ??
      ((folder, listener) =>
        watchSystem(folder, { persistent: true }, (event, name) => listener(event, name))),
    {
      onEntry: mark,
      onFolder: (folder) => mark(folder),
      onOverflow: () => {
        for (const root of roots) {
          folders.remove(root);
          mark(root);
          batch.add(root);
        }
      },
    },
  );

  const poll = async (root: string, why: string): Promise<void> => {
    folders.remove(root);
    if (!told.has(root))
      onNotice(
        `${root} can't be watched (${why}); it is looked through every ${pollMs / 1000} s instead. More watches: sysctl fs.inotify.max_user_watches=1048576`,
      );
    told.add(root);
    modes.set(root, await snapshot(root, signal));
  };
  const begin = async (root: string): Promise<void> => {
    const at = await stat(root).catch(() => undefined);
    if (!at) {
      if (modes.get(root) !== "gone") onNotice(`${root} is gone; waiting for it to come back`);
      folders.remove(root);
      modes.set(root, "gone");
    } else if (at.isDirectory()) {
      modes.set(root, undefined);
      const refusal = await folders.add(root, () => {});
      if (refusal) await poll(root, refusal.code);
    } else modes.set(root, await snapshot(root, signal));
  };
  const lookAround = async (): Promise<void> => {
    for (const [root, mode] of modes) {
      const isGone = mode !== "gone" && !(await stat(root).catch(() => undefined));
      // A file of its own that is gone was deleted, as far as its folder tells.
      if (isGone && !(typeof mode === "object" && mode.has(root))) await begin(root);
      else if (typeof mode === "object") {
        const now = await snapshot(root, signal);
        for (const path of differences(mode, now)) mark(path);
        modes.set(root, now);
      } else if (mode === "gone") {
        await begin(root);
        if (modes.get(root) === "gone") continue;
        onNotice(`${root} is back`);
        batch.add(root);
      }
    }
  };
  /** Folders are watched, not indexed; a root that went away is waited for, and its files with it. */
  const judge = async (path: string, look: Look): Promise<boolean> => {
    const isRoot = modes.has(path);
    if (look.at?.isDirectory()) {
      if (typeof modes.get(path) === "object") return false;
      if (folders.has(path) && folders.isSame(path, look.at)) return false;
      folders.remove(path);
      const refusal = await folders.add(path, (file) => mark(file));
      const root = roots.find((one) => isBelow(path, one));
      if (refusal && root !== undefined) await poll(root, refusal.code);
      return false;
    }
    if (look.at === null && folders.has(path)) folders.remove(path);
    if (look.at === null && isRoot && typeof modes.get(path) !== "object") await begin(path);
    const home = roots.find((root) => path !== root && isBelow(path, root));
    return !(look.at === null && (isRoot || (home !== undefined && modes.get(home) === "gone")));
  };

  try {
    for (const root of roots) await begin(root);
    let flushAt = Infinity;
    let pollAt = performance.now() + pollMs;
    for (;;) {
      signal.throwIfAborted();
      await pause(
        Math.min(settle.nextAt(), flushAt, pollAt) - performance.now(),
        signal,
        (call) => {
          wake = call;
        },
      );
      signal.throwIfAborted();
      if (performance.now() >= pollAt) {
        await lookAround();
        pollAt = performance.now() + pollMs;
      }
      for (const path of await settle.sweep(judge)) batch.add(path);
      if (batch.size > 0 && flushAt === Infinity) flushAt = performance.now() + gatherMs;
      if (performance.now() < flushAt) continue;
      flushAt = Infinity;
      // A root that vanished meanwhile takes nothing with it.
      const paths = [...batch].filter(
        (path) => !roots.some((root) => modes.get(root) === "gone" && isBelow(path, root)),
      );
      batch.clear();
      if (paths.length > 0) yield paths;
    }
  } finally {
    folders.close();
  }
}

function pause(ms: number, signal: AbortSignal, onWake: (call: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      onWake(() => {});
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, Math.min(ms, 60_000)));
    signal.addEventListener("abort", done, { once: true });
    onWake(done);
  });
}
