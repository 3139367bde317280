import { type EmbeddingModel, modelAfterCommit } from "../../embedding-model.ts";
import type { EmbeddedSegment, Segment } from "../../types.ts";
import type { AssetId, AssetState, FileLocation } from "../catalog.ts";
import type { AssetVersion } from "../versions.ts";
import type { Database, FoundRows, TableRow } from "./database.ts";
import { newId } from "./database.ts";
import { fetchEmbeddingModel, storeEmbeddingModel } from "./library.ts";
import {
  aboutOf,
  aboutVersion,
  byIndex,
  placeRow,
  segmentRow,
  toText,
  rowToSegment,
  joinVectors,
} from "./rows.ts";
import { embeddingsTable, TABLES } from "./tables.ts";
import type { Session } from "./wire/client.ts";
import { equal, type Filter, isOneOf } from "./wire/predicate.ts";
import { addWords, dropWords } from "./words.ts";

/** The key under which the library's facts are locked. No file can have this name. */
const LIBRARY_KEY = "\0library";

/** Gives the library's embedding model. The first vectors set it. */
async function modelFor(
  database: Database,
  session: Session,
  vectors: readonly Float32Array[],
  embedder: EmbeddingModel | undefined,
): Promise<EmbeddingModel | undefined> {
  const stored = await fetchEmbeddingModel(database, session);
  if (vectors.length === 0) return stored;
  const model = modelAfterCommit(stored, embedder, vectors);
  if (stored || !model) return model;
  // Of two first commits one conflicts here, begins anew and finds the other's model.
  await database.lock(session, [LIBRARY_KEY]);
  await storeEmbeddingModel(database, session, model);
  return model;
}

/**
 * A version's row, segments, words and vectors; visible by its status, and by an asset that names
 * it. Archived versions answer no searches, so that they have neither words nor vectors.
 */
export async function addVersion(
  database: Database,
  session: Session,
  version: TableRow,
  segments: readonly (Segment & { readonly vector?: Float32Array | null })[],
  dimensions: number | undefined,
): Promise<void> {
  const versionId = toText(version["version_id"]);
  await database.add(session, TABLES.versions, [version]);
  await database.add(
    session,
    TABLES.segments,
    segments.map((segment) => segmentRow(versionId, segment)),
  );
  if (version["status"] !== "archived")
    await addWords(database, session, versionId, segments, toText(version["language"]));
  const embedded = segments.filter(({ vector }) => vector);
  if (embedded.length === 0 || dimensions === undefined) return;
  const table = await database.embeddings(session, dimensions);
  await database.add(
    session,
    table,
    embedded.map(({ index, vector }) => ({ version_id: versionId, position: index, vector })),
  );
}

export async function dropVectors(
  database: Database,
  session: Session,
  versionIds: readonly string[],
): Promise<void> {
  const identity = await fetchEmbeddingModel(database, session);
  if (!identity || versionIds.length === 0) return;
  const table = embeddingsTable(identity.dimensions);
  await database.drop(
    session,
    table,
    await database.find(session, table, [isOneOf("version_id", versionIds)]),
  );
}

/** Deletes everything that belongs to these versions. */
export async function dropVersions(
  database: Database,
  session: Session,
  versionIds: readonly string[],
): Promise<void> {
  if (versionIds.length === 0) return;
  await dropVectors(database, session, versionIds);
  await dropWords(database, session, versionIds);
  for (const table of [TABLES.segments, TABLES.versions])
    await database.drop(
      session,
      table,
      await database.find(session, table, [isOneOf("version_id", versionIds)]),
    );
}

/**
 * Archives the version that the asset had before, without its words and vectors, or drops it when
 * the new version has the same fingerprint.
 */
async function retire(
  database: Database,
  session: Session,
  old: TableRow | undefined,
  fingerprint: string,
): Promise<void> {
  const versionId = old?.["version_id"];
  if (typeof versionId !== "string") return;
  if (old?.["fingerprint"] === fingerprint) return dropVersions(database, session, [versionId]);
  await dropVectors(database, session, [versionId]);
  await dropWords(database, session, [versionId]);
  const found = await database.find(session, TABLES.versions, [equal("version_id", versionId)]);
  await database.change(session, TABLES.versions, found, {
    status: "archived",
    archived_at_ms: Date.now(),
  });
}

/** Puts a row in the place of the asset's, if it has one. */
export async function putAsset(
  database: Database,
  session: Session,
  found: FoundRows,
  row: TableRow,
): Promise<void> {
  if (found.rows.length === 0) return database.add(session, TABLES.assets, [{ ...row }]);
  await database.change(session, TABLES.assets, found, row);
}

