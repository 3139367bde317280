import { describe, expect, it } from "vitest";
import type { Segment } from "../types.ts";
import { parseTimeRange } from "./time-range.ts";
import { nearestSegment, segmentsWithin } from "./transcript.ts";

const TIMES = [
  [0, 4000],
  [4000, 9000],
  [9400, 12_000],
  [12_000, 12_900],
  [12_950, 15_000],
  [30_000, 31_000],
] as const;
const segments = TIMES.map(([startMs, endMs], index): Segment => ({
  index,
  startMs,
  endMs,
  speaker: null,
  text: `line ${index}`,
  confidence: null,
}));
const at = (given: string): number | undefined =>
  nearestSegment(segments, parseTimeRange("--at", given))?.index;

describe("the line at a moment", () => {
  it("is the one that begins there, not the one that ends there", () => {
    expect([at("4"), at("0:04"), at("4.0"), at("12")]).toEqual([1, 1, 1, 3]);
  });

  it("is for a time in whole seconds, as it is shown, the one that begins within that second", () => {
    // Shown as 0:00:09, begins at 9.4 s.
    expect([at("9"), at("0:00:09"), at("9.0")]).toEqual([2, 2, 1]);
    expect(at("10")).toBe(2);
  });

  it("is else the one that is being said, else the nearest", () => {
    expect([at("2.5"), at("16"), at("28"), at("99")]).toEqual([0, 4, 5, 5]);
  });
});

describe("what is said between two times", () => {
  const within = (from?: string, to?: string): number[] =>
    segmentsWithin(
      segments,
      from === undefined ? undefined : parseTimeRange("from", from).startMs,
      to === undefined ? undefined : parseTimeRange("to", to).endMs,
    ).map(({ index }) => index);

  it("has what goes on then, without what ends where it begins", () => {
    expect(within("4", "9")).toEqual([1, 2]);
    expect(within("4.5", "9.2")).toEqual([1]);
    expect(within("12", "12")).toEqual([3, 4]);
    expect(within()).toHaveLength(6);
  });
});
