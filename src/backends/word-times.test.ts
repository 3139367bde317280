import { describe, expect, it } from "vitest";
import type { Segment, WordTime } from "../types.ts";
import { memoryRecords } from "./memory/records.ts";
import { packWords, withWordTimes, writeWordTimes } from "./word-times.ts";

const FINGERPRINT = "3|abc||prefer||local";

/** A segment of these words, each 300 ms long with 50 ms between. */
function segment(index: number, startMs: number, texts: readonly string[], joint = " "): Segment {
  const words = texts.map((text, i): WordTime => {
    const from = startMs + i * 350;
    return { text, startMs: from, endMs: from + 300 };
  });
  const endMs = words.at(-1)?.endMs ?? startMs;
  return { index, startMs, endMs, text: texts.join(joint), speaker: null, confidence: null, words };
}
const bare = ({ words: _words, ...rest }: Segment): Segment => rest;

describe("times of words", () => {
  it("come back with the segments that they belong to", async () => {
    const records = memoryRecords();
    const segments = [
      segment(0, 1000, ["The", "harbour", "is", "closed."]),
      bare(segment(1, 5000, ["Nobody", "timed", "this."])),
      segment(2, 3_600_000, ["明日", "の朝"], ""),
    ];
    expect(await writeWordTimes(records, FINGERPRINT, segments)).toBe(true);
    expect(await withWordTimes(records, FINGERPRINT, segments.map(bare))).toEqual(segments);
    expect(await withWordTimes(records, "3|other||prefer||local", segments.map(bare))).toEqual(
      segments.map(bare),
    );
  });

  it("belong to what was recognised, whatever the options and the changes by hand", async () => {
    const records = memoryRecords();
    const one = segment(0, 1000, ["The", "harbor", "is", "closed."]);
    await writeWordTimes(records, FINGERPRINT, [one]);
    const read = async (text: string) =>
      (
        await withWordTimes(records, "3|abc||only|de|local|edited-1", [{ ...bare(one), text }])
      )[0]?.words?.map((word) => [word.text, word.startMs]);
    expect(await read("The harbour is closed.")).toEqual([
      ["The", 1000],
      ["harbour", 1350],
      ["is", 1700],
      ["closed.", 2050],
    ]);
    expect(await read("Quite another text of more words.")).toBeUndefined();
  });

  it("are those of the track that was taken, not of what was asked for", async () => {
    const records = memoryRecords();
    const [one, two] = ["Yes.", "Ja."].map((text) => segment(0, 1000, [text])) as [
      Segment,
      Segment,
    ];
    const of = (selection: string): string => `${FINGERPRINT}|selection-${selection}`;
    await writeWordTimes(records, of("audio-track=1&audio=1&of=2"), [one]);
    await writeWordTimes(records, of("audio=2&of=2"), [two]);
    for (const [asked, given] of [
      ["subtitle-track=3&audio=1&of=2", one],
      ["audio=2&of=2", two],
    ] as const)
      expect(await withWordTimes(records, of(asked), [bare(given)])).toEqual([given]);
    expect(await withWordTimes(records, FINGERPRINT, [bare(one)])).toEqual([bare(one)]);
  });

  it("go with a transcript that has none", async () => {
    const source = memoryRecords();
    const one = segment(0, 1000, ["Yes."]);
    await writeWordTimes(source, FINGERPRINT, [one]);
    expect(await withWordTimes(source, FINGERPRINT, [bare(one)])).toEqual([one]);
    await writeWordTimes(source, FINGERPRINT, [bare(one)]);
    expect(await withWordTimes(source, FINGERPRINT, [bare(one)])).toEqual([bare(one)]);
  });

  it("take two bytes a word before they are packed", () => {
    const texts = Array.from({ length: 30 }, (_, i) => `word${i}`);
    const hour = Array.from({ length: 300 }, (_, i) => segment(i, i * 12_000, texts));
    expect(packWords(hour).length / 9000).toBeLessThan(2.2);
  });

  it("that somebody else damaged are none", async () => {
    const records = memoryRecords();
    const one = bare(segment(0, 1000, ["Yes."]));
    for (const value of [
      { words: "%%%" },
      { words: 7 },
      "x",
      { words: Buffer.alloc(99, 255).toString("base64") },
    ]) {
      await records.put("words", "abc||local", value);
      expect(await withWordTimes(records, FINGERPRINT, [one])).toEqual([one]);
    }
  });
});
