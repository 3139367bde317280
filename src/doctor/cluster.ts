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

/** One step for each thing that can be wrong, in the order in which they build on each other. Nothing that is written outlives its transaction. */
export function clusterSteps(settings: Settings): readonly Step[] {
  const {
    vastEndpoint,
    accessKeyId,
    secretAccessKey,
    databaseBucket,
    databaseSchema,
    caFile,
    region,
  } = settings;
  const settled: Step = {
    check: "VAST settings",
    group: GROUP,
    tried: "read the settings of the cluster",
    code: "USAGE",
    async run() {
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
  };
  if (vastEndpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    return [settled];
  const ca = caFile === undefined ? undefined : () => readFileSync(caFile, "utf8");
  const state: { client?: Client; transaction?: Transaction; greeting?: Greeting } = {};
  const client = (): Client => state.client ?? missing();
  const place = {
    bucket: databaseBucket,
    schema: `mediasearch_doctor_${randomUUID().slice(0, 8)}`,
    table: "probe",
  };
  return [
    settled,
    ...networkSteps(
      { url: vastEndpoint, setting: "VAST_ENDPOINT", group: GROUP, caFile },
      (greeting) => {
        state.greeting = greeting;
      },
    ),
    {
      check: "VAST server and keys",
      group: GROUP,
      tried: "ask a signed request for the version",
      code: "CREDENTIALS",
      async run(signal) {
        const { connect } = await import("../backends/vast/wire/client.ts");
        try {
          state.client = await connect({
            endpoint: vastEndpoint,
            accessKeyId,
            secretAccessKey,
            region,
            timeoutMs: 8000,
            signal,
            ...(ca ? { ca: ca() } : {}),
          });
        } catch (error) {
          throw explained(error, state.greeting);
        }
        return ok(`VAST ${state.client.version.join(".")}`);
      },
    },
    {
      check: "VAST bucket",
      group: GROUP,
      tried: `look for the bucket ${databaseBucket}`,
      code: "NOT_FOUND",
      run: async () =>
        (await client().bucketExists(databaseBucket))
          ? ok(`bucket ${databaseBucket}`)
          : failed(
              `there is no bucket ${databaseBucket}, or the key may not see it`,
              "make it on the cluster with DataBase enabled, or VAST_DATABASE_BUCKET=NAME",
            ),
    },
    {
      check: "VAST tables",
      group: GROUP,
      tried: `list the tables of ${databaseSchema}`,
      code: "NOT_FOUND",
      async run() {
        const { listSchemas, listTables } = await import("../backends/vast/wire/catalog.ts");
        const session = client().session;
        if ((await listSchemas(session, databaseBucket, databaseSchema)).length === 0)
          return warning(
            `no schema ${databaseSchema} yet; the first index makes it`,
            "BACKEND=vast mediasearch index FOLDER",
          );
        const names = new Set(
          (await listTables(session, databaseBucket, databaseSchema)).map(({ name }) => name),
        );
        const { TABLES } = await import("../backends/vast/tables.ts");
        const absent = Object.values(TABLES)
          .map(({ name }) => name)
          .filter((name) => !names.has(name));
        if (names.size === 0)
          return warning(
            `no tables in ${databaseSchema} yet; the first index makes them`,
            "BACKEND=vast mediasearch index FOLDER",
          );
        return absent.length === 0
          ? ok(`${names.size} tables in ${databaseSchema}`)
          : failed(
              `missing in ${databaseSchema}: ${absent.join(", ")}`,
              "mediasearch restore BACKUP with another VAST_DATABASE_SCHEMA, or drop the schema and index again",
            );
      },
    },
    {
      ...right("make a schema"),
      run: async () => {
        const { createSchema } = await import("../backends/vast/wire/catalog.ts");
        state.transaction = await client().begin();
        await createSchema(state.transaction, place.bucket, place.schema);
        return ok("may make schemas");
      },
    },
    {
      ...right("make a table with vectors"),
      run: async () => {
        const [{ createTable }, fields] = await Promise.all([
          import("../backends/vast/wire/catalog.ts"),
          probeFields(),
        ]);
        await createTable(state.transaction ?? missing(), place, fields);
        return ok("tables");
      },
    },
    {
      ...right("write and read rows"),
      run: async () => {
        const [{ insert }, { query }, fields] = await Promise.all([
          import("../backends/vast/wire/rows.ts"),
          import("../backends/vast/wire/query.ts"),
          probeFields(),
        ]);
        const transaction = state.transaction ?? missing();
        const startedAt = performance.now();
        await insert(transaction, place, fields, [
          Array.from({ length: SAMPLE_ROWS }, (_, i) => BigInt(i)),
          Array.from({ length: SAMPLE_ROWS }, () => SAMPLE_TEXT),
        ]);
        const writtenAt = performance.now();
        let rows = 0;
        for await (const page of query(transaction, place, { columns: fields, splits: 1 }))
          rows += page.rows;
        if (rows !== SAMPLE_ROWS)
          return failed(
            `wrote ${SAMPLE_ROWS} rows and read ${rows}`,
            "report it with the cluster's version",
          );
        const rate = (from: number, to: number): string =>
          `${formatBytes((SAMPLE_ROWS * SAMPLE_TEXT.length * 1000) / Math.max(1, to - from))}/s`;
        return ok(
          `writes ${rate(startedAt, writtenAt)}, reads ${rate(writtenAt, performance.now())}`,
        );
      },
    },
    {
      ...right("undo it all"),
      run: async () => {
        const { listSchemas } = await import("../backends/vast/wire/catalog.ts");
        await state.transaction?.rollback();
        return (await listSchemas(client().session, place.bucket, place.schema)).length === 0
          ? ok("nothing of it is left")
          : failed(
              `the schema ${place.schema} outlived its transaction`,
              `drop ${place.bucket}/${place.schema} on the cluster`,
            );
      },
    },
    {
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
        const at = replica.syncedAtMs();
        if (at === undefined) return ok("no copy for searches here yet; the first search makes it");
        const age = Date.now() - at;
        return age > OLD_REPLICA_MS
          ? warning(
              `the copy for searches is ${formatDuration(age)} old`,
              "mediasearch search --fresh WORDS",
            )
          : ok(`the copy for searches is ${formatDuration(age)} old`);
      },
    },
    {
      check: "VAST latency",
      group: GROUP,
      tried: "measure round trips",
      code: "UNREACHABLE",
      async run() {
        const times: number[] = [];
        for (let i = 0; i < ROUND_TRIPS; i++) {
          const startedAt = performance.now();
          await client().bucketExists(databaseBucket);
          times.push(performance.now() - startedAt);
        }
        client().close();
        const median = times.toSorted((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)] ?? 0;
        return median > SLOW_MS
          ? warning(`${median.toFixed(0)} ms a round trip`, "run mediasearch nearer to the cluster")
          : ok(`${median.toFixed(1)} ms a round trip`);
      },
    },
  ];
}

const right = (what: string): Omit<Step, "run"> => ({
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
