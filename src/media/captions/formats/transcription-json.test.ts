import { describe, expect, it } from "vitest";
import { bytes, said } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("NAME.transcription.json", () => {
  const json = (transcription: unknown): string => JSON.stringify({ status: "ok", transcription });

  it("keeps segments, words, confidence, language and length", () => {
    const parsed = parseCaptions(
      bytes(
        json({
          language: "en",
          duration_seconds: 12.5,
          segments: [
            {
              start: 1,
              end: 2.5,
              text: " Hello there.",
              avg_logprob: -0.1,
              words: [
                { word: " Hello", start: 1, end: 1.5, probability: 0.9 },
                { word: " there.", start: 1.5, end: 2.5, probability: 0.7 },
              ],
            },
            { start: 3, end: 4, text: "No words.", avg_logprob: -0.5 },
          ],
        }),
      ),
      "transcription-json",
    );
    expect(parsed).toMatchObject({ language: "en", durationMs: 12_500 });
    expect(parsed.cues[0]).toEqual({
      startMs: 1000,
      endMs: 2500,
      text: "Hello there.",
      speaker: null,
      confidence: 0.8,
      words: [
        { text: "Hello", startMs: 1000, endMs: 1500, confidence: 0.9 },
        { text: "there.", startMs: 1500, endMs: 2500, confidence: 0.7 },
      ],
    });
    expect(parsed.cues[1]?.confidence).toBeCloseTo(Math.exp(-0.5));
  });

  it("keeps the words of the text when a name is taken off it, and drops probabilities and times that can't be", () => {
    const words = [
      { word: " ANNA:", start: 1, end: 1.2, probability: 0.5 },
      { word: " Hello", start: 1.2, end: 2, probability: 7 },
    ];
    const parsed = parseCaptions(
      bytes(
        json({
          language: "English",
          duration_seconds: 1e300,
          segments: [
            { start: 1, end: 2, text: " ANNA: Hello", words },
            { start: 1e300, end: 1e300, text: "x" },
          ],
        }),
      ),
      "transcription-json",
    );
    expect(parsed).toMatchObject({ language: "en", durationMs: null });
    expect(parsed.cues).toEqual([
      {
        startMs: 1000,
        endMs: 2000,
        text: "Hello",
        speaker: "ANNA",
        confidence: 0.5,
        words: [{ text: "Hello", startMs: 1200, endMs: 2000, confidence: null }],
      },
    ]);
  });

  it("may hold separators that JSON allows", () => {
    expect(
      said(json({ segments: [{ start: 1, end: 2, text: "a\u2028b" }] }), "transcription-json"),
    ).toEqual(["a b"]);
  });

  it("passes over segments that are none, and refuses what is no transcription", () => {
    expect(
      said(
        json({
          segments: [
            null,
            { start: "1" },
            { start: 1, end: 2, text: "ok" },
            { start: -1, end: 2, text: "no" },
          ],
        }),
        "transcription-json",
      ),
    ).toEqual(["ok"]);
    for (const text of ["{", "[]", "{}", json({}), json({ segments: [7, { a: 1 }] })])
      expect(() => parseCaptions(bytes(text), "transcription-json")).toThrow(
        /no captions could be read/,
      );
  });
});
