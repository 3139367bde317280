import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Database } from "better-sqlite3";
import type SqliteClass from "better-sqlite3";
import { MediasearchError } from "../../errors.ts";
import { INFLECTED_LANGUAGES, loadInflectors } from "../../text/inflections.ts";
import type { Backend, BackendOptions } from "../backend.ts";
import type { LibraryFile, ScanElsewhere } from "../code-scan.ts";
import { checkLocalLibrary } from "./check.ts";
import { type Connection, createConnection } from "./connection.ts";
import { localRecords } from "./records.ts";
import { repair } from "./repair.ts";
import { toStoreError } from "./errors.ts";
import { defineFunctions } from "./filter.ts";
import { localCheckpoints, localJobs } from "./jobs.ts";
import { localLibrary } from "./library.ts";
import { migrate, MIGRATIONS, noStore, refuseMigrated } from "./migrations.ts";
import { keepFewPages } from "./page-cache.ts";
import { givePrivateMode } from "./private-mode.ts";
import { findShare, type NetworkShare, refuseWithoutLocks } from "./network-share.ts";
import { localRunLock } from "./run-lock.ts";
import { vacuumInto } from "./snapshot.ts";
import { wipeDeleted } from "./wipe.ts";
import { localQueryVectors } from "./query-vectors.ts";
import { fileKeyOf } from "./file-key.ts";
import { type ScanCodes, scanHere } from "./vector-search.ts";

const WAIT_FOR_OTHERS_MS = 10_000;
/** A library that is locked is tried again and again, each time for so long. */
const FIRST_WAIT_MS = 100;
const BETWEEN_TRIES_MS = 50;

/**
 * One SQLite file, https://www.sqlite.org. A command that waits for another process's commit waits
 * `waitMs` at most.
 * @throws NO_STORE, SCHEMA_MISMATCH, STORE_BUSY, NO_SPACE; USAGE for a path that can't be a file.
 */
export async function open(
  options: BackendOptions,
  waitMs = WAIT_FOR_OTHERS_MS,
  share = findShare(options.path),
): Promise<Backend> {
  keepTemporaryBeside(options.path);
  const { default: Sqlite } = await import("better-sqlite3");
  if (isOlder(options.path)) await loadInflectors(INFLECTED_LANGUAGES);
  // The first use of `performance` would cost every search milliseconds.
  const deadlineSeconds = process.uptime() + waitMs / 1000;
  // SQLite waits in one turn of the event loop, deaf to signals and to everything else.
  for (;;)
    try {
      return openOnce(Sqlite, options, waitMs, share);
    } catch (error) {
      // What SQLite does not let in is free after a commit; a run goes on for longer.
      const isLocked =
        error instanceof MediasearchError &&
        error.code === "STORE_BUSY" &&
        error.cause !== undefined;
      if (!isLocked || process.uptime() >= deadlineSeconds) throw error;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
    }
}

/**
 * SQLite writes what it may have to take back, and what it sorts, into files that have no name.
 * They hold words of the library, so they lie beside it and not in a folder of the system
 * (https://www.sqlite.org/tempfiles.html). SQLite asks for the folder at its first use in a
 * process.
 */
function keepTemporaryBeside(path: string): void {
  // oxlint-disable-next-line node/no-process-env -- SQLite itself reads it
  process.env["SQLITE_TMPDIR"] ??= resolve(dirname(path));
}

function openOnce(
  Sqlite: typeof SqliteClass,
  { path, create, scanElsewhere }: BackendOptions,
  waitMs: number,
  share: NetworkShare | undefined,
): Backend {
  let db: Database | undefined;
  let scan: ScanCodes | undefined;
  const file = scanElsewhere && fileKeyOf(path);
  try {
    if (share) refuseWithoutLocks(path, share);
    prepareFile(path, create);
    db = isFrozen(path)
      ? new Sqlite(readFrozen(path), { readonly: true })
      : new Sqlite(path, { timeout: Math.min(waitMs, FIRST_WAIT_MS) });
    if (share) leaveWal(db, path);
    if (scanElsewhere && !db.memory && file !== undefined && file === fileKeyOf(path))
      scan = scanFor(db, { path, file }, scanElsewhere);
    defineFunctions(db);
    // The file may be anybody's: its schema may call nothing but what SQLite holds harmless.
    db.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
    migrate(db, {
      path,
      create,
      openMemory: () => {
        const memory = new Sqlite(":memory:");
        defineFunctions(memory);
        return memory;
      },
    });
    setUp(db, share !== undefined);
    keepFewPages(db);
    db.pragma(`busy_timeout = ${waitMs}`);
  } catch (error) {
    db?.close();
    throw toStoreError(error, path);
  }
  const opened = db;
  const connection = createConnection(opened, path, {
    scan,
    mayWrite: () => refuseMigrated(opened, path),
  });
  return createLocalBackend(connection, share);
}

/** Scans that somebody does for several connections; who can't is stood in for here. */
function scanFor(db: Database, library: LibraryFile, scanElsewhere: ScanElsewhere): ScanCodes {
  const here = scanHere(db);
  return async (scan) => (await scanElsewhere(library, scan)) ?? here(scan);
}

