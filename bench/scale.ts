/**
 * How indexing grows: npm run bench:scale -- [numbers of files, default 1000 10000 100000]
 * [--full]. Linux only (reads /proc). Trees of small captions files of ten segments each, made of
 * words that a seed draws, are indexed by the real program and then looked at again without a
 * change. Embedding, which costs the same for every segment, is measured apart in the same run and
 * taken off. Beyond 20,000 files the program runs without its embedding model, unless `--full` is
 * given: an hour of embedding tells nothing new. CPU time is that of the program and all its
 * workers: other work on the machine does not change it much.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { openEmbedder } from "../src/embed/registry.ts";
import { embedInContext } from "../src/embed/passages.ts";
import type { Segment } from "../src/types.ts";

const given = process.argv
  .slice(2)
  .filter((arg) => arg !== "--full")
  .map(Number);
const sizes = given.length > 0 ? given : [1000, 10_000, 100_000];
const isFull = process.argv.includes("--full");
const MAX_EMBEDDED = 20_000;
const SEGMENTS = 10;
const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "mediasearch-scale-"));
let state = 7;
const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
// Words that the embedding model knows whole, so that a sentence has as many tokens as ordinary
// ones.
const vocabulary = readFileSync(
  fileURLToPath(new URL("../models/all-MiniLM-L6-v2/vocab.txt", import.meta.url)),
  "utf8",
)
  .split("\n")
  .filter((word) => /^[a-z]{3,}$/.test(word))
  .slice(0, 20_000);

function sentence(): string {
  return `${Array.from({ length: 9 }, () => vocabulary[Math.floor(random(vocabulary.length) * (random(100) / 100))]).join(" ")}.`;
}

function tree(files: number): string {
  const folder = join(work, `tree-${files}`);
  for (let n = 0; n < files; n++) {
    if (n % 1000 === 0) mkdirSync(join(folder, String(n / 1000)), { recursive: true });
    const cues = Array.from(
      { length: SEGMENTS },
      (_, i) =>
        `00:00:${String(i * 5).padStart(2, "0")}.000 --> 00:00:${String(i * 5 + 4).padStart(2, "0")}.000\n${sentence()}\n`,
    );
    writeFileSync(
      join(folder, String(Math.floor(n / 1000)), `${n}.vtt`),
      `WEBVTT\n\n${cues.join("\n")}`,
    );
  }
  return folder;
}

const peak = (pid: string): number => {
  try {
    return (
      Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024
    );
  } catch {
    return 0;
  }
};

const TICKS_A_SECOND = 100;
/** CPU seconds of a process, and of its children that have ended. */
const cpu = (pid: string, last = 15): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return fields.slice(11, last).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_A_SECOND;
  } catch {
    return 0;
  }
};

const PARTIAL = 3;

interface Measured {
  readonly wallSeconds: number;
  readonly mainSeconds: number;
  readonly allSeconds: number;
  readonly mainBytes: number;
  readonly workerBytes: number;
}

const ownSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

/** The program as it is built, without the embedding model: files end up searchable by keyword. */
function withoutModel(): string {
  const copy = join(work, "program");
  for (const part of ["bin", "dist", "package.json"])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

async function index(program: string, folder: string, home: string): Promise<Measured> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [join(program, "bin/mediasearch.js"), "index", folder, "--jobs", "2"],
    { stdio: "ignore", env: { ...process.env, MEDIASEARCH_HOME: home } },
  );
  let [mainBytes, workerBytes, mainSeconds] = [0, 0, 0];
  const before = cpu("self");
  const ownBefore = process.cpuUsage();
  const timer = setInterval(() => {
    mainSeconds = Math.max(mainSeconds, cpu(String(child.pid), 13));
    mainBytes = Math.max(mainBytes, peak(String(child.pid)));
    for (const task of readdirSync(`/proc/${child.pid}/task`)) {
      const list = readFileSync(`/proc/${child.pid}/task/${task}/children`, "utf8").trim();
      for (const pid of list === "" ? [] : list.split(" "))
        workerBytes = Math.max(workerBytes, peak(pid));
    }
  }, 100);
  const [exitCode] = (await once(child, "exit")) as [number];
  clearInterval(timer);
  if (exitCode !== 0 && !(program !== root && exitCode === PARTIAL))
    throw new Error(`index ended with ${exitCode}`);
  return {
    wallSeconds: (performance.now() - startedAt) / 1000,
    mainSeconds,
    allSeconds: cpu("self") - before - ownSince(ownBefore),
    mainBytes,
    workerBytes,
  };
}

/** As if every file had its vectors, so that there is nothing left to do. */
function complete(library: string): void {
  const db = new Sqlite(library);
  db.exec("UPDATE assets SET state = 'indexed'");
  db.close();
}

const embedder = await openEmbedder({ model: "all-MiniLM-L6-v2" });
const transcript = (): Segment[] =>
  Array.from({ length: SEGMENTS }, (_, index) => ({
    index,
    startMs: index * 5000,
    endMs: index * 5000 + 4000,
    text: sentence(),
    speaker: null,
    confidence: null,
  }));
const SAMPLE = 200;
const embeddingAt = process.cpuUsage();
for (let file = 0; file < SAMPLE; file++) await embedInContext(transcript(), embedder);
const embeddingMs = (ownSince(embeddingAt) * 1000) / (SAMPLE * SEGMENTS);
await embedder.close();
process.stdout.write(`embedding alone: ${embeddingMs.toFixed(2)} ms of CPU a segment\n\n`);
process.stdout.write(
  "| files | segments | index, CPU s | of it embedding | rest, ms a file | main process, CPU s | wall s | main process | worker | library | second run, CPU s | its wall s | its memory |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
);
for (const files of sizes) {
  const folder = tree(files);
  const home = join(work, `home-${files}`);
  const isEmbedding = isFull || files <= MAX_EMBEDDED;
  const first = await index(isEmbedding ? root : withoutModel(), folder, home);
  if (!isEmbedding) complete(join(home, "library.sqlite"));
  const again = await index(root, folder, home);
  const segments = files * SEGMENTS;
  const embedding = isEmbedding ? (segments * embeddingMs) / 1000 : 0;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  process.stdout.write(
    `| ${files.toLocaleString("en")} | ${segments.toLocaleString("en")} | ${first.allSeconds.toFixed(1)} | ${isEmbedding ? embedding.toFixed(1) : "without"} | ${(((first.allSeconds - embedding) * 1000) / files).toFixed(2)} | ${first.mainSeconds.toFixed(1)} | ${first.wallSeconds.toFixed(1)} | ${mb(first.mainBytes)} | ${mb(first.workerBytes)} | ${mb(statSync(join(home, "library.sqlite")).size)} | ${again.allSeconds.toFixed(2)} | ${again.wallSeconds.toFixed(2)} | ${mb(again.mainBytes)} |\n`,
  );
  rmSync(folder, { recursive: true });
}
rmSync(work, { recursive: true });
