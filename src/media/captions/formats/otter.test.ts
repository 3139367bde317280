import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("Otter", () => {
  it("has speakers with times above their paragraphs", () => {
    const text =
      "Ada Moreau  0:01\nThe harbour lights\nare out.\n\nUnknown Speaker  1:00:03\nCall the boat.\n\nTranscribed by https://otter.ai\n";
    expect(cues(text, "otter")).toEqual([
      [1000, 3_603_000, "Ada Moreau", "The harbour lights are out."],
      [3_603_000, 3_607_000, "Unknown Speaker", "Call the boat."],
    ]);
    expect(parseCaptions(bytes(text), "srt").format).toBe("otter");
  });
});
