import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "rev-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("Rev JSON", () => {
  it("has monologues of elements, with names of speakers", () => {
    const word = (value: string, ts: number) => ({
      type: "text",
      value,
      ts,
      end_ts: ts + 0.5,
      confidence: 0.9,
    });
    const file = {
      speakers: [{ id: 0, name: "Ada Moreau" }],
      monologues: [
        {
          speaker: 0,
          elements: [
            word("Hello", 0.5),
            { type: "punct", value: "," },
            { type: "punct", value: " " },
            word("you", 1),
            { type: "punct", value: "." },
          ],
        },
        { speaker: 1, elements: [word("Hi", 2)] },
      ],
    };
    expect(rows(file)).toEqual([
      [500, 1500, "Ada Moreau", "Hello, you."],
      [2000, 2500, "Speaker 2", "Hi"],
    ]);
    expect(read(file).cues[0]?.words).toHaveLength(2);
    expect(parseCaptions(bytes(JSON.stringify(file)), "whisper-json").format).toBe("rev-json");
  });
});
