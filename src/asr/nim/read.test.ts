import { describe, expect, it } from "vitest";
import { heardFromRiva } from "./read.ts";

describe("Riva's results", () => {
  const chunk = {
    startSample: 0,
    samples: new Float32Array(160_000),
    voiced: Array.from({ length: 312 }, () => 0.9),
  };
  const word = (text: string, start_time: number, speaker_tag = 0) => ({
    word: text,
    start_time,
    end_time: start_time + 200,
    confidence: 0.9,
    speaker_tag,
    language_code: "",
  });
  const result = (transcript: string, words: ReturnType<typeof word>[]) => ({
    alternatives: [{ transcript, confidence: -3, words, language_code: [] }],
  });
  const read = (wantsSpeakers: boolean, ...results: ReturnType<typeof result>[]) =>
    heardFromRiva(results, chunk, { wantsSpeakers }).cues.map(({ text, speaker, startMs }) => [
      text,
      speaker,
      startMs,
    ]);

  it("are joined in order and parted at sentences, pauses and changes of speaker", () => {
    expect(
      read(
        true,
        result("Hi there. You", [word("hi", 0, 0), word("there", 300, 0), word("you", 700, 1)]),
        result("and me then", [word("and", 1000, 1), word("me", 2500, 1), word("then", 2800, 0)]),
      ),
    ).toEqual([
      ["Hi there.", "0", 0],
      ["You", "1", 700],
      ["and", "1", 1000],
      ["me", "1", 2500],
      ["then", "0", 2800],
    ]);
  });

  it("with tags of 0 only name nobody: it may be the first speaker, or none", () => {
    expect(read(true, result("Hi.", [word("hi", 0)]))).toEqual([["Hi.", null, 0]]);
    expect(
      read(false, result("Hi. You.", [word("hi", 0, 1), word("you", 300, 2)])).map(
        ([, speaker]) => speaker,
      ),
    ).toEqual([null, null]);
  });

  it("take values that are no probabilities for none", () => {
    expect(
      heardFromRiva(
        [
          {
            alternatives: [
              {
                transcript: "hi",
                confidence: 0,
                words: [{ ...word("hi", 0), confidence: -0.3 }],
                language_code: [],
              },
            ],
          },
        ],
        chunk,
        { wantsSpeakers: false },
      ).cues[0]?.confidence,
    ).toBeNull();
  });
});
