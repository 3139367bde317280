import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "azure-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("Azure JSON", () => {
  it("of batches has ticks, speakers and words", () => {
    const phrase = {
      channel: 0,
      speaker: 2,
      offsetInTicks: 5_000_000,
      durationInTicks: 10_000_000,
      nBest: [
        {
          confidence: 0.8,
          display: "Lights out.",
          displayWords: [
            { displayText: "Lights", offsetInTicks: 5_000_000, durationInTicks: 4_000_000 },
            { displayText: "out.", offsetInTicks: 9_000_000, durationInTicks: 6_000_000 },
          ],
        },
      ],
      locale: "en-GB",
    };
    const file = {
      combinedRecognizedPhrases: [],
      durationInTicks: 90_000_000,
      recognizedPhrases: [phrase],
    };
    expect(rows(file)).toEqual([[500, 1500, "Speaker 2", "Lights out."]]);
    expect(read(file)).toMatchObject({ language: "en-GB", durationMs: 9000, format: "azure-json" });
    expect(read(file).cues[0]?.words).toHaveLength(2);
  });

  it("of fast transcription has milliseconds, and channels", () => {
    const phrase = (channel: number, text: string, offsetMilliseconds: number) => ({
      channel,
      text,
      offsetMilliseconds,
      durationMilliseconds: 500,
      locale: "de-DE",
    });
    expect(
      rows({ combinedPhrases: [], phrases: [phrase(0, "Ja.", 0), phrase(1, "Nein.", 600)] }),
    ).toEqual([
      [0, 500, "Channel 1", "Ja."],
      [600, 1100, "Channel 2", "Nein."],
    ]);
  });
});
