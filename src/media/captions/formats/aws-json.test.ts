import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "aws-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("Amazon Transcribe JSON", () => {
  const item = (content: string, start: string, more: object = {}) => ({
    type: "pronunciation",
    start_time: start,
    end_time: `${Number(start) + 0.4}`,
    alternatives: [{ confidence: "0.9", content }],
    ...more,
  });
  const mark = (content: string) => ({
    type: "punctuation",
    alternatives: [{ confidence: "0.0", content }],
  });

  it("has items with times as text, and speakers beside or in them", () => {
    const results = {
      transcripts: [{ transcript: "x" }],
      language_code: "en-US",
      items: [
        item("Lights", "0.5"),
        item("out", "1.0"),
        mark("."),
        item("Yes", "2.0", { speaker_label: "spk_1" }),
        mark("."),
      ],
      speaker_labels: {
        segments: [
          {
            items: [
              { start_time: "0.5", speaker_label: "spk_0" },
              { start_time: "1.0", speaker_label: "spk_0" },
            ],
          },
        ],
      },
    };
    const file = { jobName: "x", results };
    expect(rows(file)).toEqual([
      [500, 1400, "spk_0", "Lights out."],
      [2000, 2400, "spk_1", "Yes."],
    ]);
    expect(read(file).cues[0]).toMatchObject({
      confidence: 0.9,
      words: [{ text: "Lights" }, { text: "out." }],
    });
    expect(read(file)).toMatchObject({ language: "en-US", format: "aws-json" });
  });

  it("names a speaker for each channel", () => {
    const channels = [
      { channel_label: "ch_0", items: [item("Hello", "0.0")] },
      { channel_label: "ch_1", items: [item("Hi", "1.0")] },
    ];
    expect(rows({ results: { channel_labels: { channels }, items: [] } })).toEqual([
      [0, 400, "Channel 1", "Hello"],
      [1000, 1400, "Channel 2", "Hi"],
    ]);
  });
});
