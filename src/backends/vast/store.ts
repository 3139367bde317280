import type { AssetId, AssetState, Store } from "../backend.ts";
import type { Claimed } from "./claims.ts";
import type { Database } from "./database.ts";
import { addArchived, listArchived, purge, readArchived } from "./history.ts";
import { readIdentity } from "./library.ts";
import { reembed } from "./reembed.ts";
import { ABOUT_NOTHING, placeRow, text, toStatus } from "./rows.ts";
import { embeddingsTable, TABLES } from "./tables.ts";
import {
  commitVersion,
  copyVersion,
  findAsset,
  moveAsset,
  putAsset,
  readEmbedded,
  readSegments,
  removeAsset,
} from "./versions.ts";
import { tableStats } from "./wire/catalog.ts";
import { isMissing } from "./wire/faults.ts";
import { between, equal, oneOf } from "./wire/predicate.ts";

/** Of a column of 32 bits. */
const LAST_POSITION = 2 ** 31 - 1;
/** Files that one transaction registers or hides. */
const CHUNK = 200;
/** Transactions that machines of one team keep under way are many more; this is for one process. */
const CONCURRENT_COMMITS = 8;

/** Answers searches: a replica, because the tabular protocol has no ranking. */
export type Searcher = Pick<
  Store,
  "searchText" | "countText" | "termWeights" | "searchVector" | "spellings"
>;

/** The store on a cluster. `claimed` tells what this process has claimed: a commit makes sure that it still has. */
export function vastStore(
  database: Database,
  claimed: Claimed,
  searcher: Searcher,
  runId: string,
): Store {
  const { session } = database.client;
  const rowOf = async (id: AssetId) =>
    (await database.rows(session, TABLES.assets, [equal("asset_id", id)]))[0];
  const versionOf = async (id: AssetId): Promise<string | undefined> => {
    const versionId = (await rowOf(id))?.["version_id"];
    return typeof versionId === "string" ? versionId : undefined;
  };
  return {
    capabilities: { text: "bm25", vector: "ann", concurrentCommits: CONCURRENT_COMMITS },
    identity: () => readIdentity(database, session),
    async getAsset(id) {
      const row = await rowOf(id);
      return row && toStatus(row);
    },
    async *listAssets() {
      const all = (await database.rows(session, TABLES.assets, [])).map(toStatus);
      yield* all.sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
    },
    async register(files) {
      let added = 0;
      for (const some of chunks(files))
        added += await database.write(
          { action: "register", detail: `${some.length} files` },
          some.map(({ id }) => id),
          async (tx) => {
            const known = new Set(
              (
                await database.rows(
                  tx,
                  TABLES.assets,
                  [
                    oneOf(
                      "asset_id",
                      some.map(({ id }) => id),
                    ),
                  ],
                  ["asset_id"],
                )
              ).map(({ asset_id: id }) => text(id)),
            );
            const fresh = [...new Map(some.map((file) => [file.id, file])).values()].filter(
              ({ id }) => !known.has(id),
            );
            await database.add(
              tx,
              TABLES.assets,
              fresh.map((file) => ({ ...ABOUT_NOTHING, ...placeRow(file), state: "registered" })),
            );
            return fresh.length;
          },
        );
      return added;
    },
    commit: (version, embedder) =>
      database.write(
        { action: "commit", asset: version.id, detail: version.fingerprint },
        [version.id],
        async (tx) => {
          await claimed.assertStill(database, tx, version.id);
          await commitVersion(database, tx, version, embedder);
        },
      ),
    recordFailure: (file, reason) =>
      database.write({ action: "fail", asset: file.id, detail: reason }, [file.id], async (tx) => {
        const found = await findAsset(database, tx, file.id);
        await putAsset(database, tx, found, {
          ...(found.rows.length === 0 ? ABOUT_NOTHING : {}),
          ...placeRow(file),
          state: "failed",
          error: reason,
          deleted_at_ms: null,
        });
      }),
    touch: (file) =>
      database.write({ action: "touch", asset: file.id }, [file.id], async (tx) =>
        database.change(tx, TABLES.assets, await findAsset(database, tx, file.id), placeRow(file)),
      ),
    async *readVersion(id) {
      const versionId = await versionOf(id);
      if (versionId !== undefined) yield* await readEmbedded(database, session, versionId);
    },
    async readSegments(id, from, to) {
      const versionId = await versionOf(id);
      return versionId === undefined || to < from
        ? []
        : readSegments(database, session, versionId, [
            between("position", Math.max(0, from), Math.min(to, LAST_POSITION)),
          ]);
    },
    findByFingerprint: async (fingerprint) =>
      (await database.rows(session, TABLES.assets, [equal("fingerprint", fingerprint)]))
        .map(toStatus)
        .sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))),
    moveAsset: (from, to) =>
      database.write({ action: "move", asset: from, detail: to.id }, [from, to.id], (tx) =>
        moveAsset(database, tx, from, to),
      ),
    copyVersion: (from, to) =>
      database.write({ action: "copy", asset: to.id, detail: from }, [from, to.id], (tx) =>
        copyVersion(database, tx, from, to),
      ),
    async markDeleted(ids) {
      for (const some of chunks(ids))
        await database.write(
          { action: "delete", detail: some.join("\n").slice(0, 4000) },
          some,
          async (tx) => {
            const { rows, ids } = await database.find(tx, TABLES.assets, [oneOf("asset_id", some)]);
            await database.change(
              tx,
              TABLES.assets,
              { rows, ids },
              rows.map(({ deleted_at_ms: at }) => ({ deleted_at_ms: at ?? Date.now() })),
            );
          },
        );
    },
    restore: (place) =>
      database.write({ action: "restore", asset: place.id }, [place.id], async (tx) =>
        database.change(tx, TABLES.assets, await findAsset(database, tx, place.id), {
          ...placeRow(place),
          deleted_at_ms: null,
        }),
      ),
    listArchived: () => listArchived(database),
    readArchived: () => readArchived(database),
    addArchived: (version) =>
      database.write(
        { action: "archive", asset: version.id, detail: version.fingerprint },
        [version.id],
        (tx) => addArchived(database, tx, version),
      ),
    purge: (beforeMs) => purge(database, beforeMs),
    removeAsset: (id) =>
      database.write({ action: "remove", asset: id }, [id], (tx) => removeAsset(database, tx, id)),
    ...searcher,
    reembed: (embedder, embed, onProgress) => reembed(database, runId, embedder, embed, onProgress),
    counts: () => counts(database),
  };
}