export const findAssetRow = (
  database: Database,
  session: Session,
  id: AssetId,
): Promise<FoundRows> => database.find(session, TABLES.assets, [equal("asset_id", id)]);

export async function commitVersion(
  database: Database,
  session: Session,
  version: AssetVersion,
  embedder: EmbeddingModel | undefined,
): Promise<void> {
  const { segments } = version;
  const model = await modelFor(
    database,
    session,
    segments.flatMap(({ vector }) => (vector ? [vector] : [])),
    embedder,
  );
  const state: AssetState = segments.every(({ vector }) => vector) ? "indexed" : "partial";
  await replace(
    database,
    session,
    version,
    state,
    aboutVersion(version, segments),
    segments,
    model?.dimensions,
  );
}

async function replace(
  database: Database,
  session: Session,
  target: FileLocation,
  state: AssetState,
  about: TableRow,
  segments: readonly EmbeddedSegment[],
  dimensions: number | undefined,
): Promise<void> {
  const targetRows = await findAssetRow(database, session, target.id);
  await retire(database, session, targetRows.rows[0], toText(about["fingerprint"]));
  const row = { ...about, version_id: newId() };
  await addVersion(
    database,
    session,
    { ...row, asset_id: target.id, status: "active" },
    segments,
    dimensions,
  );
  await putAsset(database, session, targetRows, {
    ...placeRow(target),
    state,
    error: null,
    deleted_at_ms: null,
    ...row,
  });
}

/** Reads the segments of versions in order, with vectors where they are wanted. */
export async function readSegments(
  database: Database,
  session: Session,
  versionId: string,
  more: Filter = [],
): Promise<Segment[]> {
  const rows = await database.rows(session, TABLES.segments, [
    equal("version_id", versionId),
    ...more,
  ]);
  return rows.map(rowToSegment).sort(byIndex);
}

export async function readEmbedded(
  database: Database,
  session: Session,
  versionId: string,
): Promise<EmbeddedSegment[]> {
  const segments = await readSegments(database, session, versionId);
  const identity = await fetchEmbeddingModel(database, session);
  return joinVectors(
    segments,
    identity
      ? await database.rows(session, embeddingsTable(identity.dimensions), [
          equal("version_id", versionId),
        ])
      : [],
  );
}

export async function copyVersion(
  database: Database,
  session: Session,
  from: AssetId,
  to: FileLocation,
): Promise<void> {
  const [source] = await database.rows(session, TABLES.assets, [equal("asset_id", from)]);
  if (typeof source?.["version_id"] !== "string") return;
  const segments = await readEmbedded(database, session, source["version_id"]);
  const model = await fetchEmbeddingModel(database, session);
  await replace(
    database,
    session,
    to,
    toText(source["state"]) as AssetState,
    { ...aboutOf(source), indexed_at_ms: Date.now() },
    segments,
    model?.dimensions,
  );
}

export async function moveAsset(
  database: Database,
  session: Session,
  from: AssetId,
  to: FileLocation,
): Promise<void> {
  const source = await findAssetRow(database, session, from);
  const versionId = source.rows[0]?.["version_id"];
  if (typeof versionId !== "string") return;
  // The row of the new location, if it was registered or failed, gives way.
  await removeAsset(database, session, to.id);
  await database.change(session, TABLES.assets, source, { ...placeRow(to), deleted_at_ms: null });
  await database.change(
    session,
    TABLES.versions,
    await database.find(session, TABLES.versions, [equal("version_id", versionId)]),
    { asset_id: to.id },
  );
}

export async function removeAsset(
  database: Database,
  session: Session,
  id: AssetId,
): Promise<void> {
  const assetRows = await findAssetRow(database, session, id);
  await dropVersions(
    database,
    session,
    assetRows.rows.flatMap(({ version_id: versionId }) =>
      typeof versionId === "string" ? [versionId] : [],
    ),
  );
  await database.drop(session, TABLES.assets, assetRows);
}

export async function restampVersion(
  database: Database,
  session: Session,
  id: AssetId,
  fingerprint: string,
): Promise<void> {
  const asset = await findAssetRow(database, session, id);
  const versionId = asset.rows[0]?.["version_id"];
  if (typeof versionId !== "string") return;
  await database.change(session, TABLES.assets, asset, { fingerprint });
  const found = await database.find(session, TABLES.versions, [equal("version_id", versionId)]);
  await database.change(session, TABLES.versions, found, { fingerprint });
}
