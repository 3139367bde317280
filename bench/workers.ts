/**
 * Throughput of many workers on one library of the emulated cluster: npm run bench:workers --
 * [seconds a file, default 20] [files a worker, default 3] [workers, default 1,10,25,50]. Claims,
 * leases, catalogue and commits are the program's own; a recognition is a sleep. All workers are in
 * this process, each with a connection and a lease of its own: fifty processes would not fit into
 * the memory of a small machine.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Spawned, spawnEmulator } from "../emulator/spawn.ts";
import { withLease } from "../src/backends/lease.ts";
import { open } from "../src/backends/vast/open.ts";
import { openFolderSource } from "../src/pipeline/sources/folder/open.ts";
import { run } from "../src/pipeline/run.ts";
import type { WorkerPool } from "../src/pipeline/worker/pool.ts";

const [seconds = 20, filesEach = 3] = process.argv.slice(2, 4).map(Number);
const counts = (process.argv[4] ?? "1,10,25,50").split(",").map(Number);
const DIMENSIONS = 384;
const SEGMENTS = 50;
const embedder = { embedder: "stub", dimensions: DIMENSIONS };

function sleeper(): WorkerPool {
  const vector = Float32Array.from({ length: DIMENSIONS }, (_, i) => (i === 0 ? 1 : 0));
  return {
    identify: async ({ path }) => ({ content: `bench-${path}`, captions: "" }),
    describe: async () => ({}),
    async transcribe(_task, { signal }) {
      await sleep(seconds * 1000, undefined, { signal });
      return {
        origin: "asr",
        engine: "sleep",
        language: "en",
        durationMs: 600_000,
        recordedAtMs: null,
        warnings: [],
        segments: Array.from({ length: SEGMENTS }, (_, index) => ({
          index,
          startMs: index * 5000,
          endMs: index * 5000 + 4000,
          text: `Segment ${index} of a recording that nobody made.`,
          speaker: null,
          confidence: null,
          vector,
        })),
      };
    },
    hearVoices: async () => ({ encoder: "", voices: [] }),
    embed: async (_path, segments) => segments.map(() => vector),
    measure: async (paths) => paths.map(() => null),
    close: async () => {},
  };
}

const vastOf = (cluster: Spawned, schema: string, folder: string) => ({
  endpoint: cluster.url,
  accessKeyId: cluster.accessKey,
  secretAccessKey: cluster.secretKey,
  bucket: cluster.bucket,
  schema,
  replicaMaxAgeMs: 60_000,
  replica: {
    folder,
    openStore: async (): Promise<never> => {
      throw new Error("nobody searches here");
    },
  },
});

async function measure(cluster: Spawned, workers: number): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "mediasearch-bench-workers-"));
  const media = join(work, "media");
  mkdirSync(media);
  const files = workers * filesEach;
  for (let i = 0; i < files; i++)
    writeFileSync(join(media, `${String(i).padStart(4, "0")}.mp3`), `ID3 file ${i}`);
  const options = vastOf(cluster, `workers${workers}`, join(work, "replica"));
  await (await open(options as never, true)).close();
  const before = await cluster.status();
  const indexed = new Map<string, number>();
  const startedAt = performance.now();
  const one = async (): Promise<void> => {
    const backend = await open(options as never, false);
    const sources = openFolderSource({});
    await withLease(backend.runLock, async ({ claims }) => {
      const services = {
        ...backend,
        workers: sleeper(),
        embedder,
        claims,
        sources: { of: () => sources },
      };
      const events = run([media], services, {
        jobs: 1,
        sweep: false,
        include: [],
        exclude: [],
        language: "en",
        captions: "ignore",
        engines: ["local"],
        dryRun: false,
        maxAttempts: 3,
        baseRetryDelayMs: 100,
        maxRetryDelayMs: 1000,
        signal: new AbortController().signal,
      } as never);
      for await (const event of events) {
        if (event.type === "indexed") indexed.set(event.path, (indexed.get(event.path) ?? 0) + 1);
        if (event.type === "failed")
          process.stderr.write(`${event.path}: ${event.error.message}\n`);
        if (indexed.size === files) break;
      }
    });
    await backend.close();
  };
  let doneMs = 0;
  const all = Promise.all(Array.from({ length: workers }, one));
  while (indexed.size < files) await sleep(50);
  doneMs = performance.now() - startedAt;
  const after = await cluster.status();
  await all;
  const sum = (requests: Readonly<Record<string, number>>): number =>
    Object.values(requests).reduce((total, count) => total + count, 0);
  const ideal = filesEach * seconds * 1000;
  const twice = [...indexed.values()].filter((times) => times > 1).length;
  process.stdout.write(
    `${workers} workers: ${files} files in ${(doneMs / 1000).toFixed(1)} s, ${((ideal / doneMs) * 100).toFixed(0)} % of linear, ${twice} twice, ${Math.round((sum(after.requests) - sum(before.requests)) / files)} requests a file\n`,
  );
  rmSync(work, { recursive: true, force: true });
}

const cluster = await spawnEmulator();
try {
  for (const workers of counts) await measure(cluster, workers);
} finally {
  await cluster.stop();
}
