import { lstatSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { MediasearchError } from "../../errors.ts";
import { inLongStep } from "../../long-step.ts";
import { canonicaliseLanguages } from "./canonical-languages.ts";
import { readEmbeddingModel } from "./embedding-model.ts";
import { refuseForeignSchema, schemaLines } from "./foreign-schema.ts";
import { inflectOlderVersions } from "./inflections.ts";
import { LIVE_INDEX_SCHEMA } from "./live-index.ts";
import { HEADINGS_SCHEMA } from "./headings.ts";
import { NEWEST_SCHEMA } from "./newest-schema.ts";
import { RECORDS_SCHEMA } from "./records.ts";
import { refuseWhileHeld } from "./run-lock.ts";
import { vacuumInto } from "./snapshot.ts";
import { renewSideTexts } from "./side-texts.ts";
import { BLOCKS_SCHEMA, writeCodes } from "./vector-blocks.ts";

/**
 * "msrc": tells a library from other SQLite files
 * (https://www.sqlite.org/pragma.html#pragma_application_id).
 */
export const APPLICATION_ID = 0x6d737263;

type MigrationStep = string | ((db: Database) => void);

export function applyMigration(db: Database, step: MigrationStep): void {
  if (typeof step === "string") db.exec(step);
  else step(db);
}

/**
 * Step n takes a library from schema n-1 to n. A step that was released is never changed; the next
 * one is added.
 */
export const MIGRATIONS: readonly MigrationStep[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE assets (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    mtime_ms INTEGER NOT NULL,
    captions_stat TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('registered', 'indexed', 'partial', 'failed')),
    error TEXT
  ) STRICT;
  -- The current version of an asset; its absence is "registered", or "failed" at the first attempt.
  CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    asset_id INTEGER NOT NULL UNIQUE REFERENCES assets (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('captions', 'asr')),
    engine TEXT NOT NULL,
    language TEXT NOT NULL,
    duration_ms INTEGER,
    segment_count INTEGER NOT NULL,
    speakers TEXT NOT NULL,
    indexed_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    version_id INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    speaker TEXT,
    confidence REAL,
    UNIQUE (version_id, position)
  ) STRICT;
  -- Apart from the texts, so that keyword search never pages through them. float32, little-endian.
  CREATE TABLE vectors (
    segment_id INTEGER PRIMARY KEY REFERENCES segments (id) ON DELETE CASCADE,
    vector BLOB NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE segments_fts USING fts5 (
    text, speaker, content = 'segments', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
  );
  CREATE TRIGGER segments_insert AFTER INSERT ON segments BEGIN
    INSERT INTO segments_fts (rowid, text, speaker) VALUES (new.id, new.text, new.speaker);
  END;
  CREATE TRIGGER segments_delete AFTER DELETE ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text, speaker) VALUES ('delete', old.id, old.text, old.speaker);
  END;
  `,
  `
  ALTER TABLE assets ADD COLUMN deleted_at_ms INTEGER;
  CREATE INDEX versions_fingerprint ON versions (fingerprint);
  -- Transcripts that were replaced: gzip of JSON, without vectors, which can be made again.
  CREATE TABLE archive (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    archived_at_ms INTEGER NOT NULL,
    version BLOB NOT NULL
  ) STRICT;
  CREATE TABLE jobs (path TEXT PRIMARY KEY, job TEXT NOT NULL) STRICT;
  CREATE TABLE checkpoints (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    checkpoint TEXT NOT NULL
  ) STRICT;
  CREATE INDEX checkpoints_path ON checkpoints (path);
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    renewed_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    summary TEXT
  ) STRICT;
  `,
  `
  -- When the recording was made; NULL where that is not known.
  ALTER TABLE versions ADD COLUMN recorded_at_ms INTEGER;
  CREATE INDEX assets_deleted ON assets (deleted_at_ms) WHERE deleted_at_ms IS NOT NULL;
  -- What is indexed of scripts without spaces (search/words.ts); NULL for all other texts.
  ALTER TABLE segments ADD COLUMN grams TEXT;
  UPDATE segments SET grams = grams(text) WHERE grams(text) IS NOT NULL;
  DROP TRIGGER segments_insert;
  DROP TRIGGER segments_delete;
  DROP TABLE segments_fts;
  CREATE VIRTUAL TABLE segments_fts USING fts5 (
    text, speaker, grams, content = 'segments', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2', prefix = '3'
  );
  INSERT INTO segments_fts (segments_fts) VALUES ('rebuild');
  CREATE TRIGGER segments_insert AFTER INSERT ON segments BEGIN
    INSERT INTO segments_fts (rowid, text, speaker, grams) VALUES (new.id, new.text, new.speaker, new.grams);
  END;
  CREATE TRIGGER segments_delete AFTER DELETE ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text, speaker, grams) VALUES ('delete', old.id, old.text, old.speaker, old.grams);
  END;
  `,
  (db) => {
    db.exec(BLOCKS_SCHEMA);
    const identity = readEmbeddingModel(db);
    if (identity) writeCodes(db, identity.dimensions);
  },
  `
  -- Of queries that were asked; the key is a digest, so that the library does not tell what was looked for.
  CREATE TABLE query_vectors (id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL) STRICT;
  `,
  RECORDS_SCHEMA,
  "CREATE INDEX archive_fingerprint ON archive (fingerprint);",
  renewSideTexts,
  canonicaliseLanguages,
  // Every search by words says how many files are not indexed yet, without a look at the others.
  "CREATE INDEX assets_registered ON assets (id) WHERE state = 'registered' AND deleted_at_ms IS NULL;",
  LIVE_INDEX_SCHEMA,
  HEADINGS_SCHEMA,
  inflectOlderVersions,
  // Codes of one bit a dimension in place of four.
  (db) => {
    const identity = readEmbeddingModel(db);
    if (identity) writeCodes(db, identity.dimensions);
  },
];

/** Where the library as it was before a migration is kept. Nothing removes it. */
export const backupPath = (path: string, schema: number): string =>
  `${path}.schema-${schema}.backup`;

/**
 * Brings a library to the newest schema in one transaction, after a copy of it as it was; two
 * processes at once do it once.
 * @throws NO_STORE for an empty one unless `create`; SCHEMA_MISMATCH for a file that is not a
 * library, one with another schema than the migrations make, or one of a newer mediasearch;
 * STORE_BUSY for an older one that a run has. None is touched.
 */
export function migrate(db: Database, { path, create, openMemory }: MigrateOptions): void {
  // One transaction, thus one state of the file: another process may be migrating it just now.
  const current = inOneState(db, () => {
    const version = checkSchema(db, path);
    if (version === 0) return version;
    const isNewest = version === MIGRATIONS.length;
    refuseForeignSchema(db, path, isNewest ? NEWEST_SCHEMA : schemaAfter(openMemory(), version));
    return version;
  });
  if (current === MIGRATIONS.length) return;
  if (current === 0 && !create) throw noStore(path);
  inLongStep(() => {
    if (current > 0) {
      refuseWhileHeld(db, path);
      keepCopy(db, backupPath(path, current));
    }
    db.transaction(() => {
      // A run may have begun while the copy was made.
      refuseWhileHeld(db, path);
      for (const step of MIGRATIONS.slice(checkSchema(db, path))) applyMigration(db, step);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${MIGRATIONS.length}`);
    }).immediate();
  });
}

