import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";

/**
 * What is at a path: its stat, that nothing is there, or the code of the error that keeps it from
 * being seen.
 */
export type Look = { readonly at: Stats } | { readonly at: null; readonly code: string };

export async function lookAt(path: string): Promise<Look> {
  try {
    return { at: await stat(path) };
  } catch (error) {
    return { at: null, code: (error as NodeJS.ErrnoException).code ?? "UNKNOWN" };
  }
}

/**
 * Paths that were said to have changed and are left alone until they have been the same for a
 * while.
 */
export interface Settling {
  /**
   * Takes the path in, or has it looked at again. A doubtful one is forgotten when nothing is
   * there.
   */
  readonly mark: (path: string, isDoubtful?: boolean) => void;
  /** When `sweep` has something to do, in ms of `performance.now()`; Infinity without any path. */
  readonly nextAt: () => number;
  /**
   * Looks at every path that had an event or is due. `awaits` gets each look and says whether to go
   * on waiting for the path.
   * The answer is the paths whose size, mtime and identity were the same for `stableMs`.
   */
  readonly sweep: (
    awaits: (path: string, look: Look) => boolean | Promise<boolean>,
  ) => Promise<string[]>;
  readonly forget: (isForgotten: (path: string) => boolean) => void;
}

interface SettlingFile {
  isSuspect: boolean;
  isDoubtful: boolean;
  seen: string;
  dueAt: number;
}

const STATS_AT_ONCE = 32;

export function settling(stableMs: number): Settling {
  const waiting = new Map<string, SettlingFile>();
  // A moment between an event and the look at its path makes one look of a hundred writes.
  const pauseMs = Math.min(100, stableMs / 4);
  let suspectSince = Infinity;

  const examine = async (
    path: string,
    entry: SettlingFile,
    awaits: Parameters<Settling["sweep"]>[0],
    look: Look,
  ): Promise<boolean> => {
    if (!(await awaits(path, look)) || (entry.isDoubtful && look.at === null)) {
      waiting.delete(path);
      return false;
    }
    const now = performance.now();
    const seen = look.at
      ? `${look.at.size}:${look.at.mtimeMs}:${look.at.dev}:${look.at.ino}`
      : look.code;
    if (seen !== entry.seen) {
      Object.assign(entry, { seen, dueAt: now + stableMs });
      return false;
    }
    return now >= entry.dueAt && waiting.delete(path);
  };

  return {
    mark: (path, isDoubtful = false) => {
      const entry = waiting.get(path);
      if (entry) {
        entry.isSuspect = true;
        entry.isDoubtful &&= isDoubtful;
      } else waiting.set(path, { isSuspect: true, isDoubtful, seen: "", dueAt: Infinity });
      suspectSince = Math.min(suspectSince, performance.now());
    },
    nextAt: () => {
      let next = suspectSince + pauseMs;
      for (const { dueAt } of waiting.values()) next = Math.min(next, dueAt);
      return next;
    },
    sweep: async (awaits) => {
      const now = performance.now();
      if (suspectSince + pauseMs > now && [...waiting.values()].every(({ dueAt }) => dueAt > now))
        return [];
      const paths = [...waiting].filter(([, entry]) => entry.isSuspect || entry.dueAt <= now);
      suspectSince = Infinity;
      const settled: string[] = [];
      for (let from = 0; from < paths.length; from += STATS_AT_ONCE) {
        const some = paths.slice(from, from + STATS_AT_ONCE);
        // Set before the look: an event during the look asks for another one.
        for (const [, entry] of some) entry.isSuspect = false;
        const looks = await Promise.all(some.map(([path]) => lookAt(path)));
        // One after the other: judging a folder changes what is watched.
        for (const [index, [path, entry]] of some.entries())
          if (
            waiting.get(path) === entry &&
            (await examine(path, entry, awaits, looks[index] as Look))
          )
            settled.push(path);
      }
      return settled;
    },
    forget: (isForgotten) => {
      for (const path of waiting.keys()) if (isForgotten(path)) waiting.delete(path);
    },
  };
}
