import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("TMPlayer", () => {
  it("says when a line begins; the next or an empty one ends it", () => {
    expect(
      cues("00:00:01:The harbour|lights\n00:00:03:are out.\n00:00:04:\n1:00:00=Yes.\n", "tmplayer"),
    ).toEqual([
      [1000, 3000, null, "The harbour lights"],
      [3000, 4000, null, "are out."],
      [3_600_000, 3_604_000, null, "Yes."],
    ]);
    expect(parseCaptions(bytes("00:00:01:a\n00:00:02:b\n"), "srt").format).toBe("tmplayer");
  });
});
