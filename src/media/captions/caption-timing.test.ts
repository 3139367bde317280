import { describe, expect, it } from "vitest";
import {
  applyTiming,
  describeTiming,
  findPoint,
  fitTiming,
  IN_STEP,
  isOutOfStep,
  type TimedWord,
  timedWords,
} from "./caption-timing.ts";

const MINUTE = 60_000;
const TEXT =
  "the harbour master closed the north pier this morning because a crane had lost its hook and nobody could say when it would be found".split(
    " ",
  );

/** Words that are said one after the other, three in a second. */
const words = (texts: readonly string[], fromMs = 0): TimedWord[] =>
  texts.map((text, i) => ({ text, atMs: fromMs + i * 333 }));

describe("the place of what was heard in captions", () => {
  it("is where the same words stand", () => {
    const heard = words(TEXT.slice(4, 14), 20_000);
    const written = [...words(["and", "now"], 1000), ...words(TEXT, 60_000)];
    expect(findPoint(heard, written)?.laterMs).toBeCloseTo(60_000 + 4 * 333 - 20_000, -2);
  });

  it("is found though some words were heard wrongly", () => {
    const heard = words(
      TEXT.map((text, i) => (i % 6 === 5 ? "hm" : text)),
      5000,
    );
    expect(findPoint(heard, words(TEXT, 8000))?.laterMs).toBe(3000);
  });

  it.each([
    ["other words", words("quite another text without any word of that".split(" "))],
    ["too few", words(TEXT.slice(0, 4))],
    ["several places alike", [...words(TEXT), ...words(TEXT, 60_000)]],
    ["nothing", []],
  ])("is unknown for %s", (_, written) => {
    expect(findPoint(words(TEXT, 10_000), written)).toBeNull();
  });
});

describe("the timing of captions", () => {
  const at = (minutes: number, laterMs: number) => ({ mediaMs: minutes * MINUTE, laterMs });

  it("is a constant where all points are near to it", () => {
    expect(fitTiming([at(1, 5000), at(30, 5300), at(60, 4900)])).toEqual({
      rate: 1,
      offsetMs: 5000,
    });
    expect(fitTiming([at(1, -2500)])).toEqual({ rate: 1, offsetMs: -2500 });
  });

  it.each([
    [25, 24_000 / 1001],
    [24, 25],
    [25, 24],
  ])("is that of another frame rate where points drift: %s for %s", (own, other) => {
    const rate = own / other;
    const points = [1, 20, 50].map((minute) => at(minute, (rate - 1) * minute * MINUTE + 2000));
    const timing = fitTiming(points);
    expect(timing?.rate).toBeCloseTo(rate, 3);
    expect(timing?.offsetMs).toBeGreaterThan(-1000);
    expect(timing?.offsetMs).toBeLessThan(5000);
  });

  it("is unknown where points lie on no line, and without any", () => {
    expect(fitTiming([at(1, 0), at(20, 30_000), at(50, -8000)])).toBeNull();
    expect(fitTiming([])).toBeNull();
  });

  it("is noticed from a second on, at either end", () => {
    expect(isOutOfStep(IN_STEP, 60 * MINUTE)).toBe(false);
    expect(isOutOfStep({ rate: 1, offsetMs: 900 }, 60 * MINUTE)).toBe(false);
    expect(isOutOfStep({ rate: 1, offsetMs: -1000 }, 60 * MINUTE)).toBe(true);
    expect(isOutOfStep({ rate: 25 / 24, offsetMs: 0 }, MINUTE)).toBe(true);
    expect(describeTiming({ rate: 1, offsetMs: -2500 }, MINUTE)).toBe("it is 2.5 s early");
    expect(describeTiming({ rate: 25 / 24, offsetMs: 100 }, MINUTE)).toBe(
      "it is 0.1 s late at the start and 2.6 s late at the end, as for another frame rate",
    );
  });

  it("is taken off cues and their words", () => {
    const cue = {
      startMs: 6000,
      endMs: 10_000,
      text: "Good day, everybody.",
      speaker: null,
      confidence: null,
      words: [{ text: "Good", startMs: 6000, endMs: 7000, confidence: null }],
    };
    const [moved] = applyTiming([cue], { rate: 2, offsetMs: 4000 });
    expect(moved).toMatchObject({ startMs: 1000, endMs: 3000 });
    expect(moved?.words?.[0]).toMatchObject({ startMs: 1000, endMs: 1500 });
    expect(timedWords([{ ...cue, words: null }]).map(({ text, atMs }) => [text, atMs])).toEqual([
      ["good", 6000],
      ["day", 7000],
      ["everybody", 8000],
    ]);
  });
});
