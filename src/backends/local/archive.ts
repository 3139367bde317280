import type { Database } from "better-sqlite3";
import type { Origin } from "../../types.ts";
import type { Archive, ArchivedTranscript, ArchivedVersion } from "../archive.ts";
import type { Connection } from "./connection.ts";
import { inLongStep } from "../../long-step.ts";
import { toStoreError } from "./errors.ts";
import { deletingSecurely } from "./wipe.ts";
import { LAST_CHARACTER, type SegmentRow, toSegment } from "./rows.ts";

export const localArchive = ({ db, path, run, write, writeVersions }: Connection): Archive => ({
  list: () =>
    run(
      () =>
        db
          .prepare(
            "SELECT path AS id, fingerprint, archived_at_ms AS archivedAtMs FROM archive ORDER BY id DESC",
          )
          .all() as ArchivedVersion[],
    ),
  async *read() {
    try {
      yield* iterateArchive(db);
    } catch (error) {
      throw toStoreError(error, path);
    }
  },
  find: (prefix) =>
    run(() =>
      (
        db
          .prepare(
            "SELECT id, path, archived_at_ms, version FROM archive WHERE fingerprint >= ? AND fingerprint < ? ORDER BY id DESC",
          )
          .all(prefix, prefix + LAST_CHARACTER) as ArchiveRow[]
      ).map(toArchived),
    ),
  add: (transcript) => write(() => insertArchived(db, transcript)),
  remove: (id) => write(() => void db.prepare("DELETE FROM archive WHERE path = ?").run(id)),
  purge: (beforeMs) => writeVersions(() => purge(db, beforeMs)),
});

/**
 * What is kept for a time only is gone from the disk too, afterwards. The words of deleted files
 * left the keyword index when they were deleted; its old parts have them until they are merged.
 */
function purge(db: Database, beforeMs: number): number {
  const isOld = db
    .prepare(
      "SELECT EXISTS (SELECT 1 FROM archive WHERE archived_at_ms < @beforeMs) OR EXISTS (SELECT 1 FROM assets WHERE deleted_at_ms < @beforeMs)",
    )
    .pluck()
    .get({ beforeMs });
  if (isOld !== 1) return 0;
  const removeOld = (): number => {
    const replaced = db.prepare("DELETE FROM archive WHERE archived_at_ms < ?").run(beforeMs);
    const deleted = db.prepare("DELETE FROM assets WHERE deleted_at_ms < ?").run(beforeMs);
    if (deleted.changes > 0) db.exec("INSERT INTO segments_fts (segments_fts) VALUES ('optimize')");
    return replaced.changes + deleted.changes;
  };
  return inLongStep(() => deletingSecurely(db, removeOld));
}

/** Loaded by those who need it, because that takes three milliseconds. */
const zlib = () => process.getBuiltinModule("node:zlib");

/** The column `archive.version` holds this as gzip of JSON. */
interface Archived {
  readonly fingerprint: string;
  readonly origin: Origin;
  readonly engine: string;
  readonly language: string;
  readonly duration_ms: number | null;
  readonly indexed_at_ms: number;
  readonly segments: readonly Omit<SegmentRow, "position">[];
}

/**
 * Keeps the version that another one is about to replace, unless both have the same fingerprint.
 */
export function archiveVersion(
  db: Database,
  assetId: number,
  path: string,
  newFingerprint: string,
): void {
  const old = db
    .prepare(
      "SELECT id, fingerprint, origin, engine, language, duration_ms, indexed_at_ms FROM versions WHERE asset_id = ?",
    )
    .get(assetId) as { id: number; fingerprint: string } | undefined;
  if (!old || old.fingerprint === newFingerprint) return;
  const segments = db
    .prepare(
      "SELECT start_ms, end_ms, text, speaker, confidence FROM segments WHERE version_id = ? ORDER BY position",
    )
    .all(old.id);
  db.prepare(
    "INSERT INTO archive (path, fingerprint, archived_at_ms, version) VALUES (?, ?, ?, ?)",
  ).run(path, old.fingerprint, Date.now(), zlib().gzipSync(JSON.stringify({ ...old, segments })));
}

/** A transcript of a thousand hours has a tenth of it. What unpacks to more is no transcript. */
const MAX_TRANSCRIPT_BYTES = 256 * 2 ** 20;
const ARCHIVE_PAGE_ROWS = 50;

interface ArchiveRow {
  readonly id: number;
  readonly path: string;
  readonly archived_at_ms: number;
  readonly version: Buffer;
}

function* iterateArchive(db: Database): Iterable<ArchivedTranscript> {
  const next = db.prepare(
    `SELECT id, path, archived_at_ms, version FROM archive WHERE id > ? ORDER BY id LIMIT ${ARCHIVE_PAGE_ROWS}`,
  );
  for (let after: number | undefined = 0; after !== undefined;) {
    const rows = next.all(after) as ArchiveRow[];
    for (const row of rows) yield toArchived(row);
    after = rows.at(-1)?.id;
  }
}

function toArchived({ path, archived_at_ms, version }: ArchiveRow): ArchivedTranscript {
  const {
    fingerprint,
    origin,
    engine,
    language,
    duration_ms: durationMs,
    indexed_at_ms: indexedAtMs,
    segments,
  } = JSON.parse(
    zlib().gunzipSync(version, { maxOutputLength: MAX_TRANSCRIPT_BYTES }).toString(),
  ) as Archived;
  return {
    id: path,
    fingerprint,
    archivedAtMs: archived_at_ms,
    origin,
    engine,
    language,
    durationMs,
    indexedAtMs,
    segments: segments.map((row, position) => toSegment({ ...row, position })),
  };
}

function insertArchived(
  db: Database,
  {
    id,
    fingerprint,
    archivedAtMs,
    origin,
    engine,
    language,
    durationMs,
    indexedAtMs,
    segments,
  }: ArchivedTranscript,
): void {
  if (
    db
      .prepare("SELECT 1 FROM archive WHERE path = ? AND fingerprint = ? AND archived_at_ms = ?")
      .get(id, fingerprint, archivedAtMs)
  )
    return;
  const version: Archived = {
    fingerprint,
    origin,
    engine,
    language,
    duration_ms: durationMs,
    indexed_at_ms: indexedAtMs,
    segments: segments.map(({ startMs, endMs, text, speaker, confidence }) => ({
      start_ms: startMs,
      end_ms: endMs,
      text,
      speaker,
      confidence,
    })),
  };
  db.prepare(
    "INSERT INTO archive (path, fingerprint, archived_at_ms, version) VALUES (?, ?, ?, ?)",
  ).run(id, fingerprint, archivedAtMs, zlib().gzipSync(JSON.stringify(version)));
}
