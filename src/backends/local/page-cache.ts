import type { Database } from "better-sqlite3";

/**
 * Most searches are the only one of their process, and read hardly a page twice. Memory that was
 * never used before costs as much as the page that is read into it, so SQLite starts with room for
 * few pages, which it uses again and again. What goes on, or writes, gets what better-sqlite3 gives
 * by default.
 */
export const keepFewPages = (db: Database): void => void db.exec("PRAGMA cache_size = -1000");

/** One of several connections of a process: what they would all keep, the system keeps once. */
export const keepSharedPages = (db: Database): void => void db.exec("PRAGMA cache_size = -4000");

export const keepPages = (db: Database): void => void db.exec("PRAGMA cache_size = -16000");
