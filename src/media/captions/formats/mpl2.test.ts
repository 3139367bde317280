import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("MPL2", () => {
  it("counts tenths of a second", () => {
    expect(cues("[10][30]The harbour|/lights\n[45][]are out.\n", "mpl2")).toEqual([
      [1000, 3000, null, "The harbour lights"],
      [4500, 8500, null, "are out."],
    ]);
    expect(parseCaptions(bytes("[10][30]x\n"), "srt").format).toBe("mpl2");
  });
});
