import { MediasearchError } from "../../errors.ts";
import type { Backend, Finding, SearchView, SearchViewOptions, Store } from "../backend.ts";
import { createClaimed } from "./claims.ts";
import { createDatabase, type Database, newId } from "./database.ts";
import { directView } from "./direct.ts";
import { vastLedger } from "./ledger.ts";
import { type LibraryFacts, openLibrary } from "./library.ts";
import { openReplica, type Replica, type ReplicaOptions } from "./replica.ts";
import { type Searcher, vastStore } from "./store.ts";
import { SCHEMA } from "./tables.ts";
import { type Client, connect, type ConnectOptions } from "./wire/client.ts";

export interface VastOptions extends ConnectOptions {
  /** A bucket of VAST DataBase that is there already. */
  readonly bucket: string;
  /** Made when it is missing and a library is to be made; may be nested. */
  readonly schema: string;
  readonly replica: ReplicaOptions;
  /** A replica that was the same as the library so long ago is synced before it answers. Milliseconds. */
  readonly replicaMaxAgeMs: number;
}

/** How long a machine that has a replica tries to reach a cluster that does not answer, before it goes on without. */
const CONNECT_MS = 3000;

/**
 * A library in VAST DataBase. When the cluster does not answer and this machine has a replica, everything rejects with UNREACHABLE but
 * `searchView`, which answers from it and says how old it is.
 * @throws UNREACHABLE, CREDENTIALS, NO_STORE, SCHEMA_MISMATCH, USAGE
 */
export async function open(options: VastOptions, create: boolean): Promise<Backend> {
  const replica = openReplica(options.replica);
  const hasReplica = replica.syncedAtMs() !== undefined;
  let client: Client | undefined;
  try {
    client = await connect({
      ...options,
      ...(hasReplica && !create ? { connectMs: CONNECT_MS } : {}),
    });
    const database = createDatabase(client, options.bucket, options.schema);
    return createBackend(database, await openLibrary(database, create), replica, options);
  } catch (error) {
    client?.close();
    if (!create && hasReplica && error instanceof MediasearchError && error.code === "UNREACHABLE")
      return awayBackend(error, replica);
    await replica.close();
    throw error;
  }
}

function createBackend(
  database: Database,
  { libraryId, schema }: LibraryFacts,
  replica: Replica,
  options: VastOptions,
): Backend {
  const claimed = createClaimed();
  const synced = async (): Promise<Store> => {
    await replica.sync(database, libraryId);
    return (await replica.open()).store;
  };
  const searcher: Searcher = {
    searchText: async (...call) => (await synced()).searchText(...call),
    termWeights: async (...call) => (await synced()).termWeights(...call),
    countText: async (...call) => (await synced()).countText(...call),
    spellings: async (...call) => (await synced()).spellings(...call),
    searchVector: async (...call) => (await synced()).searchVector(...call),
  };
  return {
    store: vastStore(database, claimed, searcher, newId()),
    ledger: vastLedger(database, claimed),
    schema: () => ({ current: schema, newest: SCHEMA }),
    check: () => check(database, replica, libraryId),
    searchView: (wanted) => searchView(database, libraryId, replica, options, wanted),
    async close() {
      database.client.close();
      await replica.close();
    },
  };
}

async function searchView(
  database: Database,
  libraryId: string,
  replica: Replica,
  { replicaMaxAgeMs, replica: replicaOptions }: VastOptions,
  { fresh, only, onProgress }: SearchViewOptions,
): Promise<SearchView> {
  const syncedAtMs = replica.syncedAtMs();
  if (!fresh && syncedAtMs === undefined && only) {
    const direct = await directView(database, replicaOptions, only);
    if (direct) return direct;
  }
  if (!fresh && syncedAtMs !== undefined && Date.now() - syncedAtMs <= replicaMaxAgeMs)
    return viewOf(replica);
  try {
    await replica.sync(database, libraryId, { wait: fresh, onProgress });
  } catch (error) {
    if (
      fresh ||
      replica.syncedAtMs() === undefined ||
      !(error instanceof MediasearchError) ||
      error.code !== "UNREACHABLE"
    )
      throw error;
    return viewOf(replica, error);
  }
  return viewOf(replica);
}

const viewOf = async (replica: Replica, away?: MediasearchError): Promise<SearchView> => {
  const asOfMs = replica.syncedAtMs();
  const { store, queryVectors } = await replica.open();
  return {
    store,
    queryVectors,
    ...(asOfMs === undefined ? {} : { asOfMs }),
    ...(away ? { away } : {}),
  };
};

/** Everything but a search fails with why. */
function awayBackend(error: MediasearchError, replica: Replica): Backend {
  const fail = (): never => {
    throw error;
  };
  const reject = <T extends object>(): T =>
    new Proxy(
      {},
      {
        get: (_, name) =>
          name === "then"
            ? undefined
            : name === "listAssets" || name === "readVersion" || name === "readArchived"
              ? failing
              : async () => fail(),
      },
    ) as T;
  async function* failing(): AsyncIterable<never> {
    yield fail();
  }
  return {
    store: reject(),
    ledger: reject(),
    schema: () => ({ current: SCHEMA, newest: SCHEMA }),
    async *check() {
      yield { check: "cluster", status: "failed", found: error.message, hint: error.hint };
    },
    async searchView({ fresh }) {
      if (fresh) throw error;
      return viewOf(replica, error);
    },
    close: () => replica.close(),
  };
}

async function* check(
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
    : { check: "replica", status: "ok", found: `as of ${new Date(syncedAtMs).toISOString()}` };
}
