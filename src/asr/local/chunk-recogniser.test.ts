import { describe, expect, it } from "vitest";
import type { AudioChunk } from "../audio/speech-chunker.ts";
import { toWhisper } from "../remote/languages.ts";
import {
  type LoadedModels,
  mainLanguage,
  NO_LANGUAGE,
  recogniseChunk,
} from "./chunk-recogniser.ts";
import { conclude } from "./conclude.ts";
import { toCue } from "./cues.ts";
import { classifyTranscript } from "./plausibility.ts";
import type { Whisper } from "./whisper/model.ts";

const { signal } = new AbortController();
const CHUNK: AudioChunk = {
  startSample: 0,
  samples: new Float32Array(48_000),
  voiced: Array.from({ length: 94 }, () => 0.9),
};

/** Recognisers that answer what a test wants; which of them wrote tells the text. */
function models(confidence: number, language: string, probability = 0.9): LoadedModels {
  const languages = new Map([
    [language, probability],
    ["fi", 1 - probability],
  ]);
  const whisper = {
    encode: async () => ({ seconds: 3, keys: undefined, values: undefined }),
    begin: async () => ({ languages, noSpeech: 0 }),
    decode: async () => ({
      tokens: [0],
      probabilities: [0.9],
      attention: {
        heads: 1,
        positions: 150,
        rows: Array.from({ length: 5 }, () => new Float32Array(150).fill(0.1)),
      },
      isLoop: false,
    }),
    release: async () => {},
  } as unknown as Whisper;
  return {
    moonshine: {
      decode: async () => ({ tokens: [1], probabilities: [confidence] }),
      release: async () => {},
    },
    pieceOf: () => "▁moonshine",
    whisper: { model: whisper, vocabulary: [Buffer.from("whisper")] },
  };
}
const textBy = async (
  loaded: LoadedModels,
  current: string | null,
  said?: string,
): Promise<string> => {
  const state = { ...NO_LANGUAGE, current };
  const { words, languages } = await recogniseChunk(loaded, CHUNK, state, said, signal);
  return `${words.map(({ text }) => text).join(" ")} ${languages.current}`;
};

describe("a chunk of speech", () => {
  it("in English is Moonshine's, in another language Whisper's", async () => {
    expect(await textBy(models(0.9, "en"), null)).toBe("moonshine en");
    expect(await textBy(models(0.4, "de"), null)).toBe("whisper de");
    expect(await textBy(models(0.9, "en"), "de")).toBe("moonshine en");
  });

  it("of a file that was English so far is asked for its language only when it is unclear", async () => {
    expect(await textBy(models(0.9, "de"), "en")).toBe("moonshine en");
    expect(await textBy(models(0.4, "de"), "en")).toBe("whisper de");
    // Whisper's .9 against .4, and against what is clear enough.
    expect(await textBy(models(0.4, "en"), "en")).toBe("whisper en");
    expect(await textBy(models(0.8, "en"), null)).toBe("moonshine en");
  });

  it("changes the language only when that is likely", async () => {
    expect(await textBy(models(0.4, "de", 0.6), "en")).toBe("whisper en");
    expect(await textBy(models(0.4, "fr", 0.6), "de")).toBe("whisper de");
  });

  it("is in the language that the user named, by Whisper's code for it", async () => {
    expect(await textBy(models(0.4, "de"), null, "en-GB")).toBe("moonshine en");
    expect(await textBy(models(0.9, "en"), null, "nb-NO")).toBe("whisper no");
    expect(["fil", "jv", "cmn", "de-AT", "yue", "tlh"].map(toWhisper)).toEqual([
      "tl",
      "jw",
      "zh",
      "de",
      null,
      null,
    ]);
  });

  it("in another language than English is nobody's without Whisper", async () => {
    const without = { ...models(0.9, "de"), whisper: null };
    expect(await textBy(without, null, "de")).toBe(" null");
  });
});

describe("a file", () => {
  const cue = (confidence: number, count = 10) =>
    toCue(
      Array.from({ length: count }, (_, i) => ({
        text: "word",
        startMs: i * 300,
        endMs: i * 300 + 200,
        confidence,
      })),
      0,
      10_000,
    );
  const judge = (confidence: number, said?: string): string => {
    const { language, warning, isKept } = classifyTranscript(
      [cue(confidence)].flatMap((one) => (one ? [one] : [])),
      4000,
      said,
    );
    return `${language} ${isKept} ${/English/.test(warning ?? "")} ${/models pull/.test(warning ?? "")}`;
  };

  it("is not called another language for being hard to hear", () => {
    expect(judge(0.9)).toBe("en true false false");
    expect(judge(0.65)).toBe("en true true false");
    expect(judge(0.55)).toBe("und true true true");
    expect(judge(0.4, "en")).toBe("en true false false");
  });

  it("that can't be English is not indexed, and says what mends it", () => {
    expect(judge(0.4)).toBe("und false true true");
    expect(judge(0.9, "de")).toBe("und false true true");
    const { cues, warning } = conclude(
      { whisper: null },
      [cue(0.3)].flatMap((one) => one ?? []),
      {
        voicedMs: 4000,
        languages: NO_LANGUAGE,
        said: "de",
      },
    );
    expect([cues, /German/.test(warning ?? "")]).toEqual([[], true]);
  });

  it("is in the language of most of its speech", () => {
    expect(mainLanguage({ current: "en", spokenMs: { en: 1000, jw: 3000 } })).toBe("jv");
    expect(mainLanguage(NO_LANGUAGE)).toBe("und");
  });

  it("has its cues in order and inside the audio", () => {
    const words = [
      { text: "a", startMs: 100, endMs: 900, confidence: 1 },
      { text: "b", startMs: 800, endMs: 5000, confidence: 0.5 },
    ];
    expect(toCue(words, 300, 2000)).toMatchObject({
      startMs: 300,
      endMs: 2000,
      confidence: 0.75,
      words: [
        { startMs: 300, endMs: 900 },
        { startMs: 900, endMs: 2000 },
      ],
    });
    expect(toCue([], 0, 1)).toBeNull();
  });
});
