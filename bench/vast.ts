/**
 * What a cluster costs a machine that searches: npm run bench:vast -- [segments, default 1000000].
 * Linux only (reads /proc). The emulator, a process of its own, holds synthetic versions of 1000
 * segments with vectors of 384; then this process copies them into a replica, syncs without a
 * change, with one new version, and searches. CPU times are this process's alone (client, Arrow and
 * SQLite), so that they don't depend on how fast the emulator is; wall times do.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnEmulator } from "../emulator/spawn.ts";
import type { AssetVersion } from "../src/backends/versions.ts";
import type { Backend } from "../src/backends/backend.ts";
import type { ReadableLibrary } from "../src/backends/library.ts";
import { openBackend } from "../src/backends/registry.ts";
import { open } from "../src/backends/vast/open.ts";
import { random, unitVector, vocabulary } from "./made-up.ts";

const total = Number(process.argv[2] ?? 1_000_000);
const PER_VERSION = 1000;
const DIMENSIONS = 384;
const MODEL = { embedder: "synthetic", dimensions: DIMENSIONS };
const work = mkdtempSync(join(tmpdir(), "mediasearch-bench-vast-"));
const word = (): string =>
  vocabulary[Math.floor(random(vocabulary.length) * (random(100) / 100))] ?? "";

const version = (n: number): AssetVersion => ({
  id: `/recordings/${String(n).padStart(6, "0")}.mp3`,
  sizeBytes: 1,
  mtimeMs: n,
  fingerprint: `f${n}`,
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
    speaker: null,
    confidence: 0.9,
    vector: unitVector(DIMENSIONS),
  })),
});

const peakBytes = (): number =>
  Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) * 1024;
const rows: string[] = [];
async function measured(what: string, act: () => Promise<unknown>): Promise<void> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await act();
  const { user, system } = process.cpuUsage(cpu);
  rows.push(
    `| ${what} | ${((user + system) / 1e6).toFixed(2)} | ${((performance.now() - wall) / 1000).toFixed(2)} | ${(peakBytes() / 1e6).toFixed(0)} MB |`,
  );
  console.error(rows.at(-1));
}

const emulator = await spawnEmulator();
let backend: Backend | undefined;
try {
  const folder = join(work, "replica");
  const openVast = (): Promise<Backend> =>
    open(
      {
        endpoint: emulator.url,
        accessKeyId: emulator.accessKey,
        secretAccessKey: emulator.secretKey,
        bucket: emulator.bucket,
        schema: "bench",
        timeoutMs: 120_000,
        replicaMaxAgeMs: 0,
        replicaMaxSegments: 5_000_000,
        searchOn: "auto",
        replica: { folder, openStore: (path, create) => openBackend("local", { path, create }) },
      },
      true,
    );
  backend = await openVast();
  const { library } = backend;
  const { searchAccess } = backend;
  if (searchAccess.kind !== "copy") throw new Error("a cluster is searched in a copy");
  const sync = async (): Promise<ReadableLibrary> =>
    (await searchAccess.open({ fresh: true })).library;
  const versions = Math.ceil(total / PER_VERSION);
  await measured(`write ${versions} versions of ${PER_VERSION} segments`, async () => {
    for (let n = 0; n < versions; n++) await library.versions.commit(version(n), MODEL);
  });
  await measured("first sync: all of it", sync);
  await measured("sync without a change", sync);
  await library.versions.commit(version(versions), MODEL);
  await measured("sync with one new version", sync);
  const replica = await sync();
  const query = unitVector(DIMENSIONS);
  await measured("first search by words (3 terms)", () =>
    replica.searchIndex.searchText({ terms: [word(), word(), word()] }, {}, 1000),
  );
  await measured("50 searches by words, each of 3 new terms", async () => {
    for (let i = 0; i < 50; i++)
      await replica.searchIndex.searchText({ terms: [word(), word(), word()] }, {}, 1000);
  });
  await measured("first search by meaning", () =>
    replica.searchIndex.searchVector(query, {}, 1000),
  );
  await measured("10 searches by meaning", async () => {
    for (let i = 0; i < 10; i++)
      await replica.searchIndex.searchVector(unitVector(DIMENSIONS), {}, 1000);
  });
  const { readdirSync } = await import("node:fs");
  const bytes = readdirSync(folder).reduce(
    (sum, name) => sum + statSync(join(folder, name)).size,
    0,
  );
  console.log(
    `| ${total.toLocaleString("en")} segments, replica of ${(bytes / 1e6).toFixed(0)} MB | CPU s | wall s | peak memory so far |\n|---|---|---|---|\n${rows.join("\n")}`,
  );
} finally {
  await backend?.close();
  await emulator.stop();
  rmSync(work, { recursive: true, force: true });
}
