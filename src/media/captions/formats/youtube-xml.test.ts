import { describe, expect, it } from "vitest";
import { bytes, cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("YouTube's XML", () => {
  it("of version 1 has seconds, and escapes twice", () => {
    const text =
      '<?xml version="1.0" encoding="utf-8" ?><transcript><text start="1.5" dur="2">It&amp;#39;s the harbour</text><text start="4" dur="1.25">yes</text></transcript>';
    expect(cues(text, "youtube-xml")).toEqual([
      [1500, 3500, null, "It's the harbour"],
      [4000, 5250, null, "yes"],
    ]);
  });

  it("of version 2 and 3 has milliseconds, and in 3 words with their times", () => {
    expect(cues('<timedtext><text t="1000" d="500">one</text></timedtext>', "youtube-xml")).toEqual(
      [[1000, 1500, null, "one"]],
    );
    const text =
      '<timedtext format="3"><body><w t="0" id="1"/><p t="1000" d="2000" w="1"><s ac="255">the</s><s t="300" ac="51"> harbour</s></p><p t="2990" d="10" w="1" a="1">\n</p></body></timedtext>';
    const { cues: parsed, format } = parseCaptions(bytes(text), "srt");
    expect(format).toBe("youtube-xml");
    expect(parsed).toEqual([
      {
        startMs: 1000,
        endMs: 3000,
        text: "the harbour",
        speaker: null,
        confidence: null,
        words: [
          { text: "the", startMs: 1000, endMs: 1300, confidence: 1 },
          { text: "harbour", startMs: 1300, endMs: 3000, confidence: 0.2 },
        ],
      },
    ]);
  });
});
