import { describe, expect, it } from "vitest";
import { createBias } from "./vocabulary-bias.ts";

describe("terms that are expected", () => {
  // "Metternich", "Metro", "Ada": as tokens.
  const bias = createBias([[1, 2, 3], [1, 4], [9]]);
  const after = (...tokens: readonly number[]): [number, number][] => {
    const state = bias();
    for (const token of tokens) state.take(token);
    return [...state.bonuses()].toSorted(([a], [b]) => a - b);
  };

  it("are begun a little more easily, and gone on with much more", () => {
    expect(after()).toEqual([
      [1, 0.5],
      [9, 0.5],
    ]);
    expect(after(7, 1)).toEqual([
      [1, 0.5],
      [2, 4],
      [4, 4],
      [9, 0.5],
    ]);
    expect(after(1, 2)).toEqual([
      [1, 0.5],
      [3, 4],
      [9, 0.5],
    ]);
  });

  it("are left where the speech leaves them, and at their end", () => {
    expect(after(1, 7)).toEqual(after());
    expect(after(1, 2, 3)).toEqual(after());
    expect(after(9)).toEqual(after());
  });

  it("begin anew with each stretch of speech", () => {
    const state = bias();
    state.take(1);
    expect([...bias().bonuses()]).toEqual(after());
  });
});
