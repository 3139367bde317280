import { describe, expect, it } from "vitest";
import { foldMoments, unfolded } from "./moments.ts";
import type { RankedHit } from "./result.ts";

const at = (startMs: number, score: number, asset = "/a"): RankedHit => ({
  asset,
  segment: {
    index: startMs / 1000,
    startMs,
    endMs: startMs + 4000,
    text: "",
    speaker: null,
    confidence: null,
  },
  score,
  origin: "asr",
  engine: "e",
  language: "en",
  explain: { bm25: null, cosine: score },
});
const RANKED = [
  at(100_000, 0.9),
  at(104_000, 0.8),
  at(500_000, 0.7),
  at(104_000, 0.6, "/b"),
  at(110_000, 0.5),
  at(111_000, 0.4),
  at(96_000, 0.3),
];
const starts = (hits: readonly RankedHit[]): string[] =>
  hits.map(({ asset, segment }) => `${asset} ${segment.startMs / 1000}`);

describe("moments", () => {
  it("hold the hits near their best one, and no hit is lost", () => {
    const moments = foldMoments(RANKED);
    expect(moments.map((best) => [...starts([best]), ...starts(best.folded)])).toEqual([
      ["/a 100", "/a 104", "/a 110", "/a 96"],
      ["/a 500"],
      ["/b 104"],
      ["/a 111"],
    ]);
  });
  it("are in the order of their scores, and so are the hits in them", () => {
    const moments = foldMoments(RANKED);
    for (const hits of [moments, ...moments.map(({ folded }) => folded)])
      expect(hits.map(({ score }) => score)).toEqual(
        hits.map(({ score }) => score).toSorted((a, b) => b - a),
      );
  });
  it("are single hits when nothing is to be folded", () => {
    expect(starts(unfolded(RANKED))).toEqual(starts(RANKED));
    expect(unfolded(RANKED).every(({ folded }) => folded.length === 0)).toBe(true);
  });
});
