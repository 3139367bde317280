import { describe, expect, it } from "vitest";
import type { Segment } from "../types.ts";
import type { Embedder } from "./embedder.ts";
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
  async function parts(
    segments: readonly Segment[],
    embedPassages?: Embedder["embedPassages"],
  ): Promise<Record<string, number>[]> {
    const texts: string[] = [];
    const axis = (text: string): Float32Array => {
      if (!texts.includes(text)) texts.push(text);
      return Float32Array.from({ length: 100 }, (_, i) => (i === texts.indexOf(text) ? 1 : 0));
    };
    const embedder: Pick<Embedder, "embed" | "embedPassages"> = {
      embed: async (asked) => asked.map(axis),
      ...(embedPassages
        ? {
            embedPassages: async (passages) =>
              passages.map((passage) => ({
                whole: axis(passage.map(({ before, text }) => before + text).join("|")),
                parts: passage.map(({ text }) => (text === "" ? null : axis(`in: ${text}`))),
              })),
          }
        : {}),
    };
    const vectors = await embedInContext(segments, embedder);
    return vectors.map((vector) =>
      Object.fromEntries(
        [...vector].flatMap((value, i) =>
          value > 0 ? [[texts[i] ?? "", Number(value.toFixed(3))]] : [],
        ),
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
  describe("of a model that tells what each part of a passage means", () => {
    const late = async (): Promise<never[]> => [];
    it("are a third their own, a third the passages' and a third that", async () => {
      expect(await parts([say(0, "one", { speaker: "Ann" }), say(1, "two")], late)).toEqual([
        { one: 0.333, "Ann:one|two": 0.333, "in: one": 0.333 },
        { two: 0.333, "Ann:one|two": 0.333, "in: two": 0.333 },
      ]);
    });
    it("take it as one direction where a segment is in two passages", async () => {
      const segments = Array.from({ length: 8 }, (_, i) => say(i, sentence(i)));
      expect((await parts(segments, late))[3]).toMatchObject({
        [sentence(3)]: 0.333,
        [`in: ${sentence(3)}`]: 0.333,
      });
    });
    it("do without it where a part has no tokens or is cut off, or there is no passage", async () => {
      expect(await parts([say(0, "one"), say(1, "")], late)).toContainEqual({
        "": 0.5,
        "one|": 0.5,
      });
      expect(await parts([say(0, "one")], late)).toEqual([{ one: 1 }]);
    });
  });
});
