import type { Database } from "better-sqlite3";
import { toStoreError } from "./errors.ts";
import { keepPages, keepSharedPages } from "./page-cache.ts";
import { tidyBlocks } from "./tidy-blocks.ts";
import type { ScanCodes } from "./vector-search.ts";

/** One open library file as its parts use it. SQLite's errors leave as MediasearchErrors. */
export interface Connection {
  readonly db: Database;
  /** Names the library in errors. */
  readonly path: string;
  run<T>(act: () => T | Promise<T>): Promise<T>;
  /** As `run`, for searches: a process that goes on searching gets a larger page cache. */
  search<T>(act: () => T | Promise<T>): Promise<T>;
  /** Who scans the codes of vectors; this connection unless given. */
  readonly scan: ScanCodes | undefined;
  /** In one transaction that waits for writers of other processes. */
  write<T>(act: () => T): Promise<T>;
  /** As `write`, for what adds versions or takes them away. */
  writeVersions<T>(act: () => T): Promise<T>;
}

/**
 * A search asks once for texts and once for vectors; a third call says that the process goes on
 * searching.
 */
const CALLS_OF_ONE_SEARCH = 2;

interface ConnectionOptions {
  readonly scan: ScanCodes | undefined;
  /** Called first in each transaction that writes. Throws where nothing may be written any more. */
  readonly mayWrite: () => void;
}

export function createConnection(
  db: Database,
  path: string,
  { scan, mayWrite }: ConnectionOptions,
): Connection {
  const run = async <T>(act: () => T | Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw toStoreError(error, path);
    }
  };
  const write = <T>(act: () => T): Promise<T> =>
    run(() => {
      keepPages(db);
      return db
        .transaction(() => {
          mayWrite();
          return act();
        })
        .immediate();
    });
  let searches = 0;
  return {
    db,
    path,
    scan,
    run,
    search: (act) =>
      run(() => {
        if (++searches === CALLS_OF_ONE_SEARCH + 1) (scan ? keepSharedPages : keepPages)(db);
        return act();
      }),
    write,
    writeVersions: (act) =>
      write(() => {
        const result = act();
        tidyBlocks(db);
        return result;
      }),
  };
}
