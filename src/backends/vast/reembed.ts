import { type EmbeddingModel, refuseIncompleteVectors } from "../../embedding-model.ts";
import type { Embeddings, EmbedSegments } from "../embeddings.ts";
import { type Database, EVERYTHING, newId, type TableRow } from "./database.ts";
import { fetchEmbeddingModel, storeEmbeddingModel } from "./library.ts";
import { aboutOf, toText } from "./rows.ts";
import { embeddingsTable, TABLES } from "./tables.ts";
import { addVersion, dropVersions, readSegments } from "./versions.ts";
import type { Session } from "./wire/client.ts";
import { equal, isPresent, isOneOf } from "./wire/predicate.ts";

/** `runId` marks the versions that a rebuild of this process is making. */
export function vastEmbeddings(database: Database, runId: string): Embeddings {
  return {
    model: () => fetchEmbeddingModel(database, database.client.session),
    rebuild: (model, embed, onProgress) =>
      reembedLibrary(database, runId, model, embed, onProgress),
  };
}

/**
 * Makes every version anew with other vectors, hidden, a transaction each; the last transaction
 * puts them all in place of the old ones together with the model's name. A version that was
 * committed meanwhile loses its vectors (they are of the old model) and is "partial".
 */
async function reembedLibrary(
  database: Database,
  runId: string,
  embedder: EmbeddingModel,
  embed: EmbedSegments,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const { session } = database.client;
  const assets = await database.rows(session, TABLES.assets, [isPresent("version_id")]);
  const total = assets.reduce((sum, row) => sum + Number(row["segment_count"]), 0);
  /** Maps each old version to the version that takes its place. */
  const made = new Map<string, TableRow>();
  let done = 0;
  try {
    for (const asset of assets) {
      const oldId = toText(asset["version_id"]);
      const segments = await readSegments(database, session, oldId);
      const vectors = await embed(segments);
      refuseIncompleteVectors(vectors, segments.length, embedder);
      const row = { ...aboutOf(asset), version_id: newId(), vector_count: segments.length };
      await database.write({ action: "reembed", asset: toText(asset["asset_id"]) }, [], (tx) =>
        addVersion(
          database,
          tx,
          { ...row, asset_id: asset["asset_id"], status: "staging", run_id: runId },
          segments.map((segment, i) => ({ ...segment, vector: vectors[i] ?? null })),
          embedder.dimensions,
        ),
      );
      made.set(oldId, row);
      onProgress?.((done += segments.length), total);
    }
    await database.write({ action: "reembed", detail: embedder.embedder }, EVERYTHING, (tx) =>
      replaceVectors(database, tx, embedder, made),
    );
  } finally {
    await sweepVersions(database, [equal("status", "dropped")]);
    await sweepVersions(database, [equal("status", "staging"), equal("run_id", runId)]);
  }
}

async function replaceVectors(
  database: Database,
  session: Session,
  embedder: EmbeddingModel,
  made: ReadonlyMap<string, TableRow>,
): Promise<void> {
  const before = await fetchEmbeddingModel(database, session);
  const assets = await database.find(session, TABLES.assets, [isPresent("version_id")]);
  const anew = (asset: TableRow): TableRow | undefined => made.get(toText(asset["version_id"]));
  await database.change(
    session,
    TABLES.assets,
    assets,
    assets.rows.map((asset) => {
      const row = anew(asset);
      const count = Number(asset["segment_count"]);
      const isIndexed = asset["state"] !== "failed" && asset["state"] !== "registered";
      const newState = row || count === 0 ? "indexed" : "partial";
      const state = isIndexed ? newState : asset["state"];
      return {
        version_id: row?.["version_id"] ?? asset["version_id"],
        vector_count: row ? count : 0,
        state,
      };
    }),
  );
  const versions = await database.find(session, TABLES.versions, [
    isOneOf("status", ["active", "staging"]),
  ]);
  const current = new Set(
    assets.rows.map((asset) => toText(anew(asset)?.["version_id"] ?? asset["version_id"])),
  );
  await database.change(
    session,
    TABLES.versions,
    versions,
    versions.rows.map(({ version_id, status }) => {
      if (current.has(toText(version_id))) return { status: "active" };
      return { status: status === "active" ? "dropped" : status };
    }),
  );
  // Vectors of the old model must go also where their versions stay.
  const kept = assets.rows
    .filter((asset) => !anew(asset))
    .map((asset) => toText(asset["version_id"]));
  if (before && kept.length > 0) {
    const table = embeddingsTable(before.dimensions);
    await database.drop(
      session,
      table,
      await database.find(session, table, [isOneOf("version_id", kept)]),
    );
  }
  await storeEmbeddingModel(database, session, embedder);
}

const VERSIONS_PER_BATCH = 20;

/** Deletes versions that nobody sees, with the vectors of whatever model they have. */
export async function sweepVersions(
  database: Database,
  filter: Parameters<Database["rows"]>[2],
): Promise<number> {
  const { session } = database.client;
  const ids = (await database.rows(session, TABLES.versions, filter, ["version_id"])).map(
    ({ version_id: id }) => toText(id),
  );
  for (let start = 0; start < ids.length; start += VERSIONS_PER_BATCH)
    await database.write({ action: "sweep" }, [], async (tx) => {
      for (const table of await embeddingTables(database, tx))
        await database.drop(
          tx,
          table,
          await database.find(tx, table, [
            isOneOf("version_id", ids.slice(start, start + VERSIONS_PER_BATCH)),
          ]),
        );
      await dropVersions(database, tx, ids.slice(start, start + VERSIONS_PER_BATCH));
    });
  return ids.length;
}

async function embeddingTables(
  database: Database,
  session: Session,
): Promise<ReturnType<typeof embeddingsTable>[]> {
  const { listTables } = await import("./wire/catalog.ts");
  const names = (await listTables(session, database.bucket, database.schema)).map(
    ({ name }) => /^embeddings_(\d+)$/.exec(name)?.[1],
  );
  return names.flatMap((dimensions) =>
    dimensions === undefined ? [] : [embeddingsTable(Number(dimensions))],
  );
}
