import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("what Whisper prints", () => {
  it("has times in brackets, and notes before", () => {
    const text =
      "Detecting language...\nDetected language: English\n[00:00.000 --> 00:02.500]  The harbour\nlights\n[01:00:00.000 --> 01:00:01.000]  [SPEAKER_01]: are out.\n";
    expect(cues(text, "whisper-txt")).toEqual([
      [0, 2500, null, "The harbour lights"],
      [3_600_000, 3_601_000, "SPEAKER_01", "are out."],
    ]);
    expect(parseCaptions(bytes("[00:00:00.000 --> 00:00:02.500]   x\n"), "srt").format).toBe(
      "whisper-txt",
    );
  });
});
