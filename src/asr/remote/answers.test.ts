import { describe, expect, it } from "vitest";
import type { AudioChunk } from "../audio/speech-chunker.ts";
import { align } from "./align.ts";
import { heardFromJson } from "./json-answer.ts";
import { toIso, toTag, WHISPER_LANGUAGES } from "./languages.ts";
import { errorBody, quote, retryAfter } from "../../remote/refusals.ts";
import { normalizeCues } from "./tidy.ts";

/** Ten seconds, speech from second 1 to 9. */
const chunk: AudioChunk = {
  startSample: 0,
  samples: new Float32Array(160_000),
  voiced: Array.from({ length: 312 }, (_, i) => (i >= 31 && i < 281 ? 0.9 : 0.1)),
};
const heard = (value: unknown) => {
  const answer = heardFromJson(value, chunk, { wantsWords: true });
  if (typeof answer === "string") throw new Error(answer);
  return answer;
};
const word = (text: string, startMs: number, endMs: number) => ({
  text,
  startMs,
  endMs,
  confidence: null,
});

describe("a recogniser's JSON", () => {
  it("of OpenAI: words beside the segments belong to the segment that they lie in, and get its spelling", () => {
    const { cues, timing, language } = heard({
      language: "english",
      text: "Hi. It's 25!",
      segments: [
        { start: 0, end: 1, text: " Hi.", avg_logprob: -0.2 },
        { start: 1, end: 3, text: " It's 25!" },
      ],
      words: [
        { word: "Hi", start: 0.1, end: 0.5 },
        { word: "it's", start: 1.1, end: 1.4 },
        { word: "twenty", start: 1.5, end: 1.9 },
        { word: "five", start: 2, end: 2.4 },
      ],
    });
    expect([timing, language]).toEqual(["word", "en"]);
    expect(
      cues.map(({ text, startMs, endMs, words }) => [
        text,
        startMs,
        endMs,
        words?.map((one) => [one.text, one.startMs, one.endMs]),
      ]),
    ).toEqual([
      ["Hi.", 100, 500, [["Hi.", 100, 500]]],
      [
        "It's 25!",
        1100,
        2400,
        [
          ["It's", 1100, 1400],
          ["25!", 1500, 2400],
        ],
      ],
    ]);
    expect(cues[0]?.confidence).toBeCloseTo(Math.exp(-0.2));
  });

  it("of whisper.cpp: tokens become words, silence nothing", () => {
    const { cues } = heard({
      language: "german",
      segments: [
        {
          start: 0.3,
          end: 2,
          text: " And so\n",
          avg_logprob: null,
          words: [
            { word: " An", start: 0.32, end: 0.37, probability: 0.9 },
            { word: "d", start: 0.37, end: 0.4, probability: 0.6 },
            { word: " so", start: 0.5, end: 0.8, probability: 1 },
          ],
        },
        { start: 2, end: 5, text: " [BLANK_AUDIO]", words: [] },
      ],
    });
    expect(cues).toHaveLength(1);
    expect(cues[0]).toMatchObject({
      text: "And so",
      startMs: 320,
      endMs: 800,
      words: [
        { text: "And", startMs: 320, endMs: 400, confidence: 0.6 },
        { text: "so", confidence: 1 },
      ],
    });
  });

  it("of whisper.cpp -oj: milliseconds", () => {
    const { cues, language } = heard({
      result: { language: "de" },
      transcription: [{ timestamps: {}, offsets: { from: 0, to: 2800 }, text: " Guten Tag." }],
    });
    expect([cues[0]?.startMs, cues[0]?.endMs, cues[0]?.text, language]).toEqual([
      0,
      2800,
      "Guten Tag.",
      "de",
    ]);
  });

  it("of whisperX: words without times join their neighbours, a change of speaker parts a segment", () => {
    const { cues } = heard({
      language: "en",
      segments: [
        {
          start: 0,
          end: 4,
          text: "In 1999 we met. Yes.",
          words: [
            { word: "In", start: 0.1, end: 0.3, score: 0.9, speaker: "SPEAKER_00" },
            { word: "1999" },
            { word: "we", start: 1, end: 1.2, score: 0.8, speaker: "SPEAKER_00" },
            { word: "met.", start: 1.3, end: 1.6, score: 0.7, speaker: "SPEAKER_00" },
            { word: "Yes.", start: 3, end: 3.4, score: 0.9, speaker: "SPEAKER_01" },
          ],
        },
      ],
    });
    expect(cues.map(({ speaker, startMs, endMs }) => [speaker, startMs, endMs])).toEqual([
      ["SPEAKER_00", 100, 1600],
      ["SPEAKER_01", 3000, 3400],
    ]);
    expect(
      heard({
        segments: [
          {
            start: 0,
            end: 2,
            text: "In 1999 we",
            words: [
              { word: "In", start: 0.1, end: 0.3 },
              { word: "1999" },
              { word: "we", start: 1, end: 1.2 },
            ],
          },
        ],
      }).cues[0]?.words,
    ).toMatchObject([
      { text: "In 1999", startMs: 100, endMs: 300 },
      { text: "we", startMs: 1000 },
    ]);
  });

  it("of our own shape, as an object or a bare list; without segments, the time of the speech in the piece", () => {
    expect(heard([{ startMs: 5, endMs: 900, text: "a b", speaker: "Ada" }]).cues[0]).toMatchObject({
      startMs: 5,
      endMs: 900,
      speaker: "Ada",
      words: null,
    });
    expect(heard({ text: "only text" })).toMatchObject({
      timing: "window",
      cues: [{ text: "only text", startMs: 31 * 32, endMs: 281 * 32 }],
    });
    expect(heard({ text: "", segments: [] })).toMatchObject({ cues: [] });
  });

  it("of no such shape is refused with the reason, never guessed at", () => {
    expect(heardFromJson({ result: "fine" }, chunk, { wantsWords: true })).toMatch(
      /neither segments nor text/,
    );
    expect(
      heardFromJson({ segments: [{ text: "no times" }] }, chunk, { wantsWords: true }),
    ).toMatch(/without start and end/);
    expect(
      heardFromJson({ segments: [{ text: "bad", start: Number.NaN, end: 1 }] }, chunk, {
        wantsWords: true,
      }),
    ).toMatch(/without start and end/);
  });
});

