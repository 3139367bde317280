import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "podcast-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("podcast JSON", () => {
  it("has words that are joined, or sentences that are not", () => {
    const word = (body: string, startTime: number, speaker = "Ada") => ({
      speaker,
      startTime,
      endTime: startTime + 0.4,
      body,
    });
    expect(
      rows({
        version: "1.0.0",
        segments: [
          word("The", 0.5),
          word("harbour", 1),
          word("closed.", 1.5),
          word("Yes.", 2, "Ben"),
        ],
      }),
    ).toEqual([
      [500, 1900, "Ada", "The harbour closed."],
      [2000, 2400, "Ben", "Yes."],
    ]);
    const file = {
      version: "1.0.0",
      segments: [{ startTime: 1, endTime: 2, body: "The harbour closed." }],
    };
    expect(rows(file)).toEqual([[1000, 2000, null, "The harbour closed."]]);
    expect(parseCaptions(bytes(JSON.stringify(file)), "rev-json").format).toBe("podcast-json");
  });
});
