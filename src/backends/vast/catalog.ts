import type { AssetId, AssetState, Catalog, FileStat, LibraryCounts } from "../catalog.ts";
import type { Database } from "./database.ts";
import { fetchEmbeddingModel } from "./library.ts";
import { ABOUT_NOTHING, placeRow, toText, rowToStatus } from "./rows.ts";
import { embeddingsTable, TABLES } from "./tables.ts";
import { findAssetRow, putAsset, removeAsset } from "./versions.ts";
import { tableStats } from "./wire/catalog.ts";
import type { Session } from "./wire/client.ts";
import { isMissing } from "./wire/faults.ts";
import { equal, isOneOf, isNull } from "./wire/predicate.ts";

/** Files that one transaction registers or hides. */
const ASSETS_PER_REQUEST = 200;

export function vastCatalog(database: Database): Catalog {
  const { session } = database.client;
  return {
    async get(id) {
      const [row] = await database.rows(session, TABLES.assets, [equal("asset_id", id)]);
      return row && rowToStatus(row);
    },
    async *list() {
      const all = (await database.rows(session, TABLES.assets, [])).map(rowToStatus);
      yield* all.sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
    },
    async register(files) {
      let added = 0;
      for (const chunk of chunks(files))
        added += await database.write(
          { action: "register", detail: `${chunk.length} files` },
          chunk.map(({ id }) => id),
          (tx) => insertAssets(database, tx, chunk),
        );
      return added;
    },
    touch: (file) =>
      database.write({ action: "touch", asset: file.id }, [file.id], async (tx) =>
        database.change(
          tx,
          TABLES.assets,
          await findAssetRow(database, tx, file.id),
          placeRow(file),
        ),
      ),
    recordFailure: (file, reason) =>
      database.write({ action: "fail", asset: file.id, detail: reason }, [file.id], async (tx) => {
        const found = await findAssetRow(database, tx, file.id);
        await putAsset(database, tx, found, {
          ...(found.rows.length === 0 ? ABOUT_NOTHING : {}),
          ...placeRow(file),
          state: "failed",
          error: reason,
          deleted_at_ms: null,
        });
      }),
    async markDeleted(ids) {
      for (const chunk of chunks(ids))
        await database.write(
          { action: "delete", detail: chunk.join("\n").slice(0, 4000) },
          chunk,
          (tx) => markDeleted(database, tx, chunk),
        );
    },
    restore: (file) =>
      database.write({ action: "restore", asset: file.id }, [file.id], async (tx) =>
        database.change(tx, TABLES.assets, await findAssetRow(database, tx, file.id), {
          ...placeRow(file),
          deleted_at_ms: null,
        }),
      ),
    remove: (id) =>
      database.write({ action: "remove", asset: id }, [id], (tx) => removeAsset(database, tx, id)),
    countRegistered: async () =>
      (
        await database.rows(
          session,
          TABLES.assets,
          [equal("state", "registered"), isNull("deleted_at_ms")],
          ["asset_id"],
        )
      ).length,
    counts: () => countRows(database),
  };
}

const chunks = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / ASSETS_PER_REQUEST) }, (_, i) =>
    items.slice(i * ASSETS_PER_REQUEST, (i + 1) * ASSETS_PER_REQUEST),
  );

/** @returns the number of files that were new */
async function insertAssets(
  database: Database,
  session: Session,
  files: readonly ({ readonly id: AssetId } & FileStat)[],
): Promise<number> {
  const ids = files.map(({ id }) => id);
  const rows = await database.rows(
    session,
    TABLES.assets,
    [isOneOf("asset_id", ids)],
    ["asset_id"],
  );
  const registered = new Set(rows.map(({ asset_id: id }) => toText(id)));
  const added = [...new Map(files.map((file) => [file.id, file])).values()].filter(
    ({ id }) => !registered.has(id),
  );
  await database.add(
    session,
    TABLES.assets,
    added.map((file) => ({ ...ABOUT_NOTHING, ...placeRow(file), state: "registered" })),
  );
  return added.length;
}

async function markDeleted(
  database: Database,
  session: Session,
  ids: readonly AssetId[],
): Promise<void> {
  const found = await database.find(session, TABLES.assets, [isOneOf("asset_id", ids)]);
  const changes = found.rows.map(({ deleted_at_ms: deletedAtMs }) => ({
    deleted_at_ms: deletedAtMs ?? Date.now(),
  }));
  await database.change(session, TABLES.assets, found, changes);
}

const COUNTED_COLUMNS = [
  "asset_id",
  "state",
  "deleted_at_ms",
  "segment_count",
  "vector_count",
  "duration_ms",
];

async function countRows(database: Database): Promise<LibraryCounts> {
  const { session } = database.client;
  const assets: Record<AssetState, number> = {
    registered: 0,
    indexed: 0,
    partial: 0,
    failed: 0,
    deleted: 0,
  };
  let [segments, vectors, durationMs] = [0, 0, 0];
  for await (const rows of database.pages(session, TABLES.assets, [], { columns: COUNTED_COLUMNS }))
    for (const row of rows) {
      assets[row["deleted_at_ms"] === null ? (toText(row["state"]) as AssetState) : "deleted"]++;
      if (row["deleted_at_ms"] !== null) continue;
      segments += Number(row["segment_count"] ?? 0);
      vectors += Number(row["vector_count"] ?? 0);
      durationMs += Number(row["duration_ms"] ?? 0);
    }
  return { assets, segments, vectors, durationMs, sizeBytes: await sizeOf(database) };
}

async function sizeOf(database: Database): Promise<number> {
  const { session } = database.client;
  const model = await fetchEmbeddingModel(database, session);
  const tables = [...Object.values(TABLES), ...(model ? [embeddingsTable(model.dimensions)] : [])];
  const sizes = await Promise.all(
    tables.map((table) =>
      tableStats(session, database.at(table)).then(
        ({ sizeBytes }) => Number(sizeBytes),
        (error: unknown) => {
          if (isMissing(error)) return 0;
          throw error;
        },
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
