import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Database } from "better-sqlite3";
import { MediasearchError } from "../../errors.ts";
import { inLongStep } from "../../long-step.ts";

/**
 * While it acts, what is deleted is overwritten with zeros, in the tables
 * (https://www.sqlite.org/pragma.html#pragma_secure_delete) and in the keyword index
 * (https://www.sqlite.org/fts5.html#the_secure_delete_configuration_option).
 */
export function deletingSecurely<T>(db: Database, act: () => T): T {
  const set = (isOn: 0 | 1): void => {
    db.pragma(`secure_delete = ${isOn}`);
    db.exec(`INSERT INTO segments_fts (segments_fts, rank) VALUES ('secure-delete', ${isOn})`);
  };
  set(1);
  try {
    return act();
  } finally {
    set(0);
  }
}

/**
 * Overwrites everything that was ever deleted: the keyword index is merged into one part without
 * what was deleted, the file is written anew without free pages, and the journal is emptied.
 * @throws STORE_BUSY while another process reads the library, whose journal holds old pages then.
 */
export function wipeDeleted(db: Database, path: string): readonly string[] {
  db.pragma("secure_delete = 1");
  inLongStep(() => {
    db.exec("INSERT INTO segments_fts (segments_fts) VALUES ('optimize')");
    db.exec("VACUUM");
  });
  const [{ busy } = { busy: 1 }] = db.pragma("wal_checkpoint(TRUNCATE)") as {
    readonly busy: number;
  }[];
  if (busy !== 0)
    throw new MediasearchError(
      "STORE_BUSY",
      `${path}: another process reads the library; what was taken out is still in its journal`,
      { subject: path, hint: "end the other process (mediasearch status), then the same again" },
    );
  return copiesOf(path);
}

/** Copies that this program made beside the library: before a migration, a repair or a restore. */
const copiesOf = (path: string): string[] =>
  readdirSync(dirname(path))
    .filter(
      (name) =>
        name.startsWith(`${basename(path)}.`) && /\.(backup|replaced|before-fix)$/.test(name),
    )
    .map((name) => join(dirname(path), name));
