import { MediasearchError } from "../../errors.ts";
import { pluralize } from "../../text/format.ts";
import type { ReadableLibrary } from "../library.ts";
import type { SearchView, SearchViewOptions } from "../search-access.ts";
import type { Database } from "./database.ts";
import { directView } from "./direct.ts";
import { assetsWithoutWords } from "./repair.ts";
import type { Replica, ReplicaOptions } from "./replica.ts";
import { openClusterView, reasonForCluster, type SearchPlace } from "./search-place.ts";

/** How the searches of a library on a cluster are answered. */
export interface SearchViewSettings extends SearchPlace {
  readonly replica: ReplicaOptions;
  /**
   * A replica that was synced longer ago than this, in milliseconds, is synced before it answers.
   */
  readonly replicaMaxAgeMs: number;
}

/** What can answer searches. */
export interface Places {
  readonly database: Database;
  readonly onCluster: ReadableLibrary;
  readonly replica: Replica;
  readonly libraryId: string;
}

/**
 * While the cluster is away, a replica of any age stands in for it, unless it must be fresh. A
 * machine that has a replica goes on with it until the cluster can find everything by its words.
 */
export async function openSearchView(
  places: Places,
  settings: SearchViewSettings,
  wanted: SearchViewOptions,
): Promise<SearchView> {
  const { database, onCluster, replica } = places;
  const { replicaMaxAgeMs, searchOn } = settings;
  const syncedAtMs = replica.syncedAtMs();
  const isRecent = syncedAtMs !== undefined && Date.now() - syncedAtMs <= replicaMaxAgeMs;
  if (searchOn === "auto" && isRecent && !wanted.fresh) return viewOf(replica);
  try {
    const reason = await reasonForCluster(database, settings);
    if (reason === undefined) return await openReplicaView(places, settings, wanted);
    const isChosen = searchOn === "auto" && syncedAtMs !== undefined;
    const missing = isChosen ? (await assetsWithoutWords(database)).length : 0;
    if (missing === 0) return await openClusterView(database, onCluster, reason);
    return {
      ...(await openReplicaView(places, settings, wanted)),
      notices: [
        `this machine's copy answers: the words of ${pluralize(missing, "file")} are not in the cluster's table of words yet: mediasearch doctor --fix`,
      ],
    };
  } catch (error) {
    if (
      wanted.fresh ||
      replica.syncedAtMs() === undefined ||
      !(error instanceof MediasearchError) ||
      error.code !== "UNREACHABLE"
    )
      throw error;
    return viewOf(replica, error);
  }
}

async function openReplicaView(
  { database, libraryId, replica }: Places,
  { replicaMaxAgeMs, replica: replicaOptions }: SearchViewSettings,
  { fresh, only, onProgress }: SearchViewOptions,
): Promise<SearchView> {
  const syncedAtMs = replica.syncedAtMs();
  if (!fresh && syncedAtMs === undefined && only) {
    const direct = await directView(database, replicaOptions, only);
    if (direct) return direct;
  }
  if (!fresh && syncedAtMs !== undefined && Date.now() - syncedAtMs <= replicaMaxAgeMs)
    return viewOf(replica);
  await replica.sync(database, libraryId, { wait: fresh, onProgress });
  return viewOf(replica);
}

export const viewOf = async (replica: Replica, away?: MediasearchError): Promise<SearchView> => {
  const asOfMs = replica.syncedAtMs();
  const { library, records, searchAccess } = await replica.open();
  return {
    library,
    records,
    ...(searchAccess.kind === "library" ? { queryVectors: searchAccess.queryVectors } : {}),
    ...(asOfMs === undefined ? {} : { asOfMs }),
    ...(away ? { away } : {}),
  };
};
