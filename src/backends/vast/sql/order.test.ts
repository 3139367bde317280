import { describe, expect, it } from "vitest";
import { onFile } from "./condition.ts";
import { distanceOf, nearestVectors } from "./rank-vectors.ts";
import { bestByWords, othersByTime } from "./rank-words.ts";
import type { SqlReader } from "./run.ts";
import { candidateTexts } from "./texts.ts";

const ALL = onFile("TRUE");

/** A cluster that answers with these rows, whose parts come in another order than asked for. */
const answering = (rows: readonly Readonly<Record<string, string | number>>[]): SqlReader => ({
  name: ({ name }) => name,
  rows: async () => [...rows],
});

const row = (file: string, position: number, more = {}) => ({
  asset_id: file,
  version_id: file,
  position,
  ...more,
});

const placesOf = (
  found: readonly { readonly versionId: string; readonly position: number }[],
): readonly string[] => found.map(({ versionId, position }) => `${versionId}${position}`);

describe("what the cluster finds is in order, however the parts of its answer come", () => {
  it("by words: the best first, equals by file and time", async () => {
    const reader = answering([
      row("b", 0, { score: 1, ranked: 1 }),
      row("a", 2, { score: 1, ranked: 1 }),
      row("z", 0, { score: 2, ranked: 2 }),
      row("a", 1, { score: 1, ranked: 1 }),
    ]);
    const found = await bestByWords(reader, ["word"], ALL, 10);
    expect(placesOf(found)).toEqual(["z0", "a1", "a2", "b0"]);
  });

  it("by meaning: the nearest first", async () => {
    const distance = distanceOf({ vectorIndexes: [] });
    const reader = answering([
      row("a", 0, { distance: 0.9 }),
      row("b", 1, { distance: 0.1 }),
      row("b", 0, { distance: 0.1 }),
    ]);
    const found = await nearestVectors(reader, Float32Array.of(1), distance, ALL, 10);
    expect(placesOf(found)).toEqual(["b0", "b1", "a0"]);
  });

  it("by time, and texts one after the other", async () => {
    const reader = answering([row("b", 0), row("a", 10), row("a", 9)]);
    expect(placesOf(await othersByTime(reader, [], ALL, 10))).toEqual(["a9", "a10", "b0"]);
    const texts = await candidateTexts({ reader, scope: "TRUE" }, "TRUE");
    expect(placesOf(texts)).toEqual(["a9", "a10", "b0"]);
  });
});
