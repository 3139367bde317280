import { describe, expect, it } from "vitest";
import type { SearchResult } from "../../results/search-result.ts";
import { clipRanges } from "./clip.ts";

const hit = (startMs: number, endMs: number): SearchResult => ({
  number: 1,
  path: "/talk.mp3",
  file: "talk.mp3",
  startMs,
  endMs,
  speaker: null,
  text: "the harbour is closed",
  score: 1,
  origin: "asr",
  before: [],
  after: [],
  folded: [],
  explain: null,
});
const word = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs });
const ranges = (padMs: number, words: readonly ReturnType<typeof word>[]) =>
  clipRanges([hit(5000, 8000)], { padMs, titles: false }, new Map([["/talk.mp3", words]])).map(
    ({ startMs, endMs }) => [startMs, endMs],
  );

describe("the padding of a clip", () => {
  it("ends where it would cut a word of a neighbour in two", () => {
    const words = [
      word("before", 4200, 4700),
      word("the", 5000, 5200),
      word("closed", 7500, 8000),
      word("after", 8300, 8900),
    ];
    expect(ranges(500, words)).toEqual([[4700, 8300]]);
    // Whole words may stay.
    expect(ranges(1000, words)).toEqual([[4000, 9000]]);
    expect(ranges(500, [])).toEqual([[4500, 8500]]);
  });

  it("never takes away from the hit", () => {
    expect(ranges(500, [word("overlaps", 4300, 5400), word("too", 7800, 9000)])).toEqual([
      [5000, 8000],
    ]);
  });
});
