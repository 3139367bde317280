/**
 * How indexing grows: npm run bench:scale -- [numbers of files, default 1000 10000 100000]. Linux only (reads /proc). Trees of small captions files of ten segments each, made of a
 * seeded vocabulary, are indexed by the real program and then looked at again without a change. Embedding, which costs the same for every segment, is
 * measured apart in the same run.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openEmbedder } from "../src/embed/registry.ts";

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 10_000, 100_000];
const SEGMENTS = 10;
const bin = fileURLToPath(new URL("../bin/mediasearch.js", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "mediasearch-scale-"));
let state = 7;
const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
const vocabulary = Array.from({ length: 20_000 }, () => Array.from({ length: 2 + random(3) }, () => "bcdfghklmnprstvw"[random(16)] + ("aeiou"[random(5)] ?? "")).join(""));

function sentence(): string {
  return `${Array.from({ length: 9 }, () => vocabulary[Math.floor(random(20_000) * (random(100) / 100))]).join(" ")}.`;
}

function tree(files: number): string {
  const folder = join(work, `tree-${files}`);
  for (let n = 0; n < files; n++) {
    if (n % 1000 === 0) mkdirSync(join(folder, String(n / 1000)), { recursive: true });
    const cues = Array.from({ length: SEGMENTS }, (_, i) => `00:00:${String(i * 5).padStart(2, "0")}.000 --> 00:00:${String(i * 5 + 4).padStart(2, "0")}.000\n${sentence()}\n`);
    writeFileSync(join(folder, String(Math.floor(n / 1000)), `${n}.vtt`), `WEBVTT\n\n${cues.join("\n")}`);
  }
  return folder;
}

const peak = (pid: string): number => {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
};

interface Measured {
  readonly wallSeconds: number;
  readonly mainBytes: number;
  readonly workerBytes: number;
}

async function index(folder: string, home: string): Promise<Measured> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [bin, "index", folder, "--jobs", "2"], { stdio: "ignore", env: { ...process.env, MEDIASEARCH_HOME: home } });
  let [mainBytes, workerBytes] = [0, 0];
  const timer = setInterval(() => {
    mainBytes = Math.max(mainBytes, peak(String(child.pid)));
    for (const task of readdirSync(`/proc/${child.pid}/task`)) {
      const list = readFileSync(`/proc/${child.pid}/task/${task}/children`, "utf8").trim();
      for (const pid of list === "" ? [] : list.split(" ")) workerBytes = Math.max(workerBytes, peak(pid));
    }
  }, 100);
  const [exitCode] = (await once(child, "exit")) as [number];
  clearInterval(timer);
  if (exitCode !== 0) throw new Error(`index ended with ${exitCode}`);
  return { wallSeconds: (performance.now() - startedAt) / 1000, mainBytes, workerBytes };
}

const embedder = await openEmbedder("all-MiniLM-L6-v2");
const sample = Array.from({ length: 2000 }, sentence);
const embeddingAt = performance.now();
await embedder.embed(sample, { as: "passage" });
const embeddingMs = (performance.now() - embeddingAt) / sample.length;
await embedder.close();
process.stdout.write(`embedding alone: ${embeddingMs.toFixed(2)} ms a segment in one process\n\n`);
process.stdout.write("| files | segments | index, wall s | of it embedding at two workers, s | rest, ms a file | main process | worker | library | second run, s | its memory |\n|---|---|---|---|---|---|---|---|---|---|\n");
for (const files of sizes) {
  const folder = tree(files);
  const home = join(work, `home-${files}`);
  const first = await index(folder, home);
  const again = await index(folder, home);
  const segments = files * SEGMENTS;
  const embedding = (segments * embeddingMs) / 1000 / 2;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  process.stdout.write(`| ${files.toLocaleString("en")} | ${segments.toLocaleString("en")} | ${first.wallSeconds.toFixed(1)} | ${embedding.toFixed(1)} | ${(((first.wallSeconds - embedding) * 1000) / files).toFixed(2)} | ${mb(first.mainBytes)} | ${mb(first.workerBytes)} | ${mb(statSync(join(home, "library.sqlite")).size)} | ${again.wallSeconds.toFixed(2)} | ${mb(again.mainBytes)} |\n`);
  rmSync(folder, { recursive: true });
}
rmSync(work, { recursive: true });
