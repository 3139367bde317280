import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "whisper-cpp-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("whisper.cpp JSON", () => {
  it("joins tokens to words and leaves marks out", () => {
    const token = (text: string, from: number, to: number, p = 0.5) => ({
      text,
      offsets: { from, to },
      p,
    });
    const file = {
      systeminfo: "x",
      result: { language: "en" },
      transcription: [
        {
          timestamps: { from: "00:00:01,000", to: "00:00:03,000" },
          offsets: { from: 1000, to: 3000 },
          text: " Harbour lights.",
          tokens: [
            token("[_BEG_]", 1000, 1000),
            token(" Har", 1000, 1200),
            token("bour", 1200, 1500),
            token(" lights", 1600, 2400),
            token(".", 2400, 2500),
          ],
        },
      ],
    };
    expect(rows(file)).toEqual([[1000, 3000, null, "Harbour lights."]]);
    expect(read(file).cues[0]?.words).toMatchObject([
      { text: "Harbour", startMs: 1000, endMs: 1500 },
      { text: "lights.", startMs: 1600, endMs: 2500 },
    ]);
    expect([read(file).language, read(file).format]).toEqual(["en", "whisper-cpp-json"]);
  });
});
