import type { Cue } from "../types.ts";
import { describe, expect, it } from "vitest";
import { assignSpeakers } from "./speaker-turns.ts";

/** Words of 0.4 s, one every half second. */
const cue = (startMs: number, text: string): Cue => {
  const words = text.split(" ").map((word, i) => ({
    text: word,
    startMs: startMs + i * 500,
    endMs: startMs + i * 500 + 400,
    confidence: 1,
  }));
  return {
    startMs,
    endMs: words.at(-1)?.endMs ?? startMs,
    text,
    speaker: null,
    confidence: 1,
    words,
  };
};
const heard = (cues: readonly Cue[]): readonly string[] =>
  cues.map(({ speaker, text }) => `${speaker}: ${text}`);

describe("speakers", () => {
  const turns = (changeMs: number) => [
    { startMs: 0, endMs: changeMs, speaker: 4 },
    { startMs: changeMs, endMs: 9000, speaker: 2 },
  ];

  it("change where a sentence ends, if that is near", () => {
    const said = cue(0, "the water is cold. Then we should ask");
    for (const changeMs of [1600, 2000, 2400, 2900])
      expect(heard(assignSpeakers([said], turns(changeMs)))).toEqual([
        "Speaker 1: the water is cold.",
        "Speaker 2: Then we should ask",
      ]);
  });

  it("change by the times of the words where no sentence ends near", () => {
    const said = cue(0, "one two three four five six seven. eight");
    expect(heard(assignSpeakers([said], turns(1500)))).toEqual([
      "Speaker 1: one two three",
      "Speaker 2: four five six seven. eight",
    ]);
  });

  it("each keep at least a word between two changes", () => {
    const said = cue(0, "Is it cold? Yes. It is.");
    const three = [
      { startMs: 0, endMs: 1450, speaker: 0 },
      { startMs: 1450, endMs: 1950, speaker: 1 },
      { startMs: 1950, endMs: 4000, speaker: 0 },
    ];
    expect(heard(assignSpeakers([said], three))).toEqual([
      "Speaker 1: Is it cold?",
      "Speaker 2: Yes.",
      "Speaker 1: It is.",
    ]);
  });

  it("have cues without times of words as a whole", () => {
    const whole = { ...cue(0, "good morning thank you"), words: null };
    expect(heard(assignSpeakers([whole], turns(1500)))).toEqual([
      "Speaker 1: good morning thank you",
    ]);
    expect(assignSpeakers([whole], [])).toEqual([whole]);
  });
});
