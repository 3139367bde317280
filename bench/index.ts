/**
 * Speed and memory of `index`: npm run bench:index -- [FOLDER of speech, default fixtures/media]
 * [seconds of the long file, default 1800]. Linux only (reads /proc). The audio of the folder is
 * put end to end, once and for as long as wanted; decoding alone is the floor that it is compared
 * with in the same run.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeAudio } from "../src/media/decode.ts";
import { probeMedia } from "../src/media/probe.ts";

const folder = resolve(process.argv[2] ?? "fixtures/media");
const work = mkdtempSync(join(tmpdir(), "mediasearch-bench-"));
const RATE = 16_000;
const longest = Number(process.argv[3] ?? 1800);
const MANY = 6;
const signal = new AbortController().signal;
const TICKS_A_SECOND = 100;

/** CPU seconds of this process and of its children that have ended. */
function cpuSeconds(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_A_SECOND;
}

/** Peak resident memory in bytes of every process below this one, by process id. */
function peaksBelow(peaks: Map<string, Peak>): void {
  const parents = new Map<string, { readonly parent: string; readonly peak: number }>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      parents.set(pid, {
        parent: /^PPid:\s+(\d+)/m.exec(status)?.[1] ?? "",
        peak: Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024,
      });
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  for (const [pid, { parent, peak }] of parents) {
    const isMain = parent === String(process.pid);
    if (!isMain && parents.get(parent)?.parent !== String(process.pid)) continue;
    peaks.set(pid, { isMain, bytes: Math.max(peaks.get(pid)?.bytes ?? 0, peak) });
  }
}

interface Peak {
  readonly isMain: boolean;
  readonly bytes: number;
}

async function decode(path: string): Promise<number> {
  const { audio } = await probeMedia(path);
  let samples = 0;
  for await (const chunk of decodeAudio(path, {
    streamIndex: audio?.streamIndex ?? 0,
    signal,
    onDamage: () => {},
  }))
    samples += chunk.length;
  return samples / RATE;
}

/** Writes the speech of the folder as one WAV, over and over until it has the wanted length. */
async function joinSpeech(files: readonly string[], seconds: number, path: string): Promise<void> {
  const file = await open(path, "w");
  await file.write(wavHeader(0));
  let samples = 0;
  do {
    for (const name of files) {
      const { audio } = await probeMedia(name);
      for await (const chunk of decodeAudio(name, {
        streamIndex: audio?.streamIndex ?? 0,
        signal,
        onDamage: () => {},
      })) {
        await file.write(
          Buffer.from(
            Int16Array.from(chunk, (value) => Math.max(-1, Math.min(1, value)) * 32_767).buffer,
          ),
        );
        samples += chunk.length;
      }
    }
  } while (samples < seconds * RATE);
  await file.write(wavHeader(samples * 2), 0, 44, 0);
  await file.close();
}

function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write("WAVEfmt ", 8);
  [16, 1, 1].forEach((value, i) =>
    i === 0 ? header.writeUInt32LE(value, 16) : header.writeUInt16LE(value, 18 + 2 * i),
  );
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

async function measure(
  name: string,
  audioSeconds: number,
  act: () => Promise<unknown>,
): Promise<void> {
  const peaks = new Map<string, Peak>();
  const timer = setInterval(() => peaksBelow(peaks), 50);
  const cpu = cpuSeconds();
  const startedAt = performance.now();
  await act();
  clearInterval(timer);
  const spent = cpuSeconds() - cpu;
  const wall = (performance.now() - startedAt) / 1000;
  const most = (isMain: boolean): string => {
    const bytes = Math.max(
      0,
      ...[...peaks.values()].filter((peak) => peak.isMain === isMain).map((peak) => peak.bytes),
    );
    return bytes === 0 ? "–" : `${(bytes / 1e6).toFixed(0)} MB`;
  };
  process.stdout.write(
    `| ${name} | ${audioSeconds.toFixed(0)} | ${spent.toFixed(1)} | ${wall.toFixed(1)} | **${(audioSeconds / spent).toFixed(1)}** | ${(audioSeconds / wall).toFixed(1)} | ${most(true)} | ${most(false)} |\n`,
  );
}

/** The program as users run it. */
async function index(path: string, jobs: number): Promise<void> {
  const home = mkdtempSync(join(work, "home-"));
  const bin = fileURLToPath(new URL("../bin/mediasearch.js", import.meta.url));
  const child = spawn(
    process.execPath,
    [bin, "index", path, "--captions", "ignore", "--jobs", String(jobs)],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, MEDIASEARCH_HOME: home } },
  );
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    told = (told + text).slice(-2000);
  });
  const [exitCode] = (await once(child, "exit")) as [number];
  if (exitCode !== 0) throw new Error(`index ended with ${exitCode}: ${told}`);
}

const files = readdirSync(folder)
  .filter((name) => [".wav", ".flac", ".mp3", ".ogg", ".m4a"].includes(extname(name)))
  .map((name) => join(folder, name));
const short = join(work, "short.wav");
const long = join(work, "long.wav");
await joinSpeech(files, 1, short);
await joinSpeech(files, longest, long);
// The order of the recordings differs, so that none is a copy of another.
const many = join(work, "many");
mkdirSync(many);
for (let n = 0; n < MANY; n++)
  await joinSpeech([...files.slice(n), ...files.slice(0, n)], 300, join(many, `${n}.wav`));
const [shortSeconds, longSeconds] = [await decode(short), await decode(long)];
process.stdout.write(
  "| what | audio s | CPU s | wall s | audio s per CPU s | audio s per wall s | peak memory, main process | peak memory, worker |\n|---|---|---|---|---|---|---|---|\n",
);
await measure("floor: decoding alone", longSeconds, () => decode(long));
await measure("`index`, short file, start of all models included", shortSeconds, () =>
  index(short, 1),
);
await measure("`index`, long file", longSeconds, () => index(long, 1));
const manySeconds = (
  await Promise.all(readdirSync(many).map((name) => decode(join(many, name))))
).reduce((sum, seconds) => sum + seconds, 0);
for (const jobs of [1, 2])
  await measure(`\`index\`, ${MANY} files, --jobs ${jobs}`, manySeconds, () => index(many, jobs));
rmSync(work, { recursive: true });
