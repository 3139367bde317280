import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { joined, music, speechOf, writeWav } from "../../../test/helpers/channels.ts";
import { FIXTURES, tempFolder } from "../../../test/helpers/run.ts";
import type { Transcriber } from "../../asr/transcriber.ts";
import { formatTime } from "../../media/captions/raw-cue.ts";
import { openSources } from "../sources/registry.ts";
import { processFile } from "./process-file.ts";
import type { FileTask } from "./protocol.ts";

interface Line {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

const truth = JSON.parse(readFileSync(join(FIXTURES, "truth.json"), "utf8")) as Record<
  string,
  { readonly cues: readonly Line[] }
>;
const NAMES = [
  "budget.wav",
  "bridge.mp3",
  "dialogue.ogg",
  "garden.m4a",
  "bees.flac",
  "lecture.mp3",
];

/** Half a minute of speech with pauses, and what is said in it when. */
let sound: Float32Array;
let lines: Line[];

beforeAll(async () => {
  const parts: Float32Array[] = [];
  let atMs = 0;
  lines = [];
  for (const name of NAMES) {
    const part = await speechOf(name);
    for (const { startMs, endMs, text } of truth[name]?.cues ?? [])
      lines.push({ startMs: startMs + atMs, endMs: endMs + atMs, text });
    parts.push(part);
    atMs += part.length / 16;
  }
  sound = joined(...parts);
});

/** A recording of the speech with captions at other times, and optionally other words. */
function pair(toCaptions: (ms: number) => number, textOf = ({ text }: Line): string => text) {
  const folder = tempFolder();
  const path = writeWav(join(folder, "talk.wav"), [sound]);
  const sidecar = join(folder, "talk.srt");
  const time = (ms: number): string => formatTime(Math.round(toCaptions(ms)), ",");
  writeFileSync(
    sidecar,
    lines
      .map(
        (line, i) => `${i + 1}\n${time(line.startMs)} --> ${time(line.endMs)}\n${textOf(line)}\n`,
      )
      .join("\n"),
  );
  return { path, sidecar };
}

/** Hears what is said in the window that it gets, which it knows by its sound. */
const ears: Transcriber = {
  id: "ears",
  languages: [],
  async transcribe(audio) {
    const parts: Float32Array[] = [];
    for await (const part of audio) parts.push(part);
    const heard = joined(...parts);
    const fromMs = placeOf(heard) / 16;
    const cues = lines
      .filter(({ startMs, endMs }) => startMs >= fromMs && endMs <= fromMs + heard.length / 16)
      .map(({ startMs, endMs, text }) => ({
        startMs: startMs - fromMs,
        endMs: endMs - fromMs,
        text,
        speaker: null,
        confidence: 1,
        words: null,
      }));
    return { cues, language: "en", timing: "segment", warning: null };
  },
  close: async () => {},
};

/** Where a stretch begins in the whole sound, in samples: its loudest part is the same there. */
function placeOf(heard: Float32Array): number {
  const inner = heard.subarray(0, heard.length - 500);
  const from = inner.reduce((best, value, i) => (value > (inner[best] ?? 0) ? i : best), 0);
  const part = heard.subarray(from, from + 500);
  for (let at = 0; at + part.length <= sound.length; at++)
    if (part.every((value, i) => Math.abs(value - (sound[at + i] ?? 0)) < 0.001)) return at - from;
  throw new Error("unknown sound");
}

const DEAF = async (): Promise<Transcriber> => {
  throw new Error("no recogniser");
};

async function index(
  files: ReturnType<typeof pair>,
  {
    transcriber = async () => ears,
    ...more
  }: Partial<FileTask> & { transcriber?: () => Promise<Transcriber> } = {},
) {
  let opened = 0;
  const task: FileTask = {
    ...files,
    kind: "media",
    captions: "prefer",
    language: undefined,
    engines: ["local"],
    ...more,
  };
  const transcript = await processFile(task, {
    transcriber: () => {
      opened++;
      return transcriber();
    },
    speakerTeller: DEAF,
    sources: openSources({ objects: DEAF as never }),
    embedder: async () => {
      throw new Error("needs no vectors");
    },
    signal: new AbortController().signal,
    onProgress: () => {},
    onCheckpoint: () => {},
  });
  const warnings = transcript?.warnings.filter((one) => !one.startsWith("searchable")) ?? [];
  return { opened, warnings, first: transcript?.segments[0], last: transcript?.segments.at(-1) };
}

describe("captions that are in step with the speech", () => {
  it("need no recogniser and no word", async () => {
    expect(await index(pair((ms) => ms + 200))).toMatchObject({ opened: 0, warnings: [] });
  });

  it("stay as they are with --resync", async () => {
    const { warnings, first } = await index(
      pair((ms) => ms),
      { resync: true },
    );
    expect(warnings).toEqual([]);
    expect(first?.startMs).toBe(lines[0]?.startMs);
  });
});

describe("captions that are out of step", () => {
  it.each<[string, (ms: number) => number, RegExp]>([
    ["late", (ms) => ms + 5000, /^talk.srt: it is (?:4.9|5.0|5.1) s late, by the speech; --resync/],
    ["early", (ms) => Math.max(0, ms - 3000), /^talk.srt: it is (?:2.9|3.0|3.1) s early, by/],
    ["very late", (ms) => ms + 300_000, /it is (?:299.9|300.0|300.1) s late, by/],
    ["of another frame rate", (ms) => (ms * 25) / 24 + 1000, /at the start and .* late at the end/],
  ])("are told with how far they are %s", async (_, toCaptions, told) => {
    const { warnings, opened } = await index(pair(toCaptions));
    expect(opened).toBe(1);
    expect(
      warnings.find((one) => told.test(one)),
      warnings.join("\n"),
    ).toBeDefined();
  });

  it.each<[string, (ms: number) => number]>([
    ["late", (ms) => ms + 5000],
    ["of another frame rate", (ms) => (ms * 25) / 24],
  ])("are mended with --resync: %s", async (_, toCaptions) => {
    const { warnings, first, last } = await index(pair(toCaptions), { resync: true });
    expect(warnings).toEqual([expect.stringMatching(/: that was mended$/)]);
    const close = (ms: number | undefined, right: number | undefined): void =>
      expect(Math.abs((ms ?? NaN) - (right ?? NaN))).toBeLessThan(500);
    close(first?.startMs, lines[0]?.startMs);
    close(last?.endMs, lines.at(-1)?.endMs);
  });

  it("are told by their pauses where no recogniser knows the words", async () => {
    for (const transcriber of [DEAF, async () => ears]) {
      const files = pair(
        (ms) => ms + 5000,
        ({ text }) => text.replace(/\w+/g, "mot"),
      );
      const { warnings } = await index(files, { transcriber });
      expect(warnings.find((one) => /it is (?:4.9|5.0|5.1) s late/.test(one))).toBeDefined();
    }
  });

  it("are left alone where nobody can tell, and with --captions only", async () => {
    const noise = pair((ms) => ms + 5000);
    writeWav(noise.path, [music(sound.length, 0.5)]);
    expect((await index(noise, { transcriber: DEAF })).warnings.join()).not.toContain("resync");
    expect((await index(noise, { transcriber: DEAF, resync: true })).warnings).toContainEqual(
      "talk.srt: it could not be compared with the speech: its times were kept",
    );
    const only = await index(
      pair((ms) => ms + 5000),
      { captions: "only" },
    );
    expect(only).toMatchObject({ opened: 0 });
    expect(only.warnings.join()).not.toContain("resync");
  });
});
