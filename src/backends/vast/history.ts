import type { Archive, ArchivedTranscript, ArchivedVersion } from "../archive.ts";
import type { Origin } from "../../types.ts";
import { type Database, newId, type TableRow } from "./database.ts";
import { aboutVersion, toText } from "./rows.ts";
import { TABLES } from "./tables.ts";
import { addVersion, dropVersions, findAssetRow, readSegments } from "./versions.ts";
import type { Session } from "./wire/client.ts";
import { compareColumn, equal, type Filter, startsWith } from "./wire/predicate.ts";

export const vastArchive = (database: Database): Archive => ({
  list: () => listArchived(database),
  read: () => fetchArchived(database, []),
  find: async (prefix) =>
    (
      await Array.fromAsync(fetchArchived(database, [startsWith("fingerprint", prefix)]))
    ).toReversed(),
  add: (transcript) =>
    database.write(
      { action: "archive", asset: transcript.id, detail: transcript.fingerprint },
      [transcript.id],
      (tx) => addArchived(database, tx, transcript),
    ),
  remove: (id) => removeArchived(database, id),
  purge: (beforeMs) => purge(database, beforeMs),
});

const rowToArchivedVersion = (row: TableRow): ArchivedVersion => ({
  id: toText(row["asset_id"]),
  fingerprint: toText(row["fingerprint"]),
  archivedAtMs: Number(row["archived_at_ms"]),
});

/** Sorts oldest first, and versions of one moment in the order in which they were made. */
async function archivedRows(
  database: Database,
  session: Session,
  more: Filter = [],
): Promise<TableRow[]> {
  const rows = await database.rows(session, TABLES.versions, [
    equal("status", "archived"),
    ...more,
  ]);
  return rows.sort(
    (a, b) =>
      Number(a["archived_at_ms"]) - Number(b["archived_at_ms"]) ||
      (toText(a["version_id"]) < toText(b["version_id"]) ? -1 : 1),
  );
}

const listArchived = async (database: Database): Promise<ArchivedVersion[]> =>
  (await archivedRows(database, database.client.session)).toReversed().map(rowToArchivedVersion);

async function* fetchArchived(
  database: Database,
  filter: Filter,
): AsyncIterable<ArchivedTranscript> {
  const { session } = database.client;
  for (const row of await archivedRows(database, session, filter)) {
    const { duration_ms: duration } = row;
    yield {
      ...rowToArchivedVersion(row),
      origin: toText(row["origin"]) as Origin,
      engine: toText(row["engine"]),
      language: toText(row["language"]),
      durationMs: typeof duration === "bigint" ? Number(duration) : null,
      indexedAtMs: Number(row["indexed_at_ms"]),
      segments: await readSegments(database, session, toText(row["version_id"])),
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

async function removeArchived(database: Database, id: string): Promise<void> {
  const rows = await archivedRows(database, database.client.session, [equal("asset_id", id)]);
  const ids = rows.map(({ version_id: versionId }) => toText(versionId));
  for (let start = 0; start < ids.length; start += ARCHIVED_PER_REQUEST)
    await database.write({ action: "purge", asset: id }, [id], (tx) =>
      dropVersions(database, tx, ids.slice(start, start + ARCHIVED_PER_REQUEST)),
    );
}

/** How many versions are deleted in one transaction. */
const ARCHIVED_PER_REQUEST = 50;

/** Deletes a few versions at a time, so that no transaction grows with the archive. */
async function purge(database: Database, beforeMs: number): Promise<number> {
  const { session } = database.client;
  const old = await database.rows(
    session,
    TABLES.versions,
    [equal("status", "archived"), compareColumn("archived_at_ms", "less", beforeMs)],
    ["version_id"],
  );
  const ids = old.map(({ version_id: id }) => toText(id));
  for (let start = 0; start < ids.length; start += ARCHIVED_PER_REQUEST)
    await database.write(
      {
        action: "purge",
        detail: `${ids.slice(start, start + ARCHIVED_PER_REQUEST).length} archived versions`,
      },
      [],
      (tx) => dropVersions(database, tx, ids.slice(start, start + ARCHIVED_PER_REQUEST)),
    );
  const deleted = await database.rows(
    session,
    TABLES.assets,
    [compareColumn("deleted_at_ms", "less", beforeMs)],
    ["asset_id"],
  );
  let gone = ids.length;
  for (const { asset_id: id } of deleted)
    gone += await database.write({ action: "purge", asset: toText(id) }, [toText(id)], (tx) =>
      purgeAsset(database, tx, toText(id), beforeMs),
    );
  return gone;
}

/** Reads the file again under the lock, because it may have come back. */
async function purgeAsset(
  database: Database,
  session: Session,
  id: string,
  beforeMs: number,
): Promise<number> {
  const assetRows = await findAssetRow(database, session, id);
  const deletedAt = assetRows.rows[0]?.["deleted_at_ms"];
  if (typeof deletedAt !== "bigint" || Number(deletedAt) >= beforeMs) return 0;
  await dropVersions(
    database,
    session,
    assetRows.rows.flatMap(({ version_id: versionId }) =>
      typeof versionId === "string" ? [versionId] : [],
    ),
  );
  await database.drop(session, TABLES.assets, assetRows);
  return 1;
}
