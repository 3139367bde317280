/**
 * What inputs that mean harm cost: `node bench/hostile.ts [NAME…]`, after `npm run build`. Linux
 * only (reads /proc). Each is made anew, given to the real program, and the peak of resident memory
 * of the main process and of its largest worker is read from outside.
 */
import { spawn } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

interface Hostile {
  readonly name: string;
  readonly make: (folder: string) => void;
  /** The command; `index` of the folder unless this says otherwise. */
  readonly argv?: (folder: string) => readonly string[];
}

const BIN = resolve(import.meta.dirname, "../bin/mediasearch.js");
const MEGA = 1e6;
/** Beyond it an input is said to hang. */
const MAX_MS = 300_000;
const MAX_MAIN_BYTES = 400 * MEGA;
const cue = (n: number, text: string): string => `${n}\n00:00:00,000 --> 00:00:01,000\n${text}\n\n`;

/** A WAV file whose header says so much of itself. */
function wav(rate: number, channels: number, says: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(says, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(Math.min(rate * channels * 2, 2 ** 32 - 1), 28);
  head.writeUInt16LE((channels * 2) % 65_536, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(says, 40);
  return Buffer.concat([head, bytes]);
}

function sparse(path: string, bytes: number): void {
  const file = openSync(path, "w");
  ftruncateSync(file, bytes);
  closeSync(file);
}

const file =
  (name: string, content: () => string | Buffer) =>
  (folder: string): void =>
    writeFileSync(join(folder, name), content());
const MPD = '<MPD><Period><AdaptationSet><Representation id="1"><SegmentList>';

const INPUTS: readonly Hostile[] = [
  { name: "sound of 1 Hz", make: file("a.wav", () => wav(1, 1, 2e6, Buffer.alloc(2e6))) },
  {
    name: "sound of 65,535 channels",
    make: file("a.wav", () => wav(44_100, 65_535, 4e9, Buffer.alloc(2e6))),
  },
  {
    name: "2 MB that say they are 4 GB",
    make: file("a.wav", () => wav(48_000, 2, 4e9, Buffer.alloc(2e6))),
  },
  { name: "15 TB of holes", make: (folder) => sparse(join(folder, "a.mp4"), 15e12) },
  {
    name: "captions: a line of 150 MB",
    make: file("a.vtt", () => `WEBVTT\n\n${"x".repeat(150e6)}`),
  },
  {
    name: "captions: 1.5 million cues",
    make: file("a.srt", () => Array.from({ length: 1.5e6 }, (_, n) => cue(n, "a")).join("")),
  },
  {
    name: "captions: 199 MB in 200 kB",
    make: file("a.srt.gz", () => gzipSync(cue(1, "a").repeat(4_500_000))),
  },
  {
    name: "captions: a million fields",
    make: file(
      "a.ass",
      () => `[Events]\nFormat: ${"A,".repeat(1e6)}Text\nDialogue: ${"0,".repeat(1e6)}x\n`,
    ),
  },
  {
    name: "captions: 10,000 of one name",
    make(folder) {
      for (let n = 0; n < 10_000; n++) writeFileSync(join(folder, `a.${n}.srt`), cue(1, "a"));
      writeFileSync(join(folder, "a.wav"), wav(16_000, 1, 32_000, Buffer.alloc(32_000)));
    },
  },
  {
    name: "JSON of 100,000 levels",
    make: file("a.json", () => `{"segments":${"[".repeat(1e5)}${"]".repeat(1e5)}}`),
  },
  {
    name: "JSON of 20 million values",
    make: file("a.json", () => `{"segments":[${"0,".repeat(2e7)}0]}`),
  },
  {
    name: "playlist of 5 MB",
    make: file("a.m3u8", () => `#EXTM3U\n#EXT-X-TARGETDURATION:4\n${"a.ts\n".repeat(990_000)}`),
  },
  {
    name: "manifest of 5 MB",
    make: file("a.mpd", () => MPD + '<SegmentURL media="a.m4s"/>'.repeat(180_000)),
  },
  {
    name: "import of 150 MB of JSON",
    make: file("a.json", () => `{"version":1,"segments":[${"{},".repeat(5e7)}{}]}`),
    argv: (folder) => ["import", join(folder, "a.json")],
  },
  {
    name: "backup that unpacks to a gigabyte",
    make: file("a.backup", () =>
      gzipSync(
        Buffer.concat([
          Buffer.from(
            `mediasearch backup 1\n{"createdAt":"2026","schema":9,"files":1,"segments":1,"embedder":null,"sizeBytes":1000,"sha256":"${"a".repeat(64)}"}\n`,
          ),
          Buffer.alloc(1e9),
        ]),
      ),
    ),
    argv: (folder) => ["restore", join(folder, "a.backup")],
  },
  {
    name: "library that is something else",
    make: file("library.sqlite", () =>
      Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(100e6, 1)]),
    ),
    argv: (folder) => ["search", "x", "--store", join(folder, "library.sqlite")],
  },
];

interface Peaks {
  main: number;
  worker: number;
}

/** Notes the peaks of a process and of those below it. Bytes. */
function notePeaks(pid: number, peaks: Peaks): void {
  for (const one of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${one}/status`, "utf8");
      const peak = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
      if (Number(one) === pid) peaks.main = Math.max(peaks.main, peak);
      else if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === pid)
        peaks.worker = Math.max(peaks.worker, peak);
    } catch {
      // The process ended between the listing and the reading.
    }
  }
}

async function measure({ name, make, argv }: Hostile, work: string): Promise<boolean> {
  const folder = join(work, "media");
  mkdirSync(folder);
  make(folder);
  const peaks: Peaks = { main: 0, worker: 0 };
  const startedAt = performance.now();
  const child = spawn(process.execPath, [BIN, ...(argv?.(folder) ?? ["index", folder])], {
    env: { ...process.env, MEDIASEARCH_HOME: join(work, "home") },
    stdio: "ignore",
    timeout: MAX_MS,
    killSignal: "SIGKILL",
  });
  const watch = setInterval(() => notePeaks(child.pid ?? 0, peaks), 25);
  const code = await new Promise<number | null>((done) => {
    child.once("exit", done);
  });
  clearInterval(watch);
  const seconds = (performance.now() - startedAt) / 1000;
  const mb = (bytes: number): string => (bytes === 0 ? "–" : String(Math.round(bytes / MEGA)));
  process.stdout.write(
    `| ${name} | ${code ?? "killed"} | ${seconds.toFixed(1)} | ${mb(peaks.main)} | ${mb(peaks.worker)} |\n`,
  );
  for (const path of [folder, join(work, "home")]) rmSync(path, { recursive: true, force: true });
  return code !== null && peaks.main <= MAX_MAIN_BYTES;
}

const work = mkdtempSync(join(tmpdir(), "mediasearch-hostile-"));
const names = process.argv.slice(2);
process.stdout.write("| input | exit | wall s | main, MB | worker, MB |\n|---|---|---|---|---|\n");
let isWithin = true;
for (const input of INPUTS)
  if (names.length === 0 || names.some((name) => input.name.includes(name)))
    isWithin = (await measure(input, work)) && isWithin;
rmSync(work, { recursive: true });
if (!isWithin) process.exitCode = 1;
