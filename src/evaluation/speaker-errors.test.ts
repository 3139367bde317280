import { describe, expect, it } from "vitest";
import { parseRttm } from "./rttm.ts";
import { speakerErrorRate, speakerErrors, sumSpeakerErrors } from "./speaker-errors.ts";

const turn = (start: number, end: number, speaker: string | number) => ({
  startMs: start * 1000,
  endMs: end * 1000,
  speaker,
});

/** Two speak at once, somebody says a word, a third voice is heard that is not there. */
const REFERENCE = [
  turn(0, 5, "ada"),
  turn(4, 9, "ben"),
  turn(10, 12, "ada"),
  turn(12, 12.4, "cy"),
  turn(15, 20, "ben"),
];
const HEARD = [
  turn(0.3, 4.4, 1),
  turn(4.4, 9.5, 2),
  turn(10.2, 12.5, 1),
  turn(14, 17, 3),
  turn(17, 20, 2),
];

const seconds = (collarMs: number) => {
  const { speechMs, missedMs, madeUpMs, confusedMs } = speakerErrors(REFERENCE, HEARD, collarMs);
  return [speechMs, missedMs, madeUpMs, confusedMs].map((ms) => Math.round(ms) / 1000);
};

describe("the errors of diarisation", () => {
  // The figures are those of pyannote.metrics.
  it("are those of pyannote.metrics, with and without collars", () => {
    expect(seconds(250)).toEqual([14, 0.55, 1, 1.75]);
    expect(seconds(0)).toEqual([17.4, 1.5, 1.6, 2.4]);
  });

  it("are none where the speakers are right under other names", () => {
    const renamed = REFERENCE.map((one) => ({ ...one, speaker: `x${one.speaker}` }));
    expect(speakerErrorRate(speakerErrors(REFERENCE, renamed, 0))).toBe(0);
  });

  it("are all of the speech where nobody was heard, and none without speech", () => {
    expect(speakerErrorRate(speakerErrors(REFERENCE, [], 0))).toBe(1);
    expect(speakerErrorRate(speakerErrors([], [], 0))).toBe(0);
    expect(speakerErrors([], HEARD, 0)).toMatchObject({ speechMs: 0, missedMs: 0 });
    expect(sumSpeakerErrors([speakerErrors([], HEARD, 0)]).madeUpMs).toBe(17_500);
  });
});

describe("RTTM", () => {
  it("is read with its speakers and times; other lines are passed over", () => {
    const text =
      "SPKR-INFO a 1 <NA> <NA> <NA> unknown ada <NA>\r\nSPEAKER a 1 0.5 2.25 <NA> <NA> ada <NA> <NA>\r\n\n;; note\nSPEAKER a 1 3 1 <NA> <NA> ben\n";
    expect(parseRttm(text, "a.rttm")).toEqual([turn(0.5, 2.75, "ada"), turn(3, 4, "ben")]);
  });

  it.each(["SPEAKER a 1 x 2 <NA> <NA> ada", "SPEAKER a 1 1 -2 <NA> <NA> ada", "SPEAKER a 1 1 2"])(
    "is refused by its line: %s",
    (line) => {
      expect(() => parseRttm(`\n${line}\n`, "a.rttm")).toThrow(/^a\.rttm: line 2/);
    },
  );
});
