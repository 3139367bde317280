import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AssetId } from "../catalog.ts";
import type { SearchView } from "../search-access.ts";
import type { Database } from "./database.ts";
import { fetchEmbeddingModel } from "./library.ts";
import { type ReplicaOptions, syncStore } from "./replica.ts";
import { toText } from "./rows.ts";
import { TABLES } from "./tables.ts";
import { isPresent } from "./wire/predicate.ts";

/**
 * Up to so many segments are fetched for one search rather than the whole library for all to come.
 */
const MAX_SEGMENTS = 20_000;

/**
 * A search among a few files without a replica: their versions alone, in a store that lives as long
 * as the search. Vectors rank as everywhere;
 * words by how rare they are in these files. Undefined when the files are too many.
 */
export async function directView(
  database: Database,
  { openStore }: ReplicaOptions,
  only: (id: AssetId) => boolean,
): Promise<SearchView | undefined> {
  const { session } = database.client;
  const rows = (await database.rows(session, TABLES.assets, [isPresent("version_id")])).filter(
    (row) => row["deleted_at_ms"] === null && only(toText(row["asset_id"])),
  );
  if (rows.reduce((sum, row) => sum + Number(row["segment_count"]), 0) > MAX_SEGMENTS)
    return undefined;
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-direct-"));
  const end = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const backend = await openStore(join(folder, "direct.sqlite"), true);
    const close = async (): Promise<void> => {
      await backend.close();
      end();
    };
    await syncStore(database, backend, await fetchEmbeddingModel(database, session), rows).catch(
      async (error: unknown) => {
        await close();
        throw error;
      },
    );
    return { library: backend.library, close };
  } catch (error) {
    end();
    throw error;
  }
}