describe("more words than anybody says", () => {
  const words = Array.from({ length: 60_000 }, (_, i) => ({ word: `w${i % 7}`, start: 0, end: 1 }));
  const text = words.map(({ word }) => word.toUpperCase()).join(" ");
  const segment = { start: 0, end: 1, text };

  it("are refused with their number, wherever the answer has them", () => {
    for (const answer of [
      { segments: [segment], words },
      { segments: [{ ...segment, words }] },
      { segments: words.map(() => segment) },
    ])
      expect(heardFromJson(answer, chunk, { wantsWords: true })).toMatch(
        /^60000 segments or words for [\d.]+ s of audio$/,
      );
  });

  it("are aligned as one, without a table of all pairs", () => {
    const timed = words.map(({ word, start, end }, i) => ({
      text: i % 2 ? word : "other",
      startMs: start,
      endMs: end + i,
      confidence: null,
    }));
    const before = process.memoryUsage().arrayBuffers;
    expect(align(`${text} end`, timed)).toMatchObject([{ startMs: 0, endMs: 60_000 }]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
  });
});

describe("words and text that were given apart", () => {
  it("always spell the text, with times in order", () => {
    for (const [text, timed] of [
      [
        "Well, (hm) that's 3.5 %.",
        [
          word("well", 0, 1),
          word("thats", 2, 3),
          word("three", 4, 5),
          word("point", 5, 6),
          word("five", 6, 7),
          word("percent", 7, 8),
        ],
      ],
      ["a b c", [word("b", 4, 5)]],
      ["x", [word("y", 1, 2)]],
      ["one two", [word("um", 0, 1), word("one", 1, 2), word("two", 2, 3), word("uh", 3, 4)]],
    ] as const) {
      const words = align(text, timed);
      expect(words?.map((one) => one.text).join(" ")).toBe(text);
      expect(words?.map(({ startMs }) => startMs)).toEqual(
        words?.map(({ startMs }) => startMs).toSorted((a, b) => a - b),
      );
    }
    expect(
      align("one two", [word("um", 0, 1), word("one", 1, 2), word("two", 2, 3)])?.map(
        ({ startMs }) => startMs,
      ),
    ).toEqual([1, 2]);
  });

  it("are left untimed when there is nothing to go by", () => {
    expect(align("no times", [])).toBeNull();
  });
});

describe("what servers give", () => {
  it("is put in order inside the piece, and what lies elsewhere is left out and counted", () => {
    const cue = (startMs: number, endMs: number, text = "x") => ({
      startMs,
      endMs,
      text,
      speaker: null,
      confidence: null,
      words: null,
    });
    expect(
      normalizeCues(
        [
          cue(500, 12_000),
          cue(0, 600),
          cue(-200, 10),
          cue(60_000, 61_000),
          cue(5, 2),
          cue(Number.NaN, 1),
          cue(1, 2, " "),
        ],
        10_000,
      ),
    ).toEqual({
      outside: 3,
      cues: [cue(0, 10), cue(10, 600), cue(600, 10_000)],
    });
  });

  it("names languages by code or in English; all of Whisper's are known by their codes", () => {
    expect(
      [
        "english",
        "en-US",
        "EN_us",
        "haitian creole",
        "jw",
        "auto",
        "",
        null,
        "no language at all",
      ].map(toTag),
    ).toEqual(["en", "en-US", "en-US", "ht", "jv", null, null, null, null]);
    expect(WHISPER_LANGUAGES).toHaveLength(100);
    for (const code of WHISPER_LANGUAGES) expect(toTag(code), code).not.toBeNull();
    expect(["pt-BR", "jv", "zh-Hant"].map(toIso)).toEqual(["pt", "jw", "zh"]);
  });

  it("says when to come again in seconds or by a date", () => {
    const now = Date.parse("2026-11-25T00:00:00Z");
    expect(
      ["2", "0.5", "Wed, 25 Nov 2026 00:01:00 GMT", "soon", "", undefined].map((value) =>
        retryAfter(value, now),
      ),
    ).toEqual([2000, 500, 60_000, undefined, undefined, undefined]);
  });

  it("is quoted in one short line, without keys that it repeats", () => {
    expect(quote("Incorrect key\n sk-1234567 given", ["sk-1234567", undefined])).toBe(
      "Incorrect key … given",
    );
    expect(quote("x".repeat(1000), []).length).toBe(301);
    for (const text of [
      '{"error":{"message":"why"}}',
      '{"error":"why"}',
      '{"detail":"why"}',
      "why",
      "<b>why</b>",
    ])
      expect(errorBody(text).message.trim(), text).toBe("why");
  });
});
