import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import Sqlite from "better-sqlite3";

export interface FileState {
  readonly state: string;
  /** Digest of the transcript with its vectors and words; null without one. */
  readonly content: string | null;
}

export interface LibraryState {
  /** What can't be, whatever happened: damage, halves, doubles. */
  readonly problems: readonly string[];
  readonly files: ReadonlyMap<string, FileState>;
  /** Records of the server, by kind and id. */
  readonly records: ReadonlySet<string>;
}

/** What a library file holds; null when there is none, or one without tables yet. */
export function readLibrary(path: string): LibraryState | null {
  // An empty file is one that was only just made.
  if (!existsSync(path) || statSync(path).size === 0) return null;
  const db = new Sqlite(path);
  try {
    const sound = db.pragma("integrity_check", { simple: true }) as string;
    if (!hasTable(db, "segments"))
      return sound === "ok" ? null : { problems: [sound], files: new Map(), records: new Set() };
    return {
      problems: [...(sound === "ok" ? [] : [sound]), ...orphans(db)],
      files: readFiles(db),
      records: hasTable(db, "records")
        ? new Set(db.prepare("SELECT kind || '/' || id FROM records").pluck().all() as string[])
        : new Set(),
    };
  } catch (error) {
    return {
      problems: [`can't be read: ${(error as Error).message}`],
      files: new Map(),
      records: new Set(),
    };
  } finally {
    db.close();
  }
}

const hasTable = (db: Sqlite.Database, name: string): boolean =>
  db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = ?").pluck().get(name) === 1;

/** Rows that belong to nothing, and segments that one index has and the other has not. */
function orphans(db: Sqlite.Database): string[] {
  const count = (sql: string): number => db.prepare(sql).pluck().get() as number;
  const looks: Readonly<Record<string, string>> = {
    "segments of no version":
      "SELECT count(*) FROM segments WHERE version_id NOT IN (SELECT id FROM versions)",
    "versions of no file":
      "SELECT count(*) FROM versions WHERE asset_id NOT IN (SELECT id FROM assets)",
    "vectors of no segment":
      "SELECT count(*) FROM vectors WHERE segment_id NOT IN (SELECT id FROM segments)",
    "words of no segment":
      "SELECT count(*) FROM segments_fts_docsize WHERE id NOT IN (SELECT id FROM segments)",
    // Those of deleted files are taken out of the index of words until they come back.
    "segments without words":
      "SELECT count(*) FROM segments s JOIN versions v ON v.id = s.version_id JOIN assets a ON a.id = v.asset_id WHERE a.deleted_at_ms IS NULL AND s.id NOT IN (SELECT id FROM segments_fts_docsize)",
    "words of deleted files that answer":
      "SELECT count(*) FROM segments s JOIN versions v ON v.id = s.version_id JOIN assets a ON a.id = v.asset_id WHERE a.deleted_at_ms IS NOT NULL AND s.id IN (SELECT id FROM segments_fts_docsize)",
    "versions with fewer or more segments than they say":
      "SELECT count(*) FROM versions v WHERE segment_count <> (SELECT count(*) FROM segments WHERE version_id = v.id)",
  };
  return Object.entries(looks).flatMap(([what, sql]) =>
    count(sql) === 0 ? [] : [`${count(sql)} ${what}`],
  );
}

function readFiles(db: Sqlite.Database): Map<string, FileState> {
  const rows = db
    .prepare(
      "SELECT a.path, iif(a.deleted_at_ms IS NULL, a.state, 'deleted') AS state, v.id, v.fingerprint, v.origin, v.engine, v.language, v.duration_ms FROM assets a LEFT JOIN versions v ON v.asset_id = a.id",
    )
    .all() as { path: string; state: string; id: number | null }[];
  const segments = db.prepare(
    `SELECT s.position, s.start_ms, s.end_ms, s.text, s.speaker, s.confidence, hex(x.vector) AS vector
     FROM segments s LEFT JOIN vectors x ON x.segment_id = s.id WHERE s.version_id = ? ORDER BY s.position`,
  );
  return new Map(
    rows.map(({ path, state, id, ...about }) => [
      path,
      {
        state,
        content:
          id === null
            ? null
            : createHash("sha256")
                .update(JSON.stringify([about, segments.all(id)]))
                .digest("hex"),
      },
    ]),
  );
}

/** What answers searches: the state and the content of each file that has a transcript, by path. */
export const held = (state: LibraryState | null): Map<string, string> =>
  new Map(
    [...(state?.files ?? [])].flatMap(([path, { state: word, content }]) =>
      content === null ? [] : [[path, `${word} ${content}`] as const],
    ),
  );

export const isSame = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([path, content]) => b.get(path) === content);
