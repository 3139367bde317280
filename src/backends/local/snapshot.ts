import { chmodSync, linkSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Database } from "better-sqlite3";
import { withUnfinishedFolderSync } from "../../unfinished.ts";
import { givePrivateMode } from "./private-mode.ts";

/**
 * One state of the library as a new file, whole or not at all, without its free pages, while others
 * read and write (https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause). Fails with
 * EEXIST where there is something already.
 */
export function vacuumInto(db: Database, path: string): void {
  withUnfinishedFolderSync(dirname(path), (folder) => {
    const copy = join(folder, "library.sqlite");
    // SQLite syncs it before the statement ends.
    db.prepare("VACUUM INTO ?").run(copy);
    givePrivateMode(() => chmodSync(copy, 0o600));
    try {
      linkSync(copy, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
      // Some volumes know no hard links.
      renameSync(copy, path);
    }
  });
}
