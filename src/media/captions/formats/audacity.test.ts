import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("Audacity labels", () => {
  it("have start and end in seconds, and perhaps frequencies", () => {
    const text = "1.000000\t3.000000\tThe harbour lights\n\\\t100.0\t200.0\n3,5\t4,25\tare out.\n";
    expect(cues(text, "audacity")).toEqual([
      [1000, 3000, null, "The harbour lights"],
      [3500, 4250, null, "are out."],
    ]);
    expect(parseCaptions(bytes("1.0\t2.0\tx\n"), "srt").format).toBe("audacity");
  });
});
