import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("LRC", () => {
  it("has stamps before lines, several where a line comes again, and an offset", () => {
    const text =
      "[ti:Harbour]\n[la:en]\n[offset:+500]\n[00:01.50][00:10.5]The lights are out.\n[00:03.500]Call the boat.\n[00:05.00]\n";
    expect(cues(text, "lrc")).toEqual([
      [1000, 3000, null, "The lights are out."],
      [3000, 4500, null, "Call the boat."],
      [10_000, 14_000, null, "The lights are out."],
    ]);
    expect(parseCaptions(bytes(text), "lrc").language).toBe("en");
  });

  it("keeps the times of words where it has them", () => {
    const { cues: parsed } = parseCaptions(
      bytes("[00:01.00]<00:01.00>The <00:01.40>lights <00:02.00>\n"),
      "lrc",
    );
    expect(parsed[0]).toMatchObject({
      text: "The lights",
      words: [
        { text: "The", startMs: 1000, endMs: 1400 },
        { text: "lights", startMs: 1400, endMs: 2000 },
      ],
    });
  });
});
