import { describe, expect, it } from "vitest";
import type { Cue } from "../../types.ts";
import type { RecognizerResult } from "./module.ts";
import { hearWhisper } from "./open.ts";
import { fromLetters, toLetteredTokens, whisperCode, withoutRepeats } from "./whisper.ts";

describe("Whisper by sherpa-onnx", () => {
  /** What a text looks like that came out of lettered tokens. */
  const lettered = (text: string): string => {
    const token = Buffer.from(text).toString("base64");
    const [encoded = ""] = toLetteredTokens(`${token} 0`).split(" ");
    return Buffer.from(encoded, "base64").toString();
  };
  /** Answers in order, and keeps how much audio it was asked about. */
  const answering = (...answers: readonly RecognizerResult[]) => {
    const asked: number[] = [];
    return {
      asked,
      createStream: () => ({
        acceptWaveform: ({ samples }: { readonly samples: Float32Array }) =>
          void asked.push(samples.length / 16_000),
      }),
      decode: () => {},
      getResult: () => answers[asked.length - 1] as RecognizerResult,
    };
  };
  const chunk = { startSample: 0, samples: new Float32Array(20 * 16_000), voiced: [] };

  it("is asked again from where it ended early, until nothing is left", () => {
    const recognizer = answering(
      { text: "one", segment_timestamps: [0, 4], segment_durations: [4, 5] },
      { text: "two", segment_timestamps: [0], segment_durations: [10.5] },
    );
    const { cues, notes } = hearWhisper(recognizer, chunk);
    expect(recognizer.asked).toEqual([20, 11]);
    expect(cues.map(({ startMs, endMs, text }) => [startMs, endMs, text])).toEqual([
      [0, 9000, "one"],
      [9000, 20_000, "two"],
    ]);
    expect(notes).toEqual([]);
  });

  it("is not asked for ever", () => {
    const stuck = { text: "so", segment_timestamps: [0], segment_durations: [0.6] };
    const recognizer = answering(...Array.from({ length: 20 }, () => stuck));
    hearWhisper(recognizer, chunk);
    expect(recognizer.asked).toHaveLength(8);
  });

  it("loses no letter that its tokens split, and keeps their times", () => {
    const tokens = toLetteredTokens(
      ["客", "観", " so"]
        .map((text, i) => `${Buffer.from(text).toString("base64")} ${i}\n`)
        .join(""),
    );
    expect(tokens.split("\n")).toHaveLength(4);
    const [first, second] = [lettered("客"), lettered("観")];
    const result = fromLetters({
      text: `${first}${second}${lettered(" so")}`,
      tokens: [first, second.slice(0, 2), second.slice(2), lettered(" so")],
      timestamps: [0, 0.5, 0.7, 1],
      durations: [0.5, 0.2, 0.3, 0.4],
    });
    expect(result).toMatchObject({
      text: "客観 so",
      tokens: ["客", "観", " so"],
      timestamps: [0, 0.5, 1],
    });
    expect(result.durations?.[1]).toBeCloseTo(0.5);
  });

  it("is told languages by its own codes, and never one that it does not know", () => {
    const model = (name: string) => ({
      name,
      family: "whisper" as const,
      files: { encoder: "/x/base-encoder.onnx" },
      tokens: "",
      digest: "",
    });
    const base = model("sherpa-onnx-whisper-base");
    expect(
      [undefined, "de-AT", "nb", "fil", "jv", "tlh", "yue"].map((one) => whisperCode(base, one)),
    ).toEqual(["", "de", "no", "tl", "jw", null, null]);
    expect(whisperCode(model("sherpa-onnx-whisper-large-v3"), "yue-HK")).toBe("yue");
    expect(whisperCode(model("sherpa-onnx-whisper-tiny.en"), "de")).toBeNull();
    expect(whisperCode(model("sherpa-onnx-whisper-tiny.en"), "en-GB")).toBe("en");
  });

  it("that repeats itself is cut, and speech that does is not", () => {
    const cue = (text: string): Cue => ({
      startMs: 0,
      endMs: 20_000,
      text,
      speaker: null,
      confidence: null,
      words: null,
    });
    const loop = withoutRepeats(cue(`the sands are ${"white and ".repeat(30)}white`));
    expect(loop.isCut).toBe(true);
    expect(loop.cue.text.split(" ").length).toBeLessThan(20);
    const speech = cue("no no no I said never never again");
    expect(withoutRepeats(speech)).toEqual({ cue: speech, isCut: false });
  });
});
