import { MediasearchError } from "../../errors.ts";
import { formatNumber, pluralize } from "../../text/format.ts";
import type { SearchView } from "../search-access.ts";
import { vastCatalog } from "./catalog.ts";
import type { Database } from "./database.ts";
import { fetchEmbeddingModel } from "./library.ts";
import { isTableThere } from "./optional-tables.ts";
import { assetsWithoutWords } from "./repair.ts";
import { sqlSearchIndex } from "./sql/search-index.ts";
import { TABLES, WORDS } from "./tables.ts";
import { vastReader } from "./transcripts.ts";
import { tableStats } from "./wire/catalog.ts";

/** Where the searches of a library on a cluster are answered. */
export interface SearchPlace {
  /**
   * - replica: in this machine's copy
   * - cluster: by SQL on the cluster
   * - auto: in the copy, unless the library is larger than a machine should copy
   */
  readonly searchOn: "auto" | "replica" | "cluster";
  /** The segments of the largest library that is copied by itself. */
  readonly replicaMaxSegments: number;
}

/** Why the cluster is to answer; undefined where the replica is. */
export async function reasonForCluster(
  database: Database,
  { searchOn, replicaMaxSegments }: SearchPlace,
): Promise<string | undefined> {
  if (searchOn === "replica") return undefined;
  if (searchOn === "cluster") return "";
  const { rows } = await tableStats(database.client.session, database.at(TABLES.segments));
  if (rows <= replicaMaxSegments) return undefined;
  return `the cluster answers: its ${formatNumber(Number(rows))} segments are more than REPLICA_MAX_SEGMENTS (${formatNumber(replicaMaxSegments)})`;
}

/** How long the words of a library count as complete before they are counted again. */
const COMPLETE_MS = 60_000;
const completeSince = new WeakMap<Database, number>();

/**
 * Opens a library whose searches the cluster answers.
 * @param reason is told, unless it is empty.
 * @throws SCHEMA_MISMATCH while there is no table of words.
 */
export async function openClusterView(
  database: Database,
  reason: string,
  maxAgeMs: number,
): Promise<SearchView> {
  const { session } = database.client;
  if (!(await isTableThere(database, session, WORDS)))
    throw new MediasearchError(
      "SCHEMA_MISMATCH",
      `${database.bucket}/${database.schema}: has no table of words yet, which searches on the cluster need`,
      { subject: "SEARCH_ON", hint: "mediasearch doctor --fix   (or SEARCH_ON=replica)" },
    );
  const missing = await countWithoutWords(database);
  return {
    library: {
      catalog: vastCatalog(database),
      versions: vastReader(database),
      searchIndex: sqlSearchIndex(database, maxAgeMs),
      embeddings: { model: () => fetchEmbeddingModel(database, session) },
    },
    notices: [
      ...(reason === "" ? [] : [reason]),
      ...(missing === 0
        ? []
        : [
            `warning: the words of ${pluralize(missing, "file")} are not in the table of words, so that they are found by meaning only: mediasearch doctor --fix`,
          ]),
    ],
  };
}

async function countWithoutWords(database: Database): Promise<number> {
  const now = performance.now();
  if (now - (completeSince.get(database) ?? -Infinity) < COMPLETE_MS) return 0;
  const missing = (await assetsWithoutWords(database)).length;
  if (missing === 0) completeSince.set(database, now);
  return missing;
}
