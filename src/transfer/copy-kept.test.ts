import { describe, expect, it } from "vitest";
import { readEdits, writeEdits } from "../backends/edits.ts";
import { memoryRecords } from "../backends/memory/records.ts";
import type { Records } from "../backends/records.ts";
import { withWordTimes, writeWordTimes } from "../backends/word-times.ts";
import type { TranscriptEdits } from "../transcript-edits.ts";
import type { Segment } from "../types.ts";
import { copyKept, type CopyKeptOptions } from "./copy-kept.ts";

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

const options = (contents: readonly string[], more: Partial<CopyKeptOptions> = {}) => ({
  contents: new Set(contents),
  atOnce: 4,
  signal: new AbortController().signal,
  ...more,
});

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

  it("stays behind when the copy is stopped", async () => {
    const [source, target] = [await full(), memoryRecords()];
    const signal = AbortSignal.abort();
    await expect(
      copyKept({ records: source }, { records: target }, options(["abc"], { signal })),
    ).rejects.toThrow("aborted");
    expect([await target.list("edits"), await target.list("words")]).toEqual([[], []]);
  });
});
