import { MediasearchError } from "../../errors.ts";
import { formatNumber, pluralize } from "../../text/format.ts";
import type { ReadableLibrary } from "../library.ts";
import type { SearchView } from "../search-access.ts";
import { vastCatalog } from "./catalog.ts";
import type { Database } from "./database.ts";
import { fetchEmbeddingModel } from "./library.ts";
import { isTableThere } from "./optional-tables.ts";
import { assetsWithoutWords } from "./repair.ts";
import { areTitlesLeftOut, type TitleBounds } from "./sql/headings.ts";
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
  if (!database.client.supports("sql")) return undefined;
  const { rows } = await tableStats(database.client.session, database.at(TABLES.segments));
  if (rows <= replicaMaxSegments) return undefined;
  return `the cluster answers: its ${formatNumber(Number(rows))} segments are more than REPLICA_MAX_SEGMENTS (${formatNumber(replicaMaxSegments)})`;
}

/** How long a library counts as one of which searches on the cluster leave nothing out. */
const WHOLE_MS = 60_000;
const wholeSince = new WeakMap<Database, number>();

/** A library whose searches the cluster answers. It keeps what one search read for the next. */
export const clusterLibrary = (database: Database, maxAgeMs: number): ReadableLibrary => ({
  catalog: vastCatalog(database),
  versions: vastReader(database),
  searchIndex: sqlSearchIndex(database, maxAgeMs),
  embeddings: { model: () => fetchEmbeddingModel(database, database.client.session) },
});

/**
 * Opens such a library.
 * @param reason is told, unless it is empty.
 * @throws SCHEMA_MISMATCH while there is no table of words.
 */
export async function openClusterView(
  database: Database,
  library: ReadableLibrary,
  reason: string,
): Promise<SearchView> {
  if (!(await isTableThere(database, database.client.session, WORDS)))
    throw new MediasearchError(
      "SCHEMA_MISMATCH",
      `${database.bucket}/${database.schema}: has no table of words yet, which searches on the cluster need`,
      { subject: "SEARCH_ON", hint: "mediasearch doctor --fix   (or SEARCH_ON=replica)" },
    );
  return {
    library,
    notices: [...(reason === "" ? [] : [reason]), ...(await findLeftOut(database))],
  };
}

/** What searches on the cluster leave out, each in a line. */
async function findLeftOut(database: Database): Promise<readonly string[]> {
  const now = performance.now();
  if (now - (wholeSince.get(database) ?? -Infinity) < WHOLE_MS) return [];
  const leftOut = [await wordsNotice(database), await titlesNotice(database)].flatMap(
    (notice) => notice ?? [],
  );
  if (leftOut.length === 0) wholeSince.set(database, now);
  return leftOut;
}

async function wordsNotice(database: Database): Promise<string | undefined> {
  const missing = (await assetsWithoutWords(database)).length;
  return missing === 0
    ? undefined
    : `warning: the words of ${pluralize(missing, "file")} are not in the table of words, so that they are found by meaning only: mediasearch doctor --fix`;
}

export const titlesNotice = async (
  database: Database,
  bounds?: TitleBounds,
): Promise<string | undefined> =>
  (await areTitlesLeftOut(database, bounds))
    ? "warning: titles and chapters are too many for searches on the cluster and take no part: SEARCH_ON=replica finds them"
    : undefined;
