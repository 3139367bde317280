import { describe, expect, it } from "vitest";
import { createFrameLevel, levelSpeech } from "./level.ts";
import { FRAME } from "./voice-activity.ts";

const tone = (amplitude: number, length = FRAME): Float32Array =>
  new Float32Array(length).map((_, i) => amplitude * Math.sin(i / 5));
const decibels = (samples: Float32Array): number =>
  10 * Math.log10(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

describe("the level of speech", () => {
  it("is raised where it is quiet, and otherwise left as it is", () => {
    for (const amplitude of [0.01, 0.001])
      expect(decibels(levelSpeech(tone(amplitude)))).toBeCloseTo(-22, 1);
    const loud = tone(0.1);
    expect(levelSpeech(loud)).toBe(loud);
  });

  it("is raised by 45 dB at most, and silence stays silence", () => {
    expect(decibels(levelSpeech(tone(1e-5)))).toBeLessThan(-55);
    expect(levelSpeech(new Float32Array(FRAME)).every((value) => value === 0)).toBe(true);
  });

  it("of a frame goes by the loudest moment so far, which counts at once", () => {
    const level = createFrameLevel();
    expect(decibels(level.next(tone(0.001)))).toBeGreaterThan(-30);
    const loud = tone(0.5);
    expect(level.next(loud)).toBe(loud);
    const quiet = tone(0.001);
    expect(level.next(quiet)).toBe(quiet);
  });

  it("is raised again when nothing loud was heard for minutes", () => {
    const level = createFrameLevel();
    level.next(tone(0.5));
    const quiet = tone(0.003);
    for (let frame = 0; frame < 12_000; frame++) level.next(quiet);
    expect(level.next(quiet)).not.toBe(quiet);
    expect(createFrameLevel(level.loudness()).next(quiet)).toEqual(level.next(quiet));
  });
});
