/**
 * How true the time left of `index` is: npm run bench:time-left -- [FOLDER of speech, default
 * fixtures/media]. Each set of recordings is indexed as on a terminal; at every twentieth of its
 * time from the first tenth on, the estimate is compared with what was really left.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { createContext } from "../src/app/context.ts";
import { indexPaths } from "../src/app/indexing/index-paths.ts";
import { createEstimator } from "../src/commands/index/estimate.ts";
import { loadConfig } from "../src/config/load.ts";
import { decodeAudio } from "../src/media/decode.ts";
import { probeMedia } from "../src/media/probe.ts";

const folder = resolve(process.argv[2] ?? "fixtures/media");
const work = mkdtempSync(join(tmpdir(), "mediasearch-bench-"));
const RATE = 16_000;
const signal = new AbortController().signal;
const SPEECH = [".flac", ".wav", ".mp3", ".m4a"];

/** The samples of all recordings of the folder, end to end. */
async function allSpeech(): Promise<Int16Array> {
  const parts: Int16Array[] = [];
  for (const name of readdirSync(folder).filter((one) => SPEECH.includes(extname(one)))) {
    const path = join(folder, name);
    const { audio } = await probeMedia(path);
    for await (const chunk of decodeAudio(path, {
      streamIndex: audio?.streamIndex ?? 0,
      signal,
      onDamage: () => {},
    }))
      parts.push(Int16Array.from(chunk, (sample) => Math.round(sample * 32_767)));
  }
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Writes a WAV of so many seconds, from a place in the speech, over and over. */
function writeSpeech(speech: Int16Array, seconds: number, from: number, path: string): void {
  const samples = Int16Array.from(
    { length: Math.round(seconds * RATE) },
    (_, i) => speech[(from + i) % speech.length] ?? 0,
  );
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.byteLength, 40);
  writeFileSync(path, Buffer.concat([head, Buffer.from(samples.buffer)]));
}

const time = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 23);

function writeCaptions(lines: number, path: string): void {
  const cues = Array.from(
    { length: lines },
    (_, i) =>
      `${time(i * 4)} --> ${time(i * 4 + 3)}\nThe committee spoke about item ${i} of list ${path.slice(-7, -4)}.\n`,
  );
  writeFileSync(path, `WEBVTT\n\n${cues.join("\n")}`);
}

type Maker = (speech: Int16Array, to: string) => void;
const numbered = (i: number, ending: string): string => `${String(i).padStart(3, "0")}.${ending}`;

/** Cheap kinds and dear ones come in turns, or one after the other: names decide the order. */
const SETS: Readonly<Record<string, Maker>> = {
  "60 short ones (3 to 8 s)": (speech, to) => {
    for (let i = 0; i < 60; i++)
      writeSpeech(speech, 3 + (i % 6), i * RATE * 5, join(to, numbered(i, "wav")));
  },
  "one long one (20 min)": (speech, to) => writeSpeech(speech, 1200, 0, join(to, "long.wav")),
  "short ones, then two long ones": (speech, to) => {
    for (let i = 0; i < 20; i++) writeSpeech(speech, 5, i * RATE * 7, join(to, numbered(i, "wav")));
    for (let i = 20; i < 22; i++)
      writeSpeech(speech, 400, i * RATE * 11, join(to, numbered(i, "wav")));
  },
  "mixed: captions, short, long": (speech, to) => {
    for (let i = 0; i < 30; i++) writeCaptions(100, join(to, numbered(i, "vtt")));
    for (let i = 30; i < 50; i++)
      writeSpeech(speech, 6, i * RATE * 3, join(to, numbered(i, "wav")));
    for (let i = 50; i < 54; i++)
      writeSpeech(speech, 150, i * RATE * 13, join(to, numbered(i, "wav")));
  },
  "copies: each recording twice": (speech, to) => {
    for (let i = 0; i < 12; i++)
      writeSpeech(speech, 60, (i % 6) * RATE * 17, join(to, numbered(i, "wav")));
  },
  "failing: three of four are damaged": (speech, to) => {
    for (let i = 0; i < 80; i++)
      if (i % 4 === 0) writeSpeech(speech, 25, i * RATE, join(to, numbered(i, "wav")));
      else writeFileSync(join(to, numbered(i, "mp4")), Buffer.alloc(400_000, 7));
  },
};

interface Sample {
  readonly atMs: number;
  readonly leftMs: number;
  readonly share: number;
}

async function watchRun(media: string, name: string): Promise<readonly Sample[]> {
  const world = { env: process.env, cwd: work, signal, tell: () => {} };
  const store = join(work, `${name}.sqlite`);
  const context = createContext(loadConfig({ store }, world), world);
  const estimator = createEstimator();
  const samples: Sample[] = [];
  const startedAt = performance.now();
  const look = setInterval(() => {
    const estimate = estimator.read();
    if (estimate)
      samples.push({
        atMs: performance.now() - startedAt,
        leftMs: estimate.leftMs,
        share: estimate.share,
      });
  }, 100);
  for await (const event of indexPaths(context, { locations: [media], estimate: true }))
    estimator.add(event);
  clearInterval(look);
  samples.push({ atMs: performance.now() - startedAt, leftMs: 0, share: 1 });
  return samples;
}

console.log(
  "| set | took, s | worst of left / really left after the first tenth | middle | load |",
);
console.log("|---|---|---|---|---|");
try {
  const speech = await allSpeech();
  for (const [i, [name, make]] of Object.entries(SETS).entries()) {
    const media = join(work, `set-${i}`);
    mkdirSync(media);
    make(speech, media);
    const samples = await watchRun(media, `set-${i}`);
    const endMs = samples.at(-1)?.atMs ?? 0;
    const ratios: number[] = [];
    // The last seconds are rounded away on the screen.
    for (let share = 0.1; share < 0.95; share += 0.05) {
      const sample = samples.find(({ atMs }) => atMs >= share * endMs);
      const leftMs = endMs - (sample?.atMs ?? endMs);
      if (sample && leftMs > 1500) ratios.push(sample.leftMs / leftMs);
    }
    const factor = (ratio: number): number => Math.max(ratio, 1 / ratio);
    const worst = ratios.toSorted((a, b) => factor(b) - factor(a))[0] ?? NaN;
    const middle = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? NaN;
    console.log(
      `| ${name} | ${(endMs / 1000).toFixed(0)} | ${worst.toFixed(2)} | ${middle.toFixed(2)} | ${loadavg()[0]?.toFixed(0)} |`,
    );
    if (process.env["SHOW"]) console.log(ratios.map((one) => one.toFixed(2)).join(" "));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
