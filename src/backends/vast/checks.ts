import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  failed,
  type Greeting,
  type NetworkSteps,
  ok,
  type Outcome,
  type CheckStep,
  warning,
} from "../../check.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { formatBytes, formatDuration } from "../../text/format.ts";
import type { CheckOptions } from "../backend-module.ts";
import { openReplica } from "./replica.ts";
import { replicaFolderOf } from "./library-key.ts";
import { checkQueryEngine, checkSqlSearch } from "./search-checks.ts";
import { TABLES } from "./tables.ts";
import {
  createSchema,
  createTable,
  listSchemas,
  listTables,
  type TablePath,
} from "./wire/catalog.ts";
import { type Client, connectClient, type Transaction } from "./wire/client.ts";
import { column, COLUMN_TYPES } from "./wire/columns.ts";
import { query } from "./wire/query.ts";
import { insertRows } from "./wire/rows.ts";

const VAST_GROUP = "VAST";
const CHECK_CONNECT_MS = 8000;
const ROUND_TRIPS = 5;
const SLOW_MS = 200;
const OLD_REPLICA_MS = 86_400_000;
const SAMPLED_ROWS = 2000;
const SAMPLE_TEXT = "x".repeat(500);
const SAMPLE_FIELDS = [column("id", COLUMN_TYPES.int64()), column("text", COLUMN_TYPES.utf8())];

type CheckSettings = CheckOptions["settings"];

