import { describe, expect, it } from "vitest";
import { readEdits, writeEdits } from "../backends/edits.ts";
import { memoryRecords } from "../backends/memory/records.ts";
import type { Records } from "../backends/records.ts";
import { withWordTimes, writeWordTimes } from "../backends/word-times.ts";
import type { TranscriptEdits } from "../transcript-edits.ts";
import type { Segment } from "../types.ts";
import { copyKept, type CopyKeptOptions, noteMoves } from "./copy-kept.ts";

const FINGERPRINT = "3|abc||prefer||local";
const words = [{ text: "Yes.", startMs: 1000, endMs: 1300 }];
const bare: Segment = {
  index: 0,
  startMs: 1000,
  endMs: 1300,
  text: "Yes.",
  speaker: null,
  confidence: null,
};
const one: Segment = { ...bare, words };
const edits: TranscriptEdits = {
  base: {
    fingerprint: FINGERPRINT,
    origin: "asr",
    engine: "local",
    language: "en",
    durationMs: 2000,
    segments: [bare],
  },
  steps: [{ atMs: 1, kind: "rename", from: ["A"], to: "B" }],
};

function options(
  contents: readonly string[],
  more: Partial<CopyKeptOptions> = {},
): CopyKeptOptions {
  const moves = noteMoves();
  for (const content of contents) moves.add(`3|${content}|||`, `3|${content}|||`);
  return { moves, atOnce: 4, signal: new AbortController().signal, ...more };
}

async function full(): Promise<Records> {
  const records = memoryRecords();
  await writeWordTimes(records, FINGERPRINT, [one]);
  await writeEdits(records, "abc", edits);
  return records;
}

describe("what is kept by content", () => {
  it("goes along with the contents that are copied, and with no others", async () => {
    const [source, target] = [await full(), memoryRecords()];
    await copyKept({ records: source }, { records: target }, options(["xyz"]));
    expect(await withWordTimes(target, FINGERPRINT, [bare])).toEqual([bare]);
    expect(await readEdits(target, "abc")).toBeUndefined();
    await copyKept({ records: source }, { records: target }, options(["abc"]));
    expect(await withWordTimes(target, FINGERPRINT, [bare])).toEqual([one]);
    expect(await readEdits(target, "abc")).toEqual(edits);
  });

  it("has the digests of the moved file and of its captions in the target", async () => {
    const [source, target] = [memoryRecords(), memoryRecords()];
    const captioned = {
      ...edits,
      base: { ...edits.base, fingerprint: "3|abc|cap|prefer||captions" },
    };
    await writeEdits(source, "abc", captioned);
    for (const fingerprint of [FINGERPRINT, captioned.base.fingerprint])
      await writeWordTimes(source, fingerprint, [one]);
    const moves = noteMoves();
    moves.add("3|abc|cap|prefer||captions|edited-1", "3|tag-9|tag-2|prefer||captions|edited-1");
    await copyKept({ records: source }, { records: target }, options([], { moves }));
    expect(await readEdits(target, "abc")).toBeUndefined();
    expect((await readEdits(target, "tag-9"))?.base.fingerprint).toBe(
      "3|tag-9|tag-2|prefer||captions",
    );
    expect(await target.listIds("words")).toEqual(["tag-9|tag-2|captions", "tag-9||local"]);
  });

  it("stands for archived transcripts, which keep their fingerprints, in words alone", async () => {
    const [source, target] = [await full(), memoryRecords()];
    const moves = noteMoves();
    moves.addArchived(FINGERPRINT);
    await copyKept({ records: source }, { records: target }, options([], { moves }));
    expect(await target.listIds("words")).toEqual(["abc||local"]);
    expect(await target.listIds("edits")).toEqual([]);
  });

  it("stays behind when the copy is stopped", async () => {
    const [source, target] = [await full(), memoryRecords()];
    const signal = AbortSignal.abort();
    await expect(
      copyKept({ records: source }, { records: target }, options(["abc"], { signal })),
    ).rejects.toThrow("aborted");
    expect([await target.list("edits"), await target.list("words")]).toEqual([[], []]);
  });
});
