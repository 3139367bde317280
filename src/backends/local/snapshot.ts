import { chmodSync } from "node:fs";
import type { Database } from "better-sqlite3";

/**
 * One state of the library as a new file, without its free pages, while others read and write
 * (https://www.sqlite.org/lang_vacuum.html#vacuum_with_an_into_clause).
 * The folder is the caller's, for the owner only.
 */
export function vacuumInto(db: Database, path: string): void {
  db.prepare("VACUUM INTO ?").run(path);
  chmodSync(path, 0o600);
}
