import Sqlite, { type Database } from "better-sqlite3";
import type { LibraryFile, ScanElsewhere } from "../code-scan.ts";
import { fileKeyOf } from "./file-key.ts";
import { keepFewPages } from "./page-cache.ts";
import { openScan, type Scan } from "./vector-scan.ts";

interface Opened {
  readonly file: string;
  readonly db: Database;
  readonly dimensions: number;
  readonly scan: Scan;
}

/** How long a scan waits for a writer that has the whole file. */
const WAIT_MS = 1000;

/**
 * Scans the codes of one library at a time with a connection of its own. Blocks are never changed,
 * so it does not matter that whoever asks sees a commit earlier or later than it.
 */
export function openCodeScanner(): {
  readonly scan: ScanElsewhere;
  readonly close: () => void;
} {
  let opened: Opened | undefined;
  const close = (): void => {
    opened?.db.close();
    opened = undefined;
  };
  function openedFor({ path, file }: LibraryFile, dimensions: number): Opened | undefined {
    if (fileKeyOf(path) !== file) return undefined;
    if (opened?.file === file && opened.dimensions === dimensions) return opened;
    close();
    const db = new Sqlite(path, { fileMustExist: true, timeout: WAIT_MS });
    db.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON");
    keepFewPages(db);
    opened = { file, db, dimensions, scan: openScan(db, dimensions) };
    return opened;
  }
  return {
    close,
    async scan(library, { vector, most, only }) {
      return openedFor(library, vector.length)?.scan(vector, most, only);
    },
  };
}
