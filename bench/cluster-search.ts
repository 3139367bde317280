/**
 * Searches answered on the cluster by SQL, beside those in a replica: npm run bench:cluster --
 * [segments, default 10000] [dimensions of the vectors, default 384]. The emulator, a process of
 * its own whose engine is DuckDB, holds synthetic versions of 1000 segments. CPU is this process's
 * alone; wall times include the emulator's work and say little of a real cluster. Statements, rows
 * and bytes are what came over the wire as answers to SQL, and do not depend on the machine.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnEmulator } from "../emulator/spawn.ts";
import type { Backend } from "../src/backends/backend.ts";
import { openBackend } from "../src/backends/registry.ts";
import type { Condition, SearchIndex } from "../src/backends/search-index.ts";
import { createDatabase, type Database } from "../src/backends/vast/database.ts";
import { open } from "../src/backends/vast/open.ts";
import { moved, withReader } from "../src/backends/vast/sql/run.ts";
import { TABLES, WORDS } from "../src/backends/vast/tables.ts";
import { tableStats } from "../src/backends/vast/wire/catalog.ts";
import { connectClient } from "../src/backends/vast/wire/client.ts";
import type { AssetVersion } from "../src/backends/versions.ts";
import { tokens } from "../src/text/words.ts";
import { random, unitVector, vocabulary } from "./made-up.ts";

const total = Number(process.argv[2] ?? 10_000);
const dimensions = Number(process.argv[3] ?? 384);
const PER_VERSION = 1000;
const REPEATED = 5;
const MODEL = { embedder: "synthetic", dimensions };
const work = mkdtempSync(join(tmpdir(), "mediasearch-bench-cluster-"));
/** Words are the rarer the later they are in the list, as in speech. */
const word = (): string =>
  vocabulary[Math.floor(vocabulary.length ** (random(100_000) / 100_000)) - 1] ?? "the";

const SPEAKERS = ["Ada Moreau", "Ann Lee", "Tom", null];
const version = (n: number): AssetVersion => ({
  id: `/recordings/${String(n).padStart(6, "0")}.mp3`,
  sizeBytes: 1,
  mtimeMs: n,
  fingerprint: `3|c${n}||prefer||local`,
  sidecarKey: "",
  origin: "asr",
  engine: "bench",
  language: "en",
  durationMs: PER_VERSION * 5000,
  segments: Array.from({ length: PER_VERSION }, (_, index) => ({
    index,
    startMs: index * 5000,
    endMs: index * 5000 + 4000,
    text: Array.from({ length: 10 }, word).join(" "),
    speaker: SPEAKERS[random(SPEAKERS.length)] ?? null,
    confidence: 0.9,
    vector: unitVector(dimensions),
  })),
});

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const cpuMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

async function measured(what: string, act: () => Promise<unknown>): Promise<void> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await act();
  console.log(`| ${what} | ${seconds(cpuMs(cpu))} | ${seconds(performance.now() - wall)} |`);
}

type Ask = (index: SearchIndex) => Promise<{ readonly length: number } | number>;

const where =
  (condition: Condition): Ask =>
  (index) =>
    index.searchText({ terms: [], termsOptional: true }, { where: condition }, 10);

function questions(): Readonly<
  Record<string, { readonly stems: readonly string[]; readonly ask: Ask }>
> {
  const [common, middle, rare] = [10, 300, 15_000].map((n) => vocabulary[n] ?? "") as [
    string,
    string,
    string,
  ];
  const words = (
    terms: readonly string[],
    filter = {},
  ): { readonly stems: readonly string[]; readonly ask: Ask } => ({
    stems: terms,
    ask: (index) => index.searchText({ terms }, filter, 10),
  });
  const one = new Set([version(1).id]);
  return {
    "a rare word": words([rare]),
    "a word of a few in a hundred": words([middle]),
    "a word of every tenth": words([common]),
    "three words": words([rare, middle, common]),
    "three words, 300 hits (as hybrid asks)": {
      stems: [rare, middle, common],
      ask: (index) => index.searchText({ terms: [rare, middle, common] }, {}, 300),
    },
    "three words, counted": {
      stems: [rare, middle, common],
      ask: (index) => index.countText({ terms: [rare, middle, common] }, {}),
    },
    "three words, one speaker": words([rare, middle, common], { speaker: "ann" }),
    "three words, one file": words([rare, middle, common], { assets: one }),
    "an exact phrase": { stems: [middle, common], ask: where({ phrase: `${middle} ${common}` }) },
    "two words near each other": {
      stems: [middle, common],
      ask: where({ near: [middle, common], within: 5 }),
    },
    "a prefix": { stems: [], ask: where({ term: { prefix: "communi" } }) },
    "a word with one letter wrong": {
      stems: [],
      ask: where({ pattern: { fuzzy: "committe", errors: 1 } }),
    },
    "a wildcard": { stems: [], ask: where({ pattern: { wildcard: "co*tee" } }) },
    "weights of three words": {
      stems: [rare, middle, common],
      ask: (index) => index.termWeights([rare, middle, common]),
    },
    "meaning, 500 nearest": {
      stems: [],
      ask: (index) => index.searchVector(unitVector(dimensions), {}, 500),
    },
    "meaning, one file": {
      stems: [],
      ask: (index) => index.searchVector(unitVector(dimensions), { assets: one }, 10),
    },
    "meaning, one speaker": {
      stems: [],
      ask: (index) => index.searchVector(unitVector(dimensions), { speaker: "ann" }, 10),
    },
  };
}

