import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AssetVersion } from "../backends/versions.ts";
import type { Context } from "../app/context.ts";

/**
 * A figure of this machine beside the published one. Per CPU second (user and system, all threads),
 * so that a busy machine changes little.
 */
export interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Of the machine that bench/README.md names. */
  readonly published: number;
  readonly isMoreBetter: boolean;
}

/** A recording of this project's own; its length in seconds is measured, not assumed. */
const SPEECH = fileURLToPath(new URL("../../fixtures/media/lecture.mp3", import.meta.url));
const AUDIO_SAMPLE_RATE = 16_000;
const AUDIO_SECONDS = 90;
const TEXTS = 200;
const FILES = 40;
const SEGMENTS_PER_FILE = 500;
const QUERIES = 15;

/**
 * Published figures: two cores of a shared x64 machine, `mediasearch doctor --perf` on it when idle
 * (bench/README.md).
 */
export const PUBLISHED = {
  decode: 1730,
  recognise: 33.1,
  embed: 688,
  commit: 14_700,
  keyword: 1.59,
  semantic: 5.52,
} as const;

const cpuSeconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return Math.max(0.001, (user + system) / 1e6);
};

/**
 * Measures decoding, recognition, embedding, commits and searches of this machine, in about a
 * minute. Leaves nothing behind.
 */
export async function measureMachine(context: Context): Promise<readonly Measure[]> {
  const measuring = (what: string): void => context.tell({ type: "measuring", what });
  const measures: Measure[] = [];
  const add = (
    name: string,
    unit: string,
    value: number,
    published: number,
    isMoreBetter = true,
  ): void =>
    void measures.push({
      name,
      unit,
      value: Number(value.toPrecision(3)),
      published,
      isMoreBetter,
    });
  try {
    measuring("decoding");
    const audio = await decodeSamples(context);
    add("decode", "audio s per CPU s", audio.perCpuSecond, PUBLISHED.decode);
    measuring("recognising");
    add(
      "recognise",
      "audio s per CPU s",
      await recognised(context, audio.samples),
      PUBLISHED.recognise,
    );
    measuring("embedding");
    const embedded = await embeddedTexts(context);
    add("embed", "segments per CPU s", embedded.perCpuSecond, PUBLISHED.embed);
    measuring("committing and searching");
    const store = await storeFigures(context, embedded.vectors);
    add("commit", "segments per CPU s", store.commit, PUBLISHED.commit);
    add(
      `keyword search of ${FILES * SEGMENTS_PER_FILE} segments`,
      "CPU ms",
      store.keyword,
      PUBLISHED.keyword,
      false,
    );
    add(
      `semantic search of ${FILES * SEGMENTS_PER_FILE} segments`,
      "CPU ms",
      store.semantic,
      PUBLISHED.semantic,
      false,
    );
    return measures;
  } finally {
    context.tell({ type: "idle" });
  }
}

async function decodeSamples({
  signal,
}: Context): Promise<{ readonly samples: readonly Float32Array[]; readonly perCpuSecond: number }> {
  const [{ decodeAudio }, { probeMedia }] = await Promise.all([
    import("../media/decode.ts"),
    import("../media/probe.ts"),
  ]);
  const { audio } = await probeMedia(SPEECH);
  const all = async (): Promise<Float32Array[]> => {
    const chunks: Float32Array[] = [];
    for await (const chunk of decodeAudio(SPEECH, {
      streamIndex: audio?.streamIndex ?? 0,
      signal,
    }))
      chunks.push(chunk);
    return chunks;
  };
  const samples = await all();
  const seconds = samples.reduce((sum, { length }) => sum + length, 0) / AUDIO_SAMPLE_RATE;
  const before = process.cpuUsage();
  let done = 0;
  while (cpuSeconds(before) < 1) {
    await all();
    done += seconds;
  }
  return { samples, perCpuSecond: done / cpuSeconds(before) };
}