/** The settings that must be set before anything can be tried. */
interface Access {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What each step leaves for the steps after it. */
interface CheckProgress {
  greeting?: Greeting;
  client?: Client;
  transaction?: Transaction;
}

/**
 * One step for each thing that can be wrong, in the order in which they build on each other.
 * Nothing that is written outlives its transaction.
 */
export function checks({ settings, networkSteps }: CheckOptions): readonly CheckStep[] {
  const { vastEndpoint: endpoint, accessKeyId, secretAccessKey } = settings;
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    return [settingsStep(settings)];
  const progress: CheckProgress = {};
  return [
    settingsStep(settings),
    ...connectionSteps(
      settings,
      { endpoint, accessKeyId, secretAccessKey },
      networkSteps,
      progress,
    ),
    ...vastLibrarySteps(settings, progress),
    ...permissionSteps(settings, progress),
    replicaStep(settings),
    latencyStep(settings, progress),
  ];
}

const settingsStep = (settings: CheckSettings): CheckStep => ({
  check: "VAST settings",
  group: VAST_GROUP,
  tried: "read the settings of the cluster",
  code: "USAGE",
  async run() {
    const { vastEndpoint, accessKeyId, secretAccessKey, databaseBucket, databaseSchema } = settings;
    if (vastEndpoint === undefined)
      return failed(
        "no address of VAST DataBase is set",
        "VAST_ENDPOINT=https://HOST mediasearch doctor",
      );
    if (accessKeyId === undefined || secretAccessKey === undefined)
      return failed(
        "no access key is set",
        "VAST_ACCESS_KEY_ID=… VAST_SECRET_ACCESS_KEY_FILE=… mediasearch doctor",
        "CREDENTIALS",
      );
    return ok(`${vastEndpoint}, ${databaseBucket}/${databaseSchema}`);
  },
});

const connectionSteps = (
  { caFile, region }: CheckSettings,
  access: Access,
  networkSteps: NetworkSteps,
  progress: CheckProgress,
): readonly CheckStep[] => [
  ...networkSteps(
    { url: access.endpoint, setting: "VAST_ENDPOINT", group: VAST_GROUP, caFile },
    (greeting) => {
      progress.greeting = greeting;
    },
  ),
  {
    check: "VAST server and keys",
    group: VAST_GROUP,
    tried: "ask a signed request for the version",
    code: "CREDENTIALS",
    async run(signal) {
      try {
        progress.client = await connectClient({
          ...access,
          region,
          timeoutMs: CHECK_CONNECT_MS,
          signal,
          ...(caFile === undefined ? {} : { ca: readFileSync(caFile, "utf8") }),
        });
      } catch (error) {
        throw explainConnection(error, progress.greeting);
      }
      return ok(`VAST ${progress.client.version.join(".")}`);
    },
  },
];

const vastLibrarySteps = (
  { databaseBucket, databaseSchema }: CheckSettings,
  progress: CheckProgress,
): readonly CheckStep[] => [
  {
    check: "VAST bucket",
    group: VAST_GROUP,
    tried: `look for the bucket ${databaseBucket}`,
    code: "NOT_FOUND",
    run: async () =>
      (await clientOf(progress).bucketExists(databaseBucket))
        ? ok(`bucket ${databaseBucket}`)
        : failed(
            `there is no bucket ${databaseBucket}, or the key may not see it`,
            "make it on the cluster with DataBase enabled, or VAST_DATABASE_BUCKET=NAME",
          ),
  },
  {
    check: "VAST tables",
    group: VAST_GROUP,
    tried: `list the tables of ${databaseSchema}`,
    code: "NOT_FOUND",
    run: () => checkTables(clientOf(progress), databaseBucket, databaseSchema),
  },
  {
    check: "VAST query engine",
    group: VAST_GROUP,
    tried: "count rows by SQL",
    code: "UNREACHABLE",
    run: () => checkQueryEngine(clientOf(progress), databaseBucket, databaseSchema),
  },
  {
    check: "VAST search by SQL",
    group: VAST_GROUP,
    tried: "search on the cluster, as SEARCH_ON=cluster does",
    code: "UNREACHABLE",
    run: () => checkSqlSearch(clientOf(progress), databaseBucket, databaseSchema),
  },
];

async function checkTables({ session }: Client, bucket: string, schema: string): Promise<Outcome> {
  const next = "BACKEND=vast mediasearch index FOLDER";
  if ((await listSchemas(session, bucket, schema)).length === 0)
    return warning(`no schema ${schema} yet; the first index makes it`, next);
  const names = new Set((await listTables(session, bucket, schema)).map(({ name }) => name));
  if (names.size === 0)
    return warning(`no tables in ${schema} yet; the first index makes them`, next);
  const absent = Object.values(TABLES)
    .map(({ name }) => name)
    .filter((name) => !names.has(name));
  return absent.length === 0
    ? ok(`${names.size} tables in ${schema}`)
    : failed(
        `missing in ${schema}: ${absent.join(", ")}`,
        "mediasearch restore BACKUP with another VAST_DATABASE_SCHEMA, or drop the schema and index again",
      );
}

/** Tries what the key may do, in one transaction that the last step rolls back. */
function permissionSteps(
  { databaseBucket }: CheckSettings,
  progress: CheckProgress,
): readonly CheckStep[] {
  const table: TablePath = {
    bucket: databaseBucket,
    schema: `mediasearch_doctor_${randomUUID().slice(0, 8)}`,
    table: "probe",
  };
  return [
    {
      ...permission("make a schema"),
      async run() {
        progress.transaction = await clientOf(progress).begin();
        await createSchema(progress.transaction, table.bucket, table.schema);
        return ok("may make schemas");
      },
    },
    {
      ...permission("make a table with vectors"),
      async run() {
        await createTable(progress.transaction ?? failMissing(), table, SAMPLE_FIELDS);
        return ok("tables");
      },
    },
    {
      ...permission("write and read rows"),
      run: () => checkRows(progress.transaction ?? failMissing(), table),
    },
    {
      ...permission("undo it all"),
      async run() {
        await progress.transaction?.rollback();
        const { session } = clientOf(progress);
        return (await listSchemas(session, table.bucket, table.schema)).length === 0
          ? ok("nothing of it is left")
          : failed(
              `the schema ${table.schema} outlived its transaction`,
              `drop ${table.bucket}/${table.schema} on the cluster`,
            );
      },
    },
  ];
}

const permission = (what: string): Omit<CheckStep, "run"> => ({
  check: `VAST right to ${what}`,
  group: VAST_GROUP,
  tried: `${what} in a transaction that is rolled back`,
  code: "CREDENTIALS",
});

async function checkRows(transaction: Transaction, table: TablePath): Promise<Outcome> {
  const startedAt = performance.now();
  await insertRows(transaction, table, SAMPLE_FIELDS, [
    Array.from({ length: SAMPLED_ROWS }, (_, i) => BigInt(i)),
    Array.from({ length: SAMPLED_ROWS }, () => SAMPLE_TEXT),
  ]);
  const writtenAt = performance.now();
  let rows = 0;
  for await (const page of query(transaction, table, { columns: SAMPLE_FIELDS, splits: 1 }))
    rows += page.rows;
  if (rows !== SAMPLED_ROWS)
    return failed(
      `wrote ${SAMPLED_ROWS} rows and read ${rows}`,
      "report it with the cluster's version",
    );
  const rate = (from: number, to: number): string =>
    `${formatBytes((SAMPLED_ROWS * SAMPLE_TEXT.length * 1000) / Math.max(1, to - from))}/s`;
  return ok(`writes ${rate(startedAt, writtenAt)}, reads ${rate(writtenAt, performance.now())}`);
}

const replicaStep = (settings: CheckSettings): CheckStep => ({
  check: "VAST replica",
  group: VAST_GROUP,
  tried: "look how old this machine's copy for searches is",
  code: "IO_FAILED",
  async run() {
    const syncedAtMs = openReplica({
      folder: replicaFolderOf(settings),
      openStore: () => failMissing(),
    }).syncedAtMs();
    if (syncedAtMs === undefined)
      return ok("no copy for searches here yet; the first search makes it");
    const ageMs = Date.now() - syncedAtMs;
    const found = `the copy for searches is ${formatDuration(ageMs)} old`;
    return ageMs > OLD_REPLICA_MS ? warning(found, "mediasearch search --fresh WORDS") : ok(found);
  },
});

const latencyStep = ({ databaseBucket }: CheckSettings, progress: CheckProgress): CheckStep => ({
  check: "VAST latency",
  group: VAST_GROUP,
  tried: "measure round trips",
  code: "UNREACHABLE",
  async run() {
    const client = clientOf(progress);
    const timesMs: number[] = [];
    for (let i = 0; i < ROUND_TRIPS; i++) {
      const startedAt = performance.now();
      await client.bucketExists(databaseBucket);
      timesMs.push(performance.now() - startedAt);
    }
    client.close();
    const medianMs = timesMs.toSorted((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)] ?? 0;
    return medianMs > SLOW_MS
      ? warning(`${medianMs.toFixed(0)} ms a round trip`, "run mediasearch nearer to the cluster")
      : ok(`${medianMs.toFixed(1)} ms a round trip`);
  },
});

const clientOf = ({ client }: CheckProgress): Client => client ?? failMissing();

function failMissing(): never {
  throw new MediasearchError("BUG", "the step before this one left nothing");
}

/** Another server's answer says more than the absence of VAST's does. */
function explainConnection(error: unknown, greeting: Greeting | undefined): MediasearchError {
  const failure = toMediasearchError(error);
  const isS3 =
    greeting !== undefined &&
    !greeting.server.startsWith("vast") &&
    /<(Error|ListAllMyBucketsResult)\b/.test(greeting.body);
  if (!isS3) return failure;
  const hint = "give the DataBase's address in VAST_ENDPOINT and that of S3 in VAST_S3_ENDPOINT";
  if (failure.code === "USAGE")
    return new MediasearchError(
      "USAGE",
      `VAST_ENDPOINT is the address of an S3 server${greeting.server ? ` (${greeting.server})` : ""}, not of VAST DataBase`,
      { hint, cause: error },
    );
  return failure.code === "CREDENTIALS"
    ? new MediasearchError("CREDENTIALS", `${failure.message}; it answers as S3 does`, {
        hint: `${failure.hint ?? ""}; if it is an S3 server: ${hint}`,
        cause: error,
      })
    : failure;
}
