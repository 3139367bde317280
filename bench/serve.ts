/**
 * How much `serve` answers: npm run bench:serve -- [segments, default 10000 100000]. Linux.
 * Makes libraries in the temporary folder, starts the program on each, and asks it as 1, 8 and 64
 * clients at once. --keep=FOLDER keeps the libraries for the next run; --index runs an index of
 * captions beside it the whole time; --minutes=N then goes on for so long with four clients and
 * tells how the memory grows.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { open } from "../src/backends/local/open.ts";
import { createKey } from "../src/app/access/keys.ts";
import { ALL_SCOPES } from "../src/app/access/scopes.ts";
import { openEmbedder } from "../src/embed/registry.ts";
import { libraryModelId } from "../src/embedding-model.ts";
import { files, makeWorld } from "./search/library.ts";

const bin = fileURLToPath(new URL("../bin/mediasearch.js", import.meta.url));
const given = process.argv.slice(2);
const keep = given.find((arg) => arg.startsWith("--keep="))?.slice("--keep=".length);
const minutes = Number(given.find((arg) => arg.startsWith("--minutes="))?.slice(10) ?? 0);
const isIndexing = given.includes("--index");
const sizes = given.filter((arg) => /^\d+$/.test(arg)).map(Number);
const work = keep ?? mkdtempSync(join(tmpdir(), "mediasearch-bench-serve-"));
mkdirSync(work, { recursive: true });

const CLIENTS = [1, 8, 64] as const;
const SECONDS = 3;
const RANGE_BYTES = 1_000_000;

const model = await openEmbedder({ model: "all-MiniLM-L6-v2" });
const world = await makeWorld((texts) => model.embed(texts, { as: "passage" }));
const identity = { embedder: libraryModelId(model.id, "late"), dimensions: model.dimensions };

/** A library with that many segments and one file that is really there, and a key to it. */
async function build(segments: number): Promise<{ readonly store: string; readonly key: string }> {
  const store = join(work, `serve-${segments}.sqlite`);
  const isThere = existsSync(store);
  const backend = await open({ path: store, create: true });
  if (!isThere) {
    for (const version of files(segments, world))
      await backend.library.versions.commit(version, identity);
    const media = join(work, "media.mp4");
    writeFileSync(media, Buffer.alloc(50_000_000, 7));
    const [first] = files(100, world);
    if (first) await backend.library.versions.commit({ ...first, id: media }, identity);
  }
  const { key } = await createKey(backend.records, { scopes: ALL_SCOPES });
  await backend.close();
  return { store, key };
}

interface Served {
  readonly url: string;
  readonly child: ChildProcess;
  readonly readyMs: number;
}

async function serve(store: string): Promise<Served> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [bin, "serve", "--listen", "127.0.0.1:0"], {
    env: { ...process.env, MEDIASEARCH_STORE: store, MEDIASEARCH_HOME: work, SERVE_RATE: "0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const url = await new Promise<string>((resolve) => {
    child.stdout?.setEncoding("utf8").once("data", (text: string) => {
      resolve(text.split("\n")[0] ?? "");
    });
  });
  while (!(await fetch(`${url}/health/ready`)).ok);
  return { url, child, readyMs: performance.now() - startedAt };
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 });

function get(url: string, key: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { Authorization: `Bearer ${key}`, ...headers } }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    })
      .on("error", reject)
      .end();
  });
}

interface Row {
  readonly what: string;
  readonly clients: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly failed: number;
  /** Milliseconds of the server's CPU for one request: what a busy machine changes little. */
  readonly cpuMs: number;
}

/** Asks as so many clients for some seconds. */
async function load(
  what: string,
  clients: number,
  ask: (nth: number) => Promise<number>,
  pid: number | undefined,
  seconds = SECONDS,
): Promise<Row> {
  const cpuBefore = cpuOf(pid);
  const times: number[] = [];
  let [nth, failed] = [0, 0];
  const end = performance.now() + seconds * 1000;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        const askedAt = performance.now();
        if ((await ask(nth++)) >= 400) failed++;
        times.push(performance.now() - askedAt);
      }
    }),
  );
  const tookMs = performance.now() - startedAt;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
  return {
    what,
    clients,
    perSecond: (times.length * 1000) / tookMs,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    failed,
    cpuMs: (cpuOf(pid) - cpuBefore) / Math.max(1, times.length),
  };
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Resident memory of a process, bytes. */
const memoryOf = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;

/** CPU time that a process has had, in milliseconds; a tick is 10 ms on Linux. */
function cpuOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function indexBeside(): ChildProcess | undefined {
  if (!isIndexing) return undefined;
  const folder = join(work, "captions");
  mkdirSync(folder, { recursive: true });
  const cues = Array.from(
    { length: 500 },
    (_, i) =>
      `${new Date(i * 5000).toISOString().slice(11, 23)} --> ${new Date(i * 5000 + 4000).toISOString().slice(11, 23)}\nSentence ${i} of the run beside it.\n`,
  );
  for (let i = 0; i < 200; i++)
    writeFileSync(join(folder, `${i}-${Date.now()}.vtt`), `WEBVTT\n\n${cues.join("\n")}`);
  return spawn(process.execPath, [bin, "index", folder, "--store", join(work, "beside.sqlite")], {
    env: { ...process.env, MEDIASEARCH_HOME: work },
    stdio: "ignore",
  });
}