const chunks = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, i) =>
    items.slice(i * CHUNK, (i + 1) * CHUNK),
  );

const COUNTED = [
  "asset_id",
  "state",
  "deleted_at_ms",
  "segment_count",
  "vector_count",
  "duration_ms",
];

async function counts(database: Database): ReturnType<Store["counts"]> {
  const { session } = database.client;
  const assets: Record<AssetState, number> = {
    registered: 0,
    indexed: 0,
    partial: 0,
    failed: 0,
    deleted: 0,
  };
  let [segments, vectors, durationMs] = [0, 0, 0];
  for await (const rows of database.pages(session, TABLES.assets, [], { columns: COUNTED }))
    for (const row of rows) {
      assets[row["deleted_at_ms"] === null ? (text(row["state"]) as AssetState) : "deleted"]++;
      if (row["deleted_at_ms"] !== null) continue;
      segments += Number(row["segment_count"] ?? 0);
      vectors += Number(row["vector_count"] ?? 0);
      durationMs += Number(row["duration_ms"] ?? 0);
    }
  return { assets, segments, vectors, durationMs, sizeBytes: await sizeOf(database) };
}

async function sizeOf(database: Database): Promise<number> {
  const { session } = database.client;
  const identity = await readIdentity(database, session);
  const tables = [
    ...Object.values(TABLES),
    ...(identity ? [embeddingsTable(identity.dimensions)] : []),
  ];
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
