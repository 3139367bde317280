import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "deepgram-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("Deepgram JSON", () => {
  const word = (one: string, start: number, more: object = {}) => ({
    word: one.toLowerCase(),
    punctuated_word: one,
    start,
    end: start + 0.4,
    confidence: 0.9,
    ...more,
  });

  it("has words with speakers", () => {
    const file = {
      metadata: { duration: 9 },
      results: {
        channels: [
          {
            detected_language: "de",
            alternatives: [
              {
                transcript: "x",
                words: [
                  word("Guten", 0.5, { speaker: 0 }),
                  word("Tag.", 1, { speaker: 0 }),
                  word("Ja.", 2, { speaker: 1 }),
                ],
              },
            ],
          },
        ],
      },
    };
    expect(rows(file)).toEqual([
      [500, 1400, "Speaker 1", "Guten Tag."],
      [2000, 2400, "Speaker 2", "Ja."],
    ]);
    expect(read(file)).toMatchObject({ language: "de", durationMs: 9000, format: "deepgram-json" });
  });

  it("names a speaker for each of several channels", () => {
    const file = {
      results: {
        channels: [
          { alternatives: [{ words: [word("Hello.", 0)] }] },
          { alternatives: [{ words: [word("Hi.", 1)] }] },
        ],
      },
    };
    expect(rows(file)).toEqual([
      [0, 400, "Channel 1", "Hello."],
      [1000, 1400, "Channel 2", "Hi."],
    ]);
  });
});
