import { describe, expect, it } from "vitest";
import { bootstrap, formatInterval } from "./bootstrap.ts";

describe("intervals by bootstrap", () => {
  const half = Array.from({ length: 100 }, (_, i) => i % 2);
  it("are those of the binomial distribution for shares, within its error", () => {
    const { mean, low, high } = bootstrap(half);
    // 1.96 · √(.5 · .5 / 100) = .098
    expect(mean).toBe(0.5);
    expect([low, high].map((bound) => Math.abs(Math.abs(bound - 0.5) - 0.098) < 0.02)).toEqual([
      true,
      true,
    ]);
  });
  it("are narrow where all queries agree, and the same each time", () => {
    expect(bootstrap([0.25, 0.25, 0.25])).toEqual({ mean: 0.25, low: 0.25, high: 0.25 });
    expect(bootstrap(half)).toEqual(bootstrap(half));
  });
  it("are printed short", () => {
    expect(formatInterval({ mean: 0.394, low: -0.0301, high: 1 })).toBe(".394 (-.030 to 1.000)");
  });
});