async function recognised(context: Context, samples: readonly Float32Array[]): Promise<number> {
  const transcriber = await context.openTranscriber();
  const seconds = samples.reduce((sum, { length }) => sum + length, 0) / AUDIO_SAMPLE_RATE;
  const times = Math.ceil(AUDIO_SECONDS / seconds);
  const repeated = async function* (): AsyncIterable<Float32Array> {
    for (let i = 0; i < times; i++) yield* samples;
  };
  const once = async function* (): AsyncIterable<Float32Array> {
    yield* samples;
  };
  try {
    // The first audio pays for the models' start.
    await transcriber.transcribe(once(), { language: "en", signal: context.signal });
    const before = process.cpuUsage();
    await transcriber.transcribe(repeated(), { language: "en", signal: context.signal });
    return (seconds * times) / cpuSeconds(before);
  } finally {
    await transcriber.close();
  }
}

const SUBJECTS = [
  "the budget",
  "our harbour",
  "the school",
  "a committee",
  "the old bridge",
  "every driver",
  "the library",
  "a neighbour",
];
const VERBS = [
  "pays for",
  "votes against",
  "repairs",
  "forgets",
  "opens",
  "plans",
  "closes",
  "visits",
];
const OBJECTS = [
  "the boiler",
  "next year's fair",
  "a new tunnel",
  "the museum",
  "two rooms",
  "the winter market",
  "a garden",
  "the orchestra",
];
const sampleSentence = (i: number): string =>
  `${SUBJECTS[i % 8]} ${VERBS[(i >> 3) % 8]} ${OBJECTS[(i >> 6) % 8]} number ${i}`;

async function embeddedTexts(
  context: Context,
): Promise<{ readonly vectors: readonly Float32Array[]; readonly perCpuSecond: number }> {
  const embedder = await context.openEmbedder();
  try {
    await embedder.embed([sampleSentence(0)], { as: "passage", signal: context.signal });
    const before = process.cpuUsage();
    const vectors = await embedder.embed(
      Array.from({ length: TEXTS }, (_, i) => sampleSentence(i)),
      { as: "passage", signal: context.signal },
    );
    return { vectors, perCpuSecond: TEXTS / cpuSeconds(before) };
  } finally {
    await embedder.close();
  }
}

async function storeFigures(
  context: Context,
  vectors: readonly Float32Array[],
): Promise<{ readonly commit: number; readonly keyword: number; readonly semantic: number }> {
  const folder = await mkdtemp(join(tmpdir(), "mediasearch-perf-"));
  const backend = await context.openBackendAt("local", join(folder, "library.sqlite"), true);
  try {
    const model = { embedder: "perf", dimensions: vectors[0]?.length ?? 0 };
    const before = process.cpuUsage();
    for (let file = 0; file < FILES; file++)
      await backend.library.versions.commit(version(file, vectors), model);
    const commit = (FILES * SEGMENTS_PER_FILE) / cpuSeconds(before);
    const median = async (ask: (i: number) => Promise<unknown>): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < QUERIES; i++) {
        const start = process.cpuUsage();
        await ask(i);
        times.push(cpuSeconds(start) * 1000);
      }
      return times.toSorted((a, b) => a - b)[Math.floor(QUERIES / 2)] ?? 0;
    };
    const keyword = await median((i) =>
      backend.library.searchIndex.searchText({ terms: ["harbour", String(i * 37)] }, {}, 100),
    );
    const semantic = await median((i) =>
      backend.library.searchIndex.searchVector(
        vectors[i] ?? new Float32Array(model.dimensions),
        {},
        100,
      ),
    );
    return { commit, keyword, semantic };
  } finally {
    await backend.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Vectors of real texts, each turned a little, so that no two are the same. */
function version(file: number, vectors: readonly Float32Array[]): AssetVersion {
  const segments = Array.from({ length: SEGMENTS_PER_FILE }, (_, index) => {
    const row = file * SEGMENTS_PER_FILE + index;
    const vector = Float32Array.from(vectors[row % vectors.length] ?? []);
    const dimension = row % Math.max(1, vector.length);
    vector[dimension] = (vector[dimension] ?? 0) + 0.1;
    const length = Math.hypot(...vector);
    return {
      index,
      startMs: index * 5000,
      endMs: index * 5000 + 4500,
      text: sampleSentence(row),
      speaker: null,
      confidence: null,
      vector: vector.map((x) => x / length),
    };
  });
  return {
    id: `/perf/${file}`,
    sizeBytes: 1,
    mtimeMs: 1,
    fingerprint: `perf-${file}`,
    sidecarKey: "",
    origin: "captions",
    engine: "perf",
    language: "en",
    durationMs: 2_500_000,
    segments,
  };
}