export interface MigrateOptions {
  readonly path: string;
  readonly create: boolean;
  /** An empty database that SQL functions of ours are defined in. */
  readonly openMemory: () => Database;
}

/**
 * Reads one state of the file. `db.transaction` would prepare its statements first, which every
 * start of every command would pay for.
 */
function inOneState<T>(db: Database, read: () => T): T {
  db.exec("BEGIN");
  try {
    return read();
  } finally {
    if (db.inTransaction) db.exec("ROLLBACK");
  }
}

/**
 * The schema that the first `version` migrations make. Closes the empty database that it is given.
 */
export function schemaAfter(memory: Database, version: number): readonly string[] {
  try {
    for (const step of MIGRATIONS.slice(0, version)) applyMigration(memory, step);
    return schemaLines(memory);
  } finally {
    memory.close();
  }
}

/**
 * Codes and texts of this schema would harm a library of a later one.
 * @throws SCHEMA_MISMATCH once a newer mediasearch has migrated the library that is open.
 */
export function refuseMigrated(db: Database, path: string): void {
  const schema = db.pragma("user_version", { simple: true }) as number;
  if (schema > MIGRATIONS.length)
    throw new MediasearchError(
      "SCHEMA_MISMATCH",
      `${path}: a newer mediasearch has migrated it meanwhile (schema ${schema}; this process knows ${MIGRATIONS.length})`,
      { subject: path, hint: "end this process, and start it with the newer mediasearch" },
    );
}

/** Never over another copy: two processes may be at it at once. */
function keepCopy(db: Database, copy: string): void {
  try {
    if (lstatSync(copy, { throwIfNoEntry: false }) === undefined) vacuumInto(db, copy);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (!lstatSync(copy).isFile())
    throw new MediasearchError(
      "IO_FAILED",
      `${copy}: is no file, so the library can't be kept there as it was`,
      { subject: copy, hint: "remove or rename it, and run the same command again" },
    );
}

export const noStore = (path: string): MediasearchError =>
  new MediasearchError("NO_STORE", `${path}: no library here yet`, {
    subject: path,
    hint: "mediasearch index FOLDER",
  });

/** @returns the schema of the file, 0 when it is new. */
function checkSchema(db: Database, path: string): number {
  // One statement, thus one state of the file: another process may be making it just now.
  const { current, application, isEmpty } = db
    .prepare(
      "SELECT user_version AS current, application_id AS application, NOT EXISTS (SELECT 1 FROM sqlite_schema) AS isEmpty FROM pragma_user_version, pragma_application_id",
    )
    .get() as { readonly current: number; readonly application: number; readonly isEmpty: number };
  if (application !== APPLICATION_ID && !(application === 0 && isEmpty === 1))
    throw new MediasearchError(
      "SCHEMA_MISMATCH",
      `${path}: a database, but not a library of mediasearch`,
      { subject: path, hint: "give another path with --store" },
    );
  if (current > MIGRATIONS.length)
    throw new MediasearchError(
      "SCHEMA_MISMATCH",
      `${path}: made by a newer mediasearch (schema ${current}; this one knows ${MIGRATIONS.length})`,
      {
        subject: path,
        hint: "npm install mediasearch@latest",
      },
    );
  return current;
}
