import { MediasearchError } from "../../errors.ts";
import type { Backend, Finding } from "../backend.ts";
import type { AssetStatus } from "../catalog.ts";
import type { ReadableLibrary } from "../library.ts";
import type { SearchIndex } from "../search-index.ts";
import { vastCatalog } from "./catalog.ts";
import { createClaimed } from "./claims.ts";
import { createDatabase, type Database, newId } from "./database.ts";
import { vastArchive } from "./history.ts";
import { vastCheckpoints, vastJobs, vastRunLock } from "./ledger.ts";
import { vastRecords } from "./records.ts";
import { type LibraryFacts, openVastLibrary } from "./library.ts";
import { repairWords } from "./repair.ts";
import { openReplica, type Replica, unmarked } from "./replica.ts";
import { vastEmbeddings } from "./reembed.ts";
import { clusterLibrary } from "./search-place.ts";
import { openSearchView, type SearchViewSettings, viewOf } from "./search-view.ts";
import { SCHEMA } from "./tables.ts";
import { vastVersions } from "./transcripts.ts";
import { formatInstant } from "../../text/format.ts";
import { unreachableClient } from "./unreachable.ts";
import { type Client, connectClient, type ConnectOptions } from "./wire/client.ts";

export interface VastOptions extends ConnectOptions, SearchViewSettings {
  /** A bucket of VAST DataBase. It must exist. */
  readonly bucket: string;
  /** The schema, which may be nested. It is made when it is missing and a library may be made. */
  readonly schema: string;
}

/**
 * How long a machine that has a replica tries to reach a cluster that does not answer, before it
 * goes on without.
 */
const OPEN_CONNECT_MS = 3000;

/**
 * A library in VAST DataBase. When the cluster does not answer and this machine has a replica,
 * everything rejects with UNREACHABLE but its search access, which answers from the replica and
 * says how old it is.
 * @throws UNREACHABLE, CREDENTIALS, NO_STORE, SCHEMA_MISMATCH, USAGE
 */
export async function open(options: VastOptions, create: boolean): Promise<Backend> {
  const replica = openReplica(options.replica);
  const hasReplica = replica.syncedAtMs() !== undefined;
  let client: Client | undefined;
  try {
    client = await connectClient({
      ...options,
      ...(hasReplica && !create ? { connectMs: OPEN_CONNECT_MS } : {}),
    });
    const database = createDatabase(client, options.bucket, options.schema);
    return createVastBackend(database, await openVastLibrary(database, create), replica, options);
  } catch (error) {
    client?.close();
    if (!create && hasReplica && error instanceof MediasearchError && error.code === "UNREACHABLE")
      return createUnreachableBackend(error, replica, options);
    await replica.close();
    throw error;
  }
}

function createVastBackend(
  database: Database,
  { libraryId, schema }: LibraryFacts,
  replica: Replica,
  options: VastOptions,
): Backend {
  const onCluster = clusterLibrary(database, options.replicaMaxAgeMs);
  const inReplica = replicaSearchIndex(database, replica, libraryId);
  const places = { database, onCluster, replica, libraryId };
  return {
    ...createParts(database, options.searchOn === "cluster" ? onCluster.searchIndex : inReplica),
    searchAccess: {
      kind: "copy",
      open: (wanted) => openSearchView(places, options, wanted),
    },
    schema: () => ({ current: schema, newest: SCHEMA }),
    check: () => checkVastLibrary(database, replica, libraryId),
    async close() {
      database.client.close();
      await replica.close();
    },
  };
}

/** What a backend holds whether the cluster answers or not; without an answer each call rejects. */
function createParts(
  database: Database,
  searchIndex: SearchIndex,
): Pick<Backend, "library" | "jobs" | "records" | "checkpoints" | "runLock" | "medium"> {
  const claimed = createClaimed();
  return {
    library: {
      catalog: vastCatalog(database),
      versions: vastVersions(database, claimed),
      archive: vastArchive(database),
      searchIndex,
      embeddings: vastEmbeddings(database, newId()),
    },
    jobs: vastJobs(database),
    records: vastRecords(database),
    checkpoints: vastCheckpoints(database),
    runLock: vastRunLock(database, claimed),
    medium: { kind: "service", repair: () => repairWords(database) },
  };
}

/** A replica answers searches, after a sync, because the tabular protocol has no ranking. */
function replicaSearchIndex(database: Database, replica: Replica, libraryId: string): SearchIndex {
  const synced = async (): Promise<SearchIndex> => {
    await replica.sync(database, libraryId);
    return (await replica.open()).library.searchIndex;
  };
  return {
    searchText: async (...call) => (await synced()).searchText(...call),
    countText: async (...call) => (await synced()).countText(...call),
    searchVector: async (...call) => (await synced()).searchVector(...call),
    searchHeadings: async (...call) => (await synced()).searchHeadings(...call),
    termWeights: async (...call) => (await synced()).termWeights(...call),
    spellings: async (...call) => (await synced()).spellings(...call),
    inflectedLanguages: async () => (await synced()).inflectedLanguages(),
  };
}

/** While the cluster does not answer, everything but a search rejects with the reason. */
function createUnreachableBackend(
  error: MediasearchError,
  replica: Replica,
  { endpoint, bucket, schema }: VastOptions,
): Backend {
  const database = createDatabase(unreachableClient(endpoint, error), bucket, schema);
  return {
    ...createParts(database, replicaSearchIndex(database, replica, "")),
    away: error,
    searchAccess: {
      kind: "copy",
      async open({ fresh }) {
        if (fresh) throw error;
        const view = await viewOf(replica, error);
        return { ...view, library: withOwnFingerprints(view.library) };
      },
    },
    schema: () => ({ current: SCHEMA, newest: SCHEMA }),
    async *check() {
      yield { check: "cluster", status: "failed", found: error.message, hint: error.hint };
    },
    close: () => replica.close(),
  };
}

/** A replica marks the fingerprints of the library; who lists files wants those of the library. */
function withOwnFingerprints(library: ReadableLibrary): ReadableLibrary {
  const own = (asset: AssetStatus): AssetStatus => ({
    ...asset,
    fingerprint: asset.fingerprint === null ? null : unmarked(asset.fingerprint),
  });
  const { catalog } = library;
  return {
    ...library,
    catalog: {
      ...catalog,
      async get(id) {
        const asset = await catalog.get(id);
        return asset && own(asset);
      },
      async *list() {
        for await (const asset of catalog.list()) yield own(asset);
      },
    },
  };
}

async function* checkVastLibrary(
  database: Database,
  replica: Replica,
  libraryId: string,
): AsyncIterable<Finding> {
  const { client, bucket, schema } = database;
  yield {
    check: "cluster",
    status: "ok",
    found: `${client.endpoint}, VAST ${client.version.join(".")}`,
  };
  yield { check: "library", status: "ok", found: `${bucket}/${schema}, ${libraryId}` };
  const syncedAtMs = replica.syncedAtMs();
  yield syncedAtMs === undefined
    ? {
        check: "replica",
        status: "warning",
        found: "none on this machine yet",
        hint: "mediasearch search --fresh WORDS",
      }
    : { check: "replica", status: "ok", found: `as of ${formatInstant(syncedAtMs)}` };
}
