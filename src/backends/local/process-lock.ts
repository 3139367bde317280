import { chmodSync, lstatSync, rmSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { givePrivateMode } from "./private-mode.ts";

/**
 * A lock of the operating system on an empty file beside the library. It ends with the process that
 * has it, however that ends, and all containers of a machine that share the folder see it, which do
 * not see each other's processes.
 */
export interface ProcessLock {
  /** Removes the file, too. */
  release(): void;
}

export const processLockPath = (library: string): string => `${library}-run`;

/** Locks end when what holds them is collected as garbage. */
const held = new Set<Database>();

/**
 * - taken: a process of this machine has it
 * - unsupported: the file can't be made or the volume knows no locks
 */
export function takeProcessLock(
  db: Database,
  library: string,
): ProcessLock | "taken" | "unsupported" {
  const path = processLockPath(library);
  let lock: Database | undefined;
  try {
    // SQLite follows links, and this name can be guessed.
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) return "unsupported";
    const Sqlite = db.constructor as new (path: string, options: object) => Database;
    lock = new Sqlite(path, { timeout: 0 });
    givePrivateMode(() => chmodSync(path, 0o600));
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock?.close();
    return (error as { readonly code?: string }).code === "SQLITE_BUSY" ? "taken" : "unsupported";
  }
  const own = lock;
  held.add(own);
  return {
    release() {
      // First the name and then the lock: whoever opened the file meanwhile waits for a file that
      // nobody will look at again, and learns nothing wrong from it.
      rmSync(path, { force: true });
      own.close();
      held.delete(own);
    },
  };
}
