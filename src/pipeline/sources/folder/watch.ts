import type { WatchFolder } from "./watch-folders.ts";
import type { WatchOptions } from "../media-source.ts";
import { openRootWatch } from "./watch-modes.ts";
import { settling } from "./watch-settle.ts";

export interface FolderWatchOptions extends WatchOptions {
  /** A file is left alone until its size and time have been the same for so long. */
  readonly stableMs?: number | undefined;
  /** What settles within this time comes as one batch. */
  readonly gatherMs?: number;
  /** How often a root is looked at that the system can't watch, or that is gone. */
  readonly pollMs?: number;
  readonly watch?: WatchFolder;
}

/**
 * Watches folders and files of this machine, by the law of `MediaSource.watch`. What the system
 * can't watch is looked through every `pollMs`.
 */
export async function* watchFolderRoots(
  roots: readonly string[],
  options: FolderWatchOptions,
): AsyncGenerator<readonly string[], void, undefined> {
  const { signal, stableMs = 2000, gatherMs = 500, pollMs = 10_000, onNotice } = options;
  const settle = settling(stableMs);
  const batch = new Set<string>();
  let wake = (): void => {};
  const rootWatch = openRootWatch(roots, {
    signal,
    pollMs,
    onNotice,
    watch: options.watch,
    mark: (path, isDoubtful = false) => {
      settle.mark(path, isDoubtful);
      wake();
    },
    listAgain: (root) => void batch.add(root),
  });
  try {
    for (const root of roots) await rootWatch.begin(root);
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
        await rootWatch.lookAround();
        pollAt = performance.now() + pollMs;
      }
      for (const path of await settle.sweep(rootWatch.awaits)) batch.add(path);
      if (batch.size > 0 && flushAt === Infinity) flushAt = performance.now() + gatherMs;
      if (performance.now() < flushAt) continue;
      flushAt = Infinity;
      // A root that vanished meanwhile takes nothing with it.
      const paths = [...batch].filter((path) => !rootWatch.isAway(path));
      batch.clear();
      if (paths.length > 0) yield paths;
    }
  } finally {
    rootWatch.close();
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
