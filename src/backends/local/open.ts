import { chmodSync, closeSync, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Database } from "better-sqlite3";
import { MediasearchError } from "../../errors.ts";
import { speakerMatcher } from "../../search/parse-query.ts";
import type { Backend, BackendOptions, Finding } from "../backend.ts";
import { toStoreError } from "./errors.ts";
import { migrate, MIGRATIONS } from "./migrations.ts";
import { localStore } from "./store.ts";

const WAIT_FOR_OTHERS_MS = 10_000;

/** One SQLite file, https://www.sqlite.org. @throws NO_STORE, SCHEMA_MISMATCH, STORE_BUSY, NO_SPACE. */
export async function open({ path, create }: BackendOptions): Promise<Backend> {
  const { default: Sqlite } = await import("better-sqlite3");
  let db: Database | undefined;
  try {
    prepareFile(path, create);
    db = new Sqlite(path, { timeout: WAIT_FOR_OTHERS_MS });
    setUp(db, path);
  } catch (error) {
    db?.close();
    throw toStoreError(error, path);
  }
  const opened = db;
  return {
    store: localStore(opened, path),
    schema: () => ({ current: opened.pragma("user_version", { simple: true }) as number, newest: MIGRATIONS.length }),
    check: () => check(opened),
    close: async () => void opened.close(),
  };
}

/** What is said in recordings is private: only the owner reads the file. SQLite gives its side files the same mode. */
function prepareFile(path: string, create: boolean): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? -1;
  if (size < 1 && !create) throw new MediasearchError("NO_STORE", `${path}: no library here yet`, { subject: path, hint: "mediasearch index FOLDER" });
  if (size < 0) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
  } else if (size > 0 && !isSqlite(path))
    throw new MediasearchError("SCHEMA_MISMATCH", `${path}: not a library of mediasearch`, { subject: path, hint: "give another path with --store" });
}

function isSqlite(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(16);
    readSync(file, head, 0, 16, 0);
    return head.toString("latin1") === "SQLite format 3\0";
  } finally {
    closeSync(file);
  }
}

function setUp(db: Database, path: string): void {
  migrate(db, path);
  db.pragma("journal_mode = WAL");
  // A commit is a file's worth of work: it is worth waiting until the disk has it, even if the power fails.
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  let matcher = { wanted: "", matches: speakerMatcher("") };
  db.function("speaker_matches", { deterministic: true }, (wanted: unknown, speaker: unknown) => {
    if (matcher.wanted !== wanted) matcher = { wanted: String(wanted), matches: speakerMatcher(String(wanted)) };
    return matcher.matches(speaker as string | null) ? 1 : 0;
  });
}

async function* check(db: Database): AsyncIterable<Finding> {
  const answer = db.pragma("quick_check(1)", { simple: true }) as string;
  yield answer === "ok" ? { check: "library", status: "ok", found: "sound" }
    : { check: "library", status: "failed", found: `damaged: ${answer}`, hint: "restore a copy, or move it away and index again" };
}
