import { describe, expect, it } from "vitest";
import type { Cue } from "../../types.ts";
import { parseCaptions } from "./parse.ts";
import { programmeStart, type ProgrammeFacts, shiftCues, warnPastEnd } from "./programme-time.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Cues of two seconds at these times in minutes. */
const at = (...minutes: readonly number[]): Cue[] =>
  minutes.map((minute) => ({
    startMs: minute * MINUTE,
    endMs: minute * MINUTE + 2000,
    text: "Good day.",
    speaker: null,
    confidence: null,
    words: [
      { text: "Good", startMs: minute * MINUTE, endMs: minute * MINUTE + 900, confidence: 1 },
    ],
  }));

describe("captions that count from a programme's time code", () => {
  it.each<[string, readonly number[], Partial<ProgrammeFacts>, number]>([
    ["an hour of a short film", [60, 89], { durationMs: 30 * MINUTE }, HOUR],
    ["ten hours", [601, 620], { durationMs: 30 * MINUTE }, 10 * HOUR],
    ["a countdown before it", [599, 620], { durationMs: 30 * MINUTE }, 10 * HOUR],
    ["an hour of a film of more than one", [61, 205], { durationMs: 150 * MINUTE }, HOUR],
    ["a late first line of a long recording", [61, 140], { durationMs: 150 * MINUTE }, 0],
    ["one line past the end", [1, 31], { durationMs: 30 * MINUTE }, 0],
    ["what fits in no way", [60, 200], { durationMs: 30 * MINUTE }, 0],
    ["no length that is known", [60, 89], {}, 0],
    ["the media's own time code", [60, 89], { timecodeMs: HOUR }, HOUR],
    ["that and a length", [61, 140], { durationMs: 150 * MINUTE, timecodeMs: HOUR }, HOUR],
    [
      "a time of day",
      [865, 880],
      { durationMs: 30 * MINUTE, timecodeMs: 862 * MINUTE },
      862 * MINUTE,
    ],
    ["captions from zero beside it", [0, 29], { durationMs: 30 * MINUTE, timecodeMs: HOUR }, 0],
    ["a time code of a minute", [2, 20], { durationMs: 30 * MINUTE, timecodeMs: MINUTE }, 0],
    [
      "hours of NTSC without numbers left out",
      [60.1, 89],
      { durationMs: 30 * MINUTE, hourMs: 3_603_600 },
      3_603_600,
    ],
  ])("are told by %s", (_, minutes, facts, startMs) => {
    expect(programmeStart(at(...minutes), { durationMs: null, timecodeMs: null, ...facts })).toBe(
      startMs,
    );
  });

  it("are moved with the times of their words, never before the start", () => {
    const [early, late] = shiftCues(at(59, 61), -HOUR);
    expect([early?.startMs, early?.endMs, early?.words?.[0]?.endMs]).toEqual([0, 0, 0]);
    expect([late?.startMs, late?.words?.[0]?.startMs]).toEqual([MINUTE, MINUTE]);
  });

  it("say how long their hours are in SCC", () => {
    const read = (mark: string) =>
      parseCaptions(
        Buffer.from(
          `Scenarist_SCC V1.0\n\n01:00:01${mark}00\t9420 9420 94ae 94ae 9470 c8e5 942f\n`,
        ),
        "scc",
      ).hourMs;
    expect([read(":"), read(";")]).toEqual([3_603_600, undefined]);
  });
});

describe("captions past the end", () => {
  it("are counted", () => {
    expect(warnPastEnd(at(1, 40, 50), 30 * MINUTE)).toBe(
      "2 pieces of text begin after the end of the recording (0:30:00)",
    );
    expect(warnPastEnd(at(1, 29), 30 * MINUTE)).toBeUndefined();
    expect(warnPastEnd(at(1, 29), null)).toBeUndefined();
  });
});