const STEADY_CLIENTS = 4;
const LOOK_MS = 10_000;

/** The same load for minutes; the memory is looked at every ten seconds. */
async function steady(ask: (nth: number) => Promise<number>, pid: number | undefined) {
  const looks: { readonly atMinutes: number; readonly megabytes: number }[] = [];
  const startedAt = performance.now();
  const look = (): void =>
    void looks.push({
      atMinutes: (performance.now() - startedAt) / 60_000,
      megabytes: memoryOf(pid) / 1e6,
    });
  const timer = setInterval(look, LOOK_MS);
  const row = await load("mixed", STEADY_CLIENTS, ask, pid, minutes * 60);
  clearInterval(timer);
  // The first half is the server's warming up.
  const late = looks.slice(Math.floor(looks.length / 2));
  print(
    `\n${minutes} minutes of all requests in turn, ${STEADY_CLIENTS} clients: ${row.perSecond.toFixed(0)}/s, p99 ${row.p99.toFixed(0)} ms, ${row.failed} failed; memory ${looks[0]?.megabytes.toFixed(0)} MB after ten seconds, ${looks.at(-1)?.megabytes.toFixed(0)} at the end, ${slopeOf(late).toFixed(2)} MB a minute in the second half`,
  );
}

/** Least squares. */
function slopeOf(
  points: readonly { readonly atMinutes: number; readonly megabytes: number }[],
): number {
  const mean = (of: (point: (typeof points)[number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / Math.max(1, points.length);
  const [x, y] = [mean(({ atMinutes }) => atMinutes), mean(({ megabytes }) => megabytes)];
  const covariance = mean(({ atMinutes, megabytes }) => (atMinutes - x) * (megabytes - y));
  return covariance / mean(({ atMinutes }) => (atMinutes - x) ** 2);
}

for (const segments of sizes.length > 0 ? sizes : [10_000, 100_000]) {
  const { store, key } = await build(segments);
  const { url, child, readyMs } = await serve(store);
  const beside = indexBeside();
  const list = (await (
    await fetch(`${url}/v1/files?file=media.mp4`, { headers: { Authorization: `Bearer ${key}` } })
  ).json()) as { readonly files: readonly { readonly id: string }[] };
  const file = `${url}/v1/files/${list.files[0]?.id}`;
  const query = (nth: number): string =>
    encodeURIComponent(world.textQueries[nth % world.textQueries.length] ?? "");
  const asks: Readonly<Record<string, (nth: number) => Promise<number>>> = {
    keyword: (nth) => get(`${url}/v1/search?mode=keyword&q=${query(nth % 50)}`, key),
    hybrid: (nth) => get(`${url}/v1/search?q=${query(nth % 50)}`, key),
    transcript: () => get(`${file}/transcript`, key),
    "media, 1 MB ranges": (nth) =>
      get(`${file}/media`, key, {
        Range: `bytes=${(nth % 40) * RANGE_BYTES}-${(nth % 40) * RANGE_BYTES + RANGE_BYTES - 1}`,
      }),
  };
  const idle = memoryOf(child.pid);
  for (let nth = 0; nth < 50; nth++) await asks["hybrid"]?.(nth);
  const searched = memoryOf(child.pid);
  print(
    `\n${segments.toLocaleString("en")} segments${isIndexing ? ", while an index runs" : ""}; ready after ${readyMs.toFixed(0)} ms; load average ${loadavg()[0]?.toFixed(1)}\n`,
  );
  print("| request | clients | requests/s | p50 ms | p95 ms | p99 ms | failed | server CPU ms |");
  print("|---|---|---|---|---|---|---|---|");
  for (const [what, ask] of Object.entries(asks))
    for (const clients of CLIENTS) {
      const row = await load(what, clients, ask, child.pid);
      print(
        `| ${row.what} | ${row.clients} | ${row.perSecond.toFixed(0)} | ${row.p50.toFixed(1)} | ${row.p95.toFixed(1)} | ${row.p99.toFixed(1)} | ${row.failed} | ${row.cpuMs.toFixed(1)} |`,
      );
    }
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  print(
    `\nmemory, MB: ${megabytes(idle)} idle, ${megabytes(searched)} after 50 hybrid searches, ${megabytes(memoryOf(child.pid))} at the end`,
  );
  const every = Object.values(asks);
  if (minutes > 0)
    await steady(
      (nth) => (every[nth % every.length] as (n: number) => Promise<number>)(nth),
      child.pid,
    );
  beside?.kill();
  child.kill("SIGTERM");
}
agent.destroy();
if (keep === undefined) rmSync(work, { recursive: true, force: true });
await model.close();
