import { describe, expect, it } from "vitest";
import type { Cue } from "../../types.ts";
import { segmentCues } from "./segment.ts";

const cue = (startMs: number, endMs: number, text: string, more: Partial<Cue> = {}): Cue => ({
  startMs,
  endMs,
  text,
  speaker: null,
  confidence: null,
  words: null,
  ...more,
});
const texts = (...cues: readonly Cue[]): string[] => segmentCues(cues).map(({ text }) => text);
const sentence = (words: number, end = "."): string =>
  `${Array.from({ length: words }, (_, i) => `word${i}`).join(" ")}${end}`;

describe("segments", () => {
  it("end where sentences end", () => {
    expect(
      texts(
        cue(
          0,
          16_000,
          "This is the first sentence of it. And this here is the second one. Is there any more of it?",
        ),
      ),
    ).toEqual([
      "This is the first sentence of it.",
      "And this here is the second one.",
      "Is there any more of it?",
    ]);
  });

  it("join what is shorter than three seconds with what follows", () => {
    expect(
      texts(
        cue(0, 500, "Yes."),
        cue(500, 1000, "Well."),
        cue(1000, 6000, "We could do that tomorrow at noon."),
      ),
    ).toEqual(["Yes. Well. We could do that tomorrow at noon."]);
  });

  it("join a scrap at the end with what is before it", () => {
    expect(
      texts(cue(0, 5000, "We could do that tomorrow at noon."), cue(5000, 5500, "Fine.")),
    ).toEqual(["We could do that tomorrow at noon. Fine."]);
  });

  it("put a sentence of several cues together and keep the times of its ends", () => {
    expect(
      segmentCues([
        cue(1000, 3000, "The old bridge over"),
        cue(3000, 5000, "the river is closed."),
      ]),
    ).toEqual([
      {
        index: 0,
        startMs: 1000,
        endMs: 5000,
        text: "The old bridge over the river is closed.",
        speaker: null,
        confidence: null,
      },
    ]);
  });

  it("never reach across speakers, known or not", () => {
    expect(
      segmentCues([
        cue(0, 900, "Is it", { speaker: "Ada" }),
        cue(900, 2000, "closed?", { speaker: "Tom" }),
        cue(2000, 3000, "Yes."),
      ]).map(({ speaker, text }) => [speaker, text]),
    ).toEqual([
      ["Ada", "Is it"],
      ["Tom", "closed?"],
      [null, "Yes."],
    ]);
  });

  it("never reach across a pause of more than two seconds, between cues or between words", () => {
    expect(texts(cue(0, 1000, "One"), cue(3100, 4000, "two."))).toEqual(["One", "two."]);
    expect(texts(cue(0, 1000, "One"), cue(2900, 4000, "two."))).toEqual(["One two."]);
    const words = [
      { text: "One", startMs: 0, endMs: 500, confidence: 0.5 },
      { text: "two", startMs: 5000, endMs: 5500, confidence: 1 },
    ];
    expect(
      segmentCues([cue(0, 5500, "One two", { words })]).map(
        ({ startMs, endMs, text, confidence }) => [startMs, endMs, text, confidence],
      ),
    ).toEqual([
      [0, 500, "One", 0.5],
      [5000, 5500, "two", 1],
    ]);
  });

  it("hold forty words and thirty seconds at most, cut at pauses, commas and ends of cues", () => {
    const found = segmentCues([
      cue(0, 60_000, `${sentence(30, ",")} ${sentence(30, ",")} ${sentence(40)}`),
    ]);
    for (const { text, startMs, endMs } of found) {
      expect(text.split(" ").length).toBeLessThanOrEqual(40);
      expect(endMs - startMs).toBeLessThanOrEqual(30_000);
    }
    expect(found.map(({ text }) => text).join(" ")).toBe(
      `${sentence(30, ",")} ${sentence(30, ",")} ${sentence(40)}`,
    );
    expect(found[0]?.text.endsWith("word29,")).toBe(true);
  });

  it("lose and reorder no word of anything", () => {
    let seed = 3;
    const random = (n: number): number => (seed = (seed * 16_807) % 2_147_483_647) % n;
    for (let run = 0; run < 100; run++) {
      let at = 0;
      const cues = Array.from({ length: 20 }, (_, i) => {
        const startMs = at + random(3000);
        at = startMs + random(9000);
        return cue(
          startMs,
          at,
          Array.from(
            { length: 1 + random(60) },
            (_, j) => `w${i}.${j}${"..,?   "[random(7)]?.trim()}`,
          ).join(" "),
          { speaker: random(4) === 0 ? "Ada" : null },
        );
      });
      const found = segmentCues(cues);
      expect(found.map(({ text }) => text).join(" ")).toBe(cues.map(({ text }) => text).join(" "));
      expect(found.map(({ index }) => index)).toEqual(found.map((_, i) => i));
      for (const { startMs, endMs } of found) expect(endMs).toBeGreaterThanOrEqual(startMs);
    }
  });

  it("never reach across a turn that a dash tells", () => {
    expect(
      texts(
        cue(0, 1000, "Is it closed?"),
        cue(1000, 2000, "It is.", { startsTurn: true }),
        cue(2000, 3000, "Since May."),
      ),
    ).toEqual(["Is it closed?", "It is. Since May."]);
  });

  it("are shorter than three seconds only before another speaker, a long pause or the end", () => {
    let seed = 11;
    const random = (n: number): number => (seed = (seed * 16_807) % 2_147_483_647) % n;
    for (let run = 0; run < 200; run++) {
      let at = 0;
      const cues = Array.from({ length: 30 }, () => {
        const count = random(3) === 0 ? 1 + random(3) : 20 + random(25);
        const startMs = at + random(random(5) === 0 ? 5000 : 1500);
        at = startMs + count * (250 + random(200));
        return cue(startMs, at, sentence(count, ".?,"[random(3)]), {
          speaker: random(8) === 0 ? "Ada" : null,
        });
      });
      const found = segmentCues(cues);
      found.forEach(({ startMs, endMs, speaker, text }, i) => {
        expect(text.split(" ").length).toBeLessThanOrEqual(40);
        expect(endMs - startMs).toBeLessThanOrEqual(30_000);
        const next = found[i + 1];
        const mayBeShort = !next || next.speaker !== speaker || next.startMs - endMs > 2000;
        expect(mayBeShort || endMs - startMs >= 3000, JSON.stringify(found.slice(i, i + 3))).toBe(
          true,
        );
      });
    }
  });

  it("know abbreviations and decimals from ends of sentences", () => {
    expect(
      texts(
        cue(
          0,
          9000,
          "Dr. Smith paid 3.5 million to J. R. Jones on Main St. in the spring of that year.",
        ),
      ),
    ).toHaveLength(1);
  });

  it("measure scripts without spaces too", () => {
    const text = "今日は川を見ます。".repeat(30);
    const found = segmentCues([cue(0, 120_000, text)]);
    expect(found.length).toBeGreaterThan(4);
    expect(found.map((one) => one.text).join("")).toBe(text);
    expect(found.every((one) => one.text.endsWith("。"))).toBe(true);
  });

  it("come in the order of time from cues in any order, and none from none", () => {
    expect(
      segmentCues([
        cue(9000, 13_000, "Later it was said."),
        cue(0, 4000, "Earlier it was said."),
      ]).map(({ startMs }) => startMs),
    ).toEqual([0, 9000]);
    expect(segmentCues([])).toEqual([]);
  });
});
