import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("Whisper TSV", () => {
  it("has milliseconds and text, perhaps speakers", () => {
    expect(
      cues("start\tend\ttext\n0\t2500\tThe harbour lights\n2500\t4000\tare out.\n", "whisper-tsv"),
    ).toEqual([
      [0, 2500, null, "The harbour lights"],
      [2500, 4000, null, "are out."],
    ]);
    expect(cues("start\tend\tspeaker\ttext\n0\t2500\tAda\tYes.\n", "srt")).toEqual([
      [0, 2500, "Ada", "Yes."],
    ]);
    expect(
      parseCaptions(bytes("start\tend\ttext\n0\t2\tx\nbad\trow\n"), "whisper-tsv").warnings,
    ).toEqual([expect.stringMatching(/line 3/)]);
  });
});
