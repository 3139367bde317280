import type { Archive, ArchivedTranscript, ArchivedVersion } from "../archive.ts";
import type { Origin } from "../../types.ts";
import { type Database, newId, type Row } from "./database.ts";
import { aboutVersion, text } from "./rows.ts";
import { TABLES } from "./tables.ts";
import { addVersion, dropVersions, findAsset, readSegments } from "./versions.ts";
import type { Session } from "./wire/client.ts";
import { compare, equal, type Filter, startsWith } from "./wire/predicate.ts";

export const vastArchive = (database: Database): Archive => ({
  list: () => listArchived(database),
  read: () => readArchived(database, []),
  find: async (prefix) =>
    (
      await Array.fromAsync(readArchived(database, [startsWith("fingerprint", prefix)]))
    ).toReversed(),
  add: (transcript) =>
    database.write(
      { action: "archive", asset: transcript.id, detail: transcript.fingerprint },
      [transcript.id],
      (tx) => addArchived(database, tx, transcript),
    ),
  purge: (beforeMs) => purge(database, beforeMs),
});

const toArchived = (row: Row): ArchivedVersion => ({
  id: text(row["asset_id"]),
  fingerprint: text(row["fingerprint"]),
  archivedAtMs: Number(row["archived_at_ms"]),
});

/** Oldest first; of those of one moment, in the order in which they were made. */
async function archivedRows(
  database: Database,
  session: Session,
  more: Filter = [],
): Promise<Row[]> {
  const rows = await database.rows(session, TABLES.versions, [
    equal("status", "archived"),
    ...more,
  ]);
  return rows.sort(
    (a, b) =>
      Number(a["archived_at_ms"]) - Number(b["archived_at_ms"]) ||
      (text(a["version_id"]) < text(b["version_id"]) ? -1 : 1),
  );
}

const listArchived = async (database: Database): Promise<ArchivedVersion[]> =>
  (await archivedRows(database, database.client.session)).toReversed().map(toArchived);

async function* readArchived(
  database: Database,
  filter: Filter,
): AsyncIterable<ArchivedTranscript> {
  const { session } = database.client;
  for (const row of await archivedRows(database, session, filter)) {
    const { duration_ms: duration } = row;
    yield {
      ...toArchived(row),
      origin: text(row["origin"]) as Origin,
      engine: text(row["engine"]),
      language: text(row["language"]),
      durationMs: typeof duration === "bigint" ? Number(duration) : null,
      indexedAtMs: Number(row["indexed_at_ms"]),
      segments: await readSegments(database, session, text(row["version_id"])),
    };
  }
}

async function addArchived(
  database: Database,
  session: Session,
  version: ArchivedTranscript,
): Promise<void> {
  const { id, fingerprint, archivedAtMs, segments } = version;
  const same = await database.rows(
    session,
    TABLES.versions,
    [
      equal("asset_id", id),
      equal("status", "archived"),
      equal("fingerprint", fingerprint),
      equal("archived_at_ms", archivedAtMs),
    ],
    ["version_id"],
  );
  if (same.length > 0) return;
  await addVersion(
    database,
    session,
    {
      ...aboutVersion(version, segments),
      vector_count: 0,
      version_id: newId(),
      asset_id: id,
      status: "archived",
      archived_at_ms: archivedAtMs,
    },
    segments,
    undefined,
  );
}

/** Versions whose rows are deleted in one transaction. */
const CHUNK = 50;

/** A few at a time, so that no transaction grows with the archive. */
async function purge(database: Database, beforeMs: number): Promise<number> {
  const { session } = database.client;
  const old = await database.rows(
    session,
    TABLES.versions,
    [equal("status", "archived"), compare("archived_at_ms", "less", beforeMs)],
    ["version_id"],
  );
  const ids = old.map(({ version_id: id }) => text(id));
  for (let at = 0; at < ids.length; at += CHUNK)
    await database.write(
      { action: "purge", detail: `${ids.slice(at, at + CHUNK).length} archived versions` },
      [],
      (tx) => dropVersions(database, tx, ids.slice(at, at + CHUNK)),
    );
  const deleted = await database.rows(
    session,
    TABLES.assets,
    [compare("deleted_at_ms", "less", beforeMs)],
    ["asset_id"],
  );
  let gone = ids.length;
  for (const { asset_id: id } of deleted)
    gone += await database.write({ action: "purge", asset: text(id) }, [text(id)], (tx) =>
      purgeAsset(database, tx, text(id), beforeMs),
    );
  return gone;
}

/** Looks again under the lock: the file may have come back. */
async function purgeAsset(
  database: Database,
  session: Session,
  id: string,
  beforeMs: number,
): Promise<number> {
  const found = await findAsset(database, session, id);
  const deletedAt = found.rows[0]?.["deleted_at_ms"];
  if (typeof deletedAt !== "bigint" || Number(deletedAt) >= beforeMs) return 0;
  await dropVersions(
    database,
    session,
    found.rows.flatMap(({ version_id: versionId }) =>
      typeof versionId === "string" ? [versionId] : [],
    ),
  );
  await database.drop(session, TABLES.assets, found);
  return 1;
}