function createLocalBackend(connection: Connection, share: NetworkShare | undefined): Backend {
  const { db, path, run } = connection;
  return {
    library: localLibrary(connection),
    jobs: localJobs(connection),
    records: localRecords(connection),
    checkpoints: localCheckpoints(connection),
    runLock: localRunLock(connection),
    searchAccess: { kind: "library", queryVectors: localQueryVectors(db) },
    medium: {
      kind: "file",
      repair: () => run(() => repair(db)),
      wipe: () => run(() => wipeDeleted(db, path)),
      async snapshot(copy) {
        try {
          vacuumInto(db, copy);
        } catch (error) {
          throw toStoreError(error, copy);
        }
      },
    },
    schema: () => ({
      current: db.pragma("user_version", { simple: true }) as number,
      newest: MIGRATIONS.length,
    }),
    check: ({ deep = false } = {}) => checkLocalLibrary(db, path, { deep, share }),
    close: async () => void db.close(),
  };
}

/**
 * What is said in recordings is private: only the owner reads the file. SQLite gives its side files
 * the same mode.
 */
function prepareFile(path: string, create: boolean): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory())
    throw new MediasearchError("USAGE", `${path}: is a folder, not a library file`, {
      subject: path,
      hint: `mediasearch … --store ${join(path, "library.sqlite")}`,
    });
  const size = stats?.size ?? -1;
  if (size < 1 && !create) throw noStore(path);
  if (size < 0) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    createFile(path);
  } else if (size > 0 && !isSqlite(path))
    throw new MediasearchError("SCHEMA_MISMATCH", `${path}: not a library of mediasearch`, {
      subject: path,
      hint: "give another path with --store",
    });
}

/** A link that leads nowhere is not followed: it would make the library in a place of others. */
function createFile(path: string): void {
  try {
    const file = openSync(path, "wx", 0o600);
    givePrivateMode(() => fchmodSync(file, 0o600));
    closeSync(file);
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === "EEXIST";
    // Another process was faster.
    if (isTaken && lstatSync(path).isFile()) return;
    if (!isTaken) throw error;
    throw new MediasearchError("USAGE", `${path}: is a link that leads nowhere`, {
      subject: path,
      hint: "mend or remove it, or give another path with --store",
    });
  }
}

const isSqlite = (path: string): boolean =>
  readHead(path).toString("latin1", 0, 16) === "SQLite format 3\0";

/**
 * Whether a library may have to be migrated, which needs the endings of its languages: by the
 * file's head, since a migration can't wait for them. It may say so of one that a process has
 * migrated just now.
 */
function isOlder(path: string): boolean {
  try {
    const schema = readHead(path).readUInt32BE(SCHEMA_AT);
    return schema > 0 && schema < MIGRATIONS.length;
  } catch {
    return false;
  }
}

/** "user version" (https://www.sqlite.org/fileformat.html#the_database_header). */
const SCHEMA_AT = 60;

/** The first bytes of a file; zeros where it is shorter. */
function readHead(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(SCHEMA_AT + 4);
    readSync(file, head, 0, head.length, 0);
    return head;
  } finally {
    closeSync(file);
  }
}

const MAX_IN_MEMORY_BYTES = 1 << 30;

/**
 * Where no side files can be made SQLite can't read a library in WAL mode; when nobody has left
 * any, the file alone is all of it (https://www.sqlite.org/wal.html#read_only_databases). A larger
 * one fails with NO_SPACE and a hint, like any that can't be written.
 */
function isFrozen(path: string): boolean {
  if (existsSync(`${path}-wal`) || statSync(path).size > MAX_IN_MEMORY_BYTES) return false;
  try {
    accessSync(dirname(path), constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

/**
 * The library as it is in memory: better-sqlite3 is built without URI names, so "immutable" can't
 * be asked for.
 */
function readFrozen(path: string): Buffer {
  const image = readFileSync(path);
  // Bytes 18 and 19 say "WAL", which memory can't have: 1 is the rollback journal
  // (https://www.sqlite.org/fileformat.html#file_format_version_numbers).
  if (image.length > 19) image.fill(1, 18, 20);
  return image;
}

/**
 * On a share the library is kept with a rollback journal: the index of a write-ahead log is memory
 * that only the processes of one machine have in common (https://www.sqlite.org/wal.html). Until it
 * has left that mode, no other process may have it open, and nothing is read by such memory.
 */
function leaveWal(db: Database, path: string): void {
  if (db.readonly) return;
  db.pragma("locking_mode = EXCLUSIVE");
  const mode = db.pragma("journal_mode = DELETE", { simple: true });
  db.pragma("locking_mode = NORMAL");
  // The next read gives the lock back.
  db.prepare("SELECT count(*) FROM sqlite_schema").get();
  if (mode !== "delete")
    throw new MediasearchError(
      "STORE_BUSY",
      `${path}: is on a share, and another process has it open as if it were on a disk`,
      {
        subject: path,
        hint: "end the other process, on whichever machine it is",
        cause: new Error(`journal_mode = ${String(mode)}`),
      },
    );
}

function setUp(db: Database, isShared: boolean): void {
  const mode = db.readonly || isShared ? "" : "PRAGMA journal_mode = WAL;";
  // A commit is a file's worth of work: it is worth waiting until the disk has it, even if the
  // power fails.
  db.exec(`${mode} PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON`);
}