async function rowsOfStems(database: Database, words: readonly string[]): Promise<string> {
  const stems = words.flatMap((one) => tokens(one).map(({ stem }) => `'${stem}'`));
  if (stems.length === 0) return "–";
  const [row] = await withReader(database, (reader) =>
    reader.rows(
      `SELECT COUNT(*) AS rows, CAST(SUM(tokens) AS BIGINT) AS tokens FROM ${reader.name(WORDS)} WHERE stem IN (${stems.join(", ")})`,
    ),
  );
  return `${Number(row?.["rows"])} (${Number(row?.["tokens"])})`;
}

async function askAll(
  database: Database,
  onCluster: SearchIndex,
  replica: SearchIndex,
): Promise<void> {
  console.log(
    "\n| query | rows of `words` (occurrences) | statements | rows back | kB back | CPU ms | wall ms | in a replica, CPU ms |\n|---|---|---|---|---|---|---|---|",
  );
  for (const [name, { stems, ask }] of Object.entries(questions())) {
    await ask(onCluster);
    await ask(replica);
    const before = { ...moved };
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < REPEATED; i++) await ask(onCluster);
    const [spent, took] = [cpuMs(cpu), performance.now() - wall];
    const here = process.cpuUsage();
    for (let i = 0; i < REPEATED; i++) await ask(replica);
    const cells = [
      moved.statements - before.statements,
      moved.rows - before.rows,
      (moved.bytes - before.bytes) / 1000,
      spent,
      took,
      cpuMs(here),
    ].map((sum) => (sum / REPEATED).toFixed(1));
    console.log(`| ${name} | ${[await rowsOfStems(database, stems), ...cells].join(" | ")} |`);
  }
}

const emulator = await spawnEmulator();
let backend: Backend | undefined;
try {
  const folder = join(work, "replica");
  const options = {
    endpoint: emulator.url,
    accessKeyId: emulator.accessKey,
    secretAccessKey: emulator.secretKey,
    bucket: emulator.bucket,
    schema: "bench",
    timeoutMs: 600_000,
    replicaMaxAgeMs: 3_600_000,
    replicaMaxSegments: Number.MAX_SAFE_INTEGER,
    replica: {
      folder,
      openStore: (path: string, create: boolean) => openBackend("local", { path, create }),
    },
  };
  backend = await open({ ...options, searchOn: "cluster" }, true);
  const { library, searchAccess } = backend;
  if (searchAccess.kind !== "copy") throw new Error("a cluster has views");
  console.log(
    `${total} segments, vectors of ${dimensions}\n\n| step | CPU s | wall s |\n|---|---|---|`,
  );
  await measured("write all versions", async () => {
    for (let n = 0; n < Math.ceil(total / PER_VERSION); n++)
      await library.versions.commit(version(n), MODEL);
  });
  const onCluster = (await searchAccess.open({ fresh: true })).library.searchIndex;
  await measured("first search by SQL (the emulator copies its tables into DuckDB)", async () => {
    await onCluster.searchText({ terms: ["committee"] }, {}, 10);
    await onCluster.searchVector(unitVector(dimensions), {}, 10);
  });
  const copying = await open({ ...options, searchOn: "replica" }, false);
  const copies = copying.searchAccess;
  if (copies.kind !== "copy") throw new Error("a cluster is searched in a copy");
  let replica: SearchIndex | undefined;
  await measured("copy all of it into a replica", async () => {
    replica = (await copies.open({ fresh: true })).library.searchIndex;
  });
  const client = await connectClient(options);
  const database = createDatabase(client, emulator.bucket, "bench");
  const bytes = readdirSync(folder).reduce(
    (sum, name) => sum + statSync(join(folder, name)).size,
    0,
  );
  console.log(
    `\nreplica: ${(bytes / 1e6).toFixed(1)} MB, ${(bytes / total).toFixed(0)} bytes a segment`,
  );
  for (const table of [TABLES.segments, WORDS]) {
    const { rows, sizeBytes } = await tableStats(client.session, database.at(table));
    console.log(
      `${table.name}: ${rows} rows, ${(Number(sizeBytes) / total).toFixed(0)} bytes a segment in the emulator`,
    );
  }
  if (replica) await askAll(database, onCluster, replica);
  client.close();
  await copying.close();
} finally {
  await backend?.close();
  await emulator.stop();
  rmSync(work, { recursive: true, force: true });
}
