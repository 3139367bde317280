import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "whisper-json");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("Whisper JSON", () => {
  it("has segments with speakers and words of WhisperX, faster-whisper or OpenAI", () => {
    const segment = (more: object) => ({ start: 0.5, end: 2.5, text: " Hello you.", ...more });
    const file = {
      segments: [
        segment({
          speaker: "SPEAKER_00",
          words: [
            { word: "Hello", start: 0.5, end: 0.9, score: 0.9 },
            { word: "you.", start: 1, end: 2, score: 0.7 },
          ],
        }),
        { start: 3, end: 4, text: " Plain.", avg_logprob: -0.2 },
      ],
      language: "english",
    };
    expect(rows(file)).toEqual([
      [500, 2500, "SPEAKER_00", "Hello you."],
      [3000, 4000, null, "Plain."],
    ]);
    const {
      cues: parsed,
      language,
      format,
    } = parseCaptions(bytes(JSON.stringify(file)), "rev-json");
    expect([language, format]).toEqual(["en", "whisper-json"]);
    expect(parsed[0]?.words?.map(({ startMs, confidence }) => [startMs, confidence])).toEqual([
      [500, 0.9],
      [1000, 0.7],
    ]);
    expect(parsed[1]?.confidence).toBeCloseTo(Math.exp(-0.2));
  });

  it("of WhisperX has words without times, which stand between their neighbours", () => {
    const words = [
      { word: "In", start: 0.5, end: 0.7 },
      { word: "1984" },
      { word: "it", start: 1.5, end: 1.6 },
    ];
    const { cues: parsed } = read({
      segments: [{ start: 0.5, end: 2, text: "In 1984 it", words }],
    });
    expect(parsed[0]?.words?.[1]).toMatchObject({ text: "1984", startMs: 700, endMs: 1500 });
  });

  it("is refused when nothing of it has a time", () => {
    expect(() => read({ text: "x", segments: [{ text: "x" }] })).toThrow(/no segment/);
    expect(() => parseCaptions(bytes('{"segments": ['), "whisper-json")).toThrow(/not valid JSON/);
  });
});
