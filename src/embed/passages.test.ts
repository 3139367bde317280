import { describe, expect, it } from "vitest";
import type { Segment } from "../types.ts";
import { embedInContext } from "./passages.ts";

describe("vectors in context", () => {
  const say = (index: number, text: string, more: Partial<Segment> = {}): Segment => ({
    index,
    startMs: index * 4000,
    endMs: index * 4000 + 4000,
    text,
    speaker: null,
    confidence: null,
    ...more,
  });
  const sentence = (index: number): string =>
    `${index} ${"of letters that are eighty ".repeat(2)}`.padEnd(80, ".");
  /** Every text has a direction of its own, so that a vector tells what is in it. */
  async function parts(segments: readonly Segment[]): Promise<Record<string, number>[]> {
    let texts: readonly string[] = [];
    const vectors = await embedInContext(segments, async (asked) =>
      (texts = asked).map((_, at) =>
        Float32Array.from({ length: asked.length }, (__, i) => (i === at ? 1 : 0)),
      ),
    );
    return vectors.map((vector) =>
      Object.fromEntries(
        [...vector].flatMap((value, i) => (value > 0 ? [[texts[i] ?? "", value]] : [])),
      ),
    );
  }

  it("are half their own and half what is said around", async () => {
    expect(await parts([say(0, "one"), say(1, "two")])).toEqual([
      { one: 0.5, "one two": 0.5 },
      { two: 0.5, "one two": 0.5 },
    ]);
  });
  it("of a segment alone are its own", async () => {
    expect(await parts([say(0, "one")])).toEqual([{ one: 1 }]);
    expect(await parts([])).toEqual([]);
  });
  it("take in passages of some sixty words that overlap by half, each as much as the other", async () => {
    const segments = Array.from({ length: 8 }, (_, i) => say(i, sentence(i)));
    const found = await parts(segments);
    const passage = (from: number): string =>
      Array.from({ length: 4 }, (_, i) => sentence(from + i)).join(" ");
    expect(found[0]).toEqual({ [sentence(0)]: 0.5, [passage(0)]: 0.5 });
    expect(found[3]).toEqual({ [sentence(3)]: 0.5, [passage(0)]: 0.25, [passage(2)]: 0.25 });
    expect(found[7]).toEqual({ [sentence(7)]: 0.5, [passage(4)]: 0.5 });
  });
  it("say who speaks in the passage, and end it at a long silence", async () => {
    expect(
      await parts([
        say(0, "one", { speaker: "Ann" }),
        say(1, "two", { speaker: "Ann" }),
        say(2, "three", { speaker: "Tom" }),
      ]),
    ).toContainEqual({ one: 0.5, "Ann: one two Tom: three": 0.5 });
    expect(await parts([say(0, "one"), say(1, "two"), say(20, "three")])).toEqual([
      { one: 0.5, "one two": 0.5 },
      { two: 0.5, "one two": 0.5 },
      { three: 1 },
    ]);
  });
});
