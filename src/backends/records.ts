/** Plain JSON. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

export interface StoredRecord {
  readonly id: string;
  readonly value: Json;
}

/** One thing that happened. It is never changed afterwards. */
export interface JournalEntry {
  /** Sorts by time of writing; `journalId` makes it. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly atMs: number;
  /** Which journal it belongs to, such as "audit". */
  readonly kind: string;
  readonly value: Json;
}

export interface JournalQuery {
  readonly kind: string;
  /** Only entries after this one. */
  readonly afterId?: string | undefined;
  /** At most so many, the oldest first. */
  readonly limit: number;
}

/**
 * What a library keeps besides transcripts: small JSON documents by kind and id (keys, collections,
 * saved searches), and journals that only grow. A value takes at most 1 MB as text. Passes
 * `records.contract.ts`.
 */
export interface Records {
  /** Resolves to undefined for a record that is not there. */
  get(kind: string, id: string): Promise<Json | undefined>;
  /** Every record of that kind, ordered by id (binary order of UTF-8). */
  list(kind: string): Promise<readonly StoredRecord[]>;
  /** The ids of those records in the same order, without reading what they hold. */
  listIds(kind: string): Promise<readonly string[]>;
  /** Replaces the record of the same kind and id. */
  put(kind: string, id: string, value: Json): Promise<void>;
  /** Removing what is absent succeeds. */
  remove(kind: string, id: string): Promise<void>;
  /**
   * Adds records of one kind, all or none, without a look at what is there: their ids must be new,
   * as those of `journalId` are.
   */
  addAll(kind: string, records: readonly StoredRecord[]): Promise<void>;
  /** Removes records of one kind in one step. What is absent is passed over. */
  removeAll(kind: string, ids: readonly string[]): Promise<void>;
  /** Adds all or none. An entry with a known id is left as it is. */
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Reads a journal in the order of its ids. */
  readJournal(query: JournalQuery): Promise<readonly JournalEntry[]>;
  /** Forgets entries of before that time (Unix milliseconds). Resolves to their number. */
  trimJournal(kind: string, beforeMs: number): Promise<number>;
}

let lastMs = 0;
let sequence = 0;

/** Sorts before all ids of entries from that time on, and behind those of earlier ones. */
export const journalTime = (atMs: number): string => atMs.toString(36).padStart(9, "0");

/**
 * Makes an id that sorts after every id that this process made before, and by time among processes.
 */
export function journalId(atMs: number, random: string): string {
  sequence = atMs > lastMs ? 0 : sequence + 1;
  lastMs = Math.max(lastMs, atMs);
  return `${journalTime(lastMs)}-${sequence.toString(36).padStart(5, "0")}-${random}`;
}

/**
 * A record of a library from elsewhere may hold anything. Null stands for what is no JSON, so that
 * one such record hides no other.
 */
export function readRecord(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
