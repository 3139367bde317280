import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "google-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("Google JSON", () => {
  const word = (one: string, start: string, end: string, more: object = {}) => ({
    word: one,
    startTime: start,
    endTime: end,
    ...more,
  });

  it("has results with words, in both versions", () => {
    const file = {
      results: [
        {
          alternatives: [
            {
              transcript: "Lights out.",
              confidence: 0.9,
              words: [word("Lights", "0.500s", "0.900s"), word("out.", "0.900s", "1.500s")],
            },
          ],
          languageCode: "en-us",
        },
      ],
    };
    expect(rows(file)).toEqual([[500, 1500, null, "Lights out."]]);
    expect(read(file)).toMatchObject({ language: "en-US", format: "google-json" });
    const second = {
      results: [
        {
          alternatives: [
            {
              transcript: "Yes.",
              words: [{ word: "Yes.", endOffset: "0.400s", speakerLabel: "1" }],
            },
          ],
        },
      ],
    };
    expect(rows(second)).toEqual([[0, 400, "Speaker 1", "Yes."]]);
  });

  it("that says all words once more with speakers is read once", () => {
    const plain = {
      alternatives: [
        {
          transcript: "Lights out.",
          words: [word("Lights", "0.5s", "0.9s"), word("out.", "0.9s", "1.5s")],
        },
      ],
    };
    const last = {
      alternatives: [
        {
          words: [
            word("Lights", "0.5s", "0.9s", { speakerTag: 1 }),
            word("out.", "0.9s", "1.5s", { speakerTag: 2 }),
          ],
        },
      ],
    };
    expect(rows({ results: [plain, last] })).toEqual([
      [500, 900, "Speaker 1", "Lights"],
      [900, 1500, "Speaker 2", "out."],
    ]);
  });

  it("without words lies between the ends of results", () => {
    const result = (transcript: string, resultEndTime: string) => ({
      alternatives: [{ transcript }],
      resultEndTime,
    });
    expect(rows({ results: [result("One.", "2.5s"), result("Two.", "4s")] })).toEqual([
      [0, 2500, null, "One."],
      [2500, 4000, null, "Two."],
    ]);
  });
});
