import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "assemblyai-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("AssemblyAI JSON", () => {
  it("has utterances of speakers, else words", () => {
    const words = [
      { text: "Lights", start: 500, end: 900, confidence: 0.9, speaker: "A" },
      { text: "out.", start: 900, end: 1500, confidence: 0.7, speaker: "A" },
    ];
    const file = {
      id: "x",
      language_code: "en_us",
      audio_duration: 12,
      utterances: [{ speaker: "A", start: 500, end: 1500, text: "Lights out.", words }],
      words,
    };
    expect(rows(file)).toEqual([[500, 1500, "Speaker A", "Lights out."]]);
    expect(read(file)).toMatchObject({ language: "en-US", durationMs: 12_000 });
    expect(read(file).cues[0]).toMatchObject({
      confidence: 0.8,
      words: [{ startMs: 500 }, { startMs: 900 }],
    });
    expect(rows({ audio_url: "x", utterances: null, words })).toEqual([
      [500, 1500, "Speaker A", "Lights out."],
    ]);
  });
});
