import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("SBV", () => {
  it("has two times on a line, and text until a blank line", () => {
    const text =
      "0:00:01.000,0:00:03.000\nThe harbour\nlights\n\n0:59:59.500,1:00:01.000\n>> are out.\n";
    expect(cues(text, "sbv")).toEqual([
      [1000, 3000, null, "The harbour lights"],
      [3_599_500, 3_601_000, null, "are out."],
    ]);
    expect(parseCaptions(bytes(text), "srt").format).toBe("sbv");
  });
});
