import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client, Transaction } from "../backends/vast/wire/client.ts";
import type { Settings } from "../config/settings.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { formatBytes, formatDuration } from "../text/format.ts";
import { failed, ok, type Step, warning } from "./check.ts";
import { type Greeting, networkSteps } from "./network.ts";

const GROUP = "VAST";
const ROUND_TRIPS = 5;
const SLOW_MS = 200;
const OLD_REPLICA_MS = 86_400_000;
const SAMPLE_ROWS = 2000;
const SAMPLE_TEXT = "x".repeat(500);

/** What the steps share: the connection, and the place that the trial transaction writes to. */
interface Probe {
  readonly place: { readonly bucket: string; readonly schema: string; readonly table: string };
  client?: Client;
  transaction?: Transaction;
  greeting?: Greeting;
}

const clientOf = ({ client }: Probe): Client => client ?? missing();

/** The settings without which no cluster can be reached. */
interface Access {
  readonly vastEndpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * One step for each thing that can be wrong, in the order in which they build on each other. All that
 * they write is in one transaction, which the last of them rolls back.
 */
export function clusterSteps(settings: Settings): readonly Step[] {
  const { vastEndpoint, accessKeyId, secretAccessKey, caFile } = settings;
  if (vastEndpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    return [settingsStep(settings)];
  const probe: Probe = {
    place: {
      bucket: settings.databaseBucket,
      schema: `mediasearch_doctor_${randomUUID().slice(0, 8)}`,
      table: "probe",
    },
  };
  return [
    settingsStep(settings),
    ...networkSteps(
      { url: vastEndpoint, setting: "VAST_ENDPOINT", group: GROUP, caFile },
      (greeting) => {
        probe.greeting = greeting;
      },
    ),
    connectStep(settings, { vastEndpoint, accessKeyId, secretAccessKey }, probe),
    bucketStep(settings, probe),
    tablesStep(settings, probe),
    makeSchemaStep(probe),
    makeTableStep(probe),
    writeRowsStep(probe),
    rollbackStep(probe),
    replicaStep(settings),
    latencyStep(settings, probe),
  ];
}

const settingsStep = (settings: Settings): Step => ({
  check: "VAST settings",
  group: GROUP,
  tried: "read the settings of the cluster",
  code: "USAGE",
  async run() {
    const { vastEndpoint, accessKeyId, secretAccessKey } = settings;
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
    return ok(`${vastEndpoint}, ${settings.databaseBucket}/${settings.databaseSchema}`);
  },
});

const connectStep = (
  { caFile, region }: Settings,
  { vastEndpoint: endpoint, accessKeyId, secretAccessKey }: Access,
  probe: Probe,
): Step => ({
  check: "VAST server and keys",
  group: GROUP,
  tried: "ask a signed request for the version",
  code: "CREDENTIALS",
  async run(signal) {
    const { connect } = await import("../backends/vast/wire/client.ts");
    const ca = caFile === undefined ? {} : { ca: readFileSync(caFile, "utf8") };
    const access = { endpoint, accessKeyId, secretAccessKey, region, timeoutMs: 8000, signal };
    try {
      probe.client = await connect({ ...access, ...ca });
    } catch (error) {
      throw explained(error, probe.greeting);
    }
    return ok(`VAST ${probe.client.version.join(".")}`);
  },
});

const bucketStep = ({ databaseBucket }: Settings, probe: Probe): Step => ({
  check: "VAST bucket",
  group: GROUP,
  tried: `look for the bucket ${databaseBucket}`,
  code: "NOT_FOUND",
  run: async () =>
    (await clientOf(probe).bucketExists(databaseBucket))
      ? ok(`bucket ${databaseBucket}`)
      : failed(
          `there is no bucket ${databaseBucket}, or the key may not see it`,
          "make it on the cluster with DataBase enabled, or VAST_DATABASE_BUCKET=NAME",
        ),
});

const tablesStep = ({ databaseBucket, databaseSchema }: Settings, probe: Probe): Step => ({
  check: "VAST tables",
  group: GROUP,
  tried: `list the tables of ${databaseSchema}`,
  code: "NOT_FOUND",
  async run() {
    const { listSchemas, listTables } = await import("../backends/vast/wire/catalog.ts");
    const { session } = clientOf(probe);
    const toMake = "BACKEND=vast mediasearch index FOLDER";
    if ((await listSchemas(session, databaseBucket, databaseSchema)).length === 0)
      return warning(`no schema ${databaseSchema} yet; the first index makes it`, toMake);
    const tables = await listTables(session, databaseBucket, databaseSchema);
    if (tables.length === 0)
      return warning(`no tables in ${databaseSchema} yet; the first index makes them`, toMake);
    const names = new Set(tables.map(({ name }) => name));
    const { TABLES } = await import("../backends/vast/tables.ts");
    const absent = Object.values(TABLES)
      .map(({ name }) => name)
      .filter((name) => !names.has(name));
    return absent.length === 0
      ? ok(`${names.size} tables in ${databaseSchema}`)
      : failed(
          `missing in ${databaseSchema}: ${absent.join(", ")}`,
          "mediasearch restore BACKUP with another VAST_DATABASE_SCHEMA, or drop the schema and index again",
        );
  },
});

const makeSchemaStep = (probe: Probe): Step => ({
  ...permission("make a schema"),
  async run() {
    const { createSchema } = await import("../backends/vast/wire/catalog.ts");
    probe.transaction = await clientOf(probe).begin();
    await createSchema(probe.transaction, probe.place.bucket, probe.place.schema);
    return ok("may make schemas");
  },
});

const makeTableStep = (probe: Probe): Step => ({
  ...permission("make a table with vectors"),
  async run() {
    const { createTable } = await import("../backends/vast/wire/catalog.ts");
    await createTable(probe.transaction ?? missing(), probe.place, await probeFields());
    return ok("tables");
  },
});

const writeRowsStep = (probe: Probe): Step => ({
  ...permission("write and read rows"),
  async run() {
    const [{ insert }, { query }, fields] = await Promise.all([
      import("../backends/vast/wire/rows.ts"),
      import("../backends/vast/wire/query.ts"),
      probeFields(),
    ]);
    const transaction = probe.transaction ?? missing();
    const startedAt = performance.now();
    await insert(transaction, probe.place, fields, [
      Array.from({ length: SAMPLE_ROWS }, (_, i) => BigInt(i)),
      Array.from({ length: SAMPLE_ROWS }, () => SAMPLE_TEXT),
    ]);
    const writtenAt = performance.now();
    let rows = 0;
    for await (const page of query(transaction, probe.place, { columns: fields, splits: 1 }))
      rows += page.rows;
    if (rows !== SAMPLE_ROWS)
      return failed(
        `wrote ${SAMPLE_ROWS} rows and read ${rows}`,
        "report it with the cluster's version",
      );
    const rate = (from: number, to: number): string =>
      `${formatBytes((SAMPLE_ROWS * SAMPLE_TEXT.length * 1000) / Math.max(1, to - from))}/s`;
    return ok(`writes ${rate(startedAt, writtenAt)}, reads ${rate(writtenAt, performance.now())}`);
  },
});

const rollbackStep = (probe: Probe): Step => ({
  ...permission("undo it all"),
  async run() {
    const { listSchemas } = await import("../backends/vast/wire/catalog.ts");
    const { bucket, schema } = probe.place;
    await probe.transaction?.rollback();
    return (await listSchemas(clientOf(probe).session, bucket, schema)).length === 0
      ? ok("nothing of it is left")
      : failed(
          `the schema ${schema} outlived its transaction`,
          `drop ${bucket}/${schema} on the cluster`,
        );
  },
});

const replicaStep = (settings: Settings): Step => ({
  check: "VAST replica",
  group: GROUP,
  tried: "look how old this machine's copy for searches is",
  code: "IO_FAILED",
  async run() {
    const [{ openReplica }, { libraryKey }] = await Promise.all([
      import("../backends/vast/replica.ts"),
      import("../app/vast-options.ts"),
    ]);
    const replica = openReplica({
      folder: join(settings.replicaFolder, libraryKey(settings)),
      openStore: () => missing(),
    });
    const syncedAtMs = replica.syncedAtMs();
    if (syncedAtMs === undefined)
      return ok("no copy for searches here yet; the first search makes it");
    const ageMs = Date.now() - syncedAtMs;
    const outcome = `the copy for searches is ${formatDuration(ageMs)} old`;
    return ageMs > OLD_REPLICA_MS
      ? warning(outcome, "mediasearch search --fresh WORDS")
      : ok(outcome);
  },
});

const latencyStep = ({ databaseBucket }: Settings, probe: Probe): Step => ({
  check: "VAST latency",
  group: GROUP,
  tried: "measure round trips",
  code: "UNREACHABLE",
  async run() {
    const client = clientOf(probe);
    const times: number[] = [];
    for (let i = 0; i < ROUND_TRIPS; i++) {
      const startedAt = performance.now();
      await client.bucketExists(databaseBucket);
      times.push(performance.now() - startedAt);
    }
    client.close();
    const medianMs = times.toSorted((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)] ?? 0;
    return medianMs > SLOW_MS
      ? warning(`${medianMs.toFixed(0)} ms a round trip`, "run mediasearch nearer to the cluster")
      : ok(`${medianMs.toFixed(1)} ms a round trip`);
  },
});

const permission = (what: string): Omit<Step, "run"> => ({
  check: `VAST right to ${what}`,
  group: GROUP,
  tried: `${what} in a transaction that is rolled back`,
  code: "CREDENTIALS",
});

function missing(): never {
  throw new MediasearchError("BUG", "the step before this one left nothing");
}

async function probeFields() {
  const { column, TYPES } = await import("../backends/vast/wire/columns.ts");
  return [column("id", TYPES.int64()), column("text", TYPES.utf8())];
}

/** Another server's answer says more than the absence of VAST's does. */
function explained(error: unknown, greeting: Greeting | undefined): MediasearchError {
  const ours = toMediasearchError(error);
  const isS3 =
    greeting !== undefined &&
    !greeting.server.startsWith("vast") &&
    /<(Error|ListAllMyBucketsResult)\b/.test(greeting.body);
  if (!isS3) return ours;
  const hint = "give the DataBase's address in VAST_ENDPOINT and that of S3 in VAST_S3_ENDPOINT";
  if (ours.code === "USAGE")
    return new MediasearchError(
      "USAGE",
      `VAST_ENDPOINT is the address of an S3 server${greeting.server ? ` (${greeting.server})` : ""}, not of VAST DataBase`,
      { hint, cause: error },
    );
  return ours.code === "CREDENTIALS"
    ? new MediasearchError("CREDENTIALS", `${ours.message}; it answers as S3 does`, {
        hint: `${ours.hint ?? ""}; if it is an S3 server: ${hint}`,
        cause: error,
      })
    : ours;
}
