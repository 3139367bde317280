import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import llama from "llama-tokenizer-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testModels } from "../../../test/helpers/models.ts";
import { tempFolder } from "../../../test/helpers/run.ts";
import {
  engineSettingsOf,
  once,
  transcriberSamples,
} from "../../../test/helpers/transcriber-samples.ts";
import type { Cue } from "../../types.ts";
import { openTranscriber } from "../registry.ts";
import { TRANSCRIBER_CASES, type TranscriberSamples } from "../transcriber.contract.ts";
import type { Transcriber, TranscribeOptions, Transcript } from "../transcriber.ts";
import { readSherpaModel } from "./folder.ts";
import { readSherpaResult } from "./open.ts";
import { withLanguage } from "./with-language.ts";
import { assign, withSpeakers } from "./with-speakers.ts";

/**
 * The recogniser that mediasearch downloads, laid out as sherpa-onnx wants it: real weights by
 * another runtime.
 */
async function moonshineFolder(): Promise<string> {
  const files = await testModels("moonshine-tiny");
  const folder = join(
    mkdtempSync(join(tmpdir(), "mediasearch-test-")),
    "sherpa-onnx-moonshine-tiny-en",
  );
  mkdirSync(folder);
  for (const name of ["encoder_model.onnx", "decoder_model_merged.onnx"])
    copyFileSync(files[name] ?? "", join(folder, name));
  writeFileSync(
    join(folder, "tokens.txt"),
    llama.vocabById
      .map(
        (token: string, id: number) =>
          `${Buffer.from(token.replaceAll("\u2581", " ")).toString("base64")} ${id}\n`,
      )
      .join(""),
  );
  return folder;
}

let samples: TranscriberSamples;
beforeAll(async () => {
  samples = { ...(await transcriberSamples()), lacks: ["words", "confidence", "language"] };
});

describe("SHERPA with a model of the user's", () => {
  let transcriber: Transcriber;
  let folder: string;
  beforeAll(async () => {
    folder = await moonshineFolder();
    transcriber = await openTranscriber("SHERPA", {
      models: testModels,
      engines: engineSettingsOf({ SHERPA_MODEL: folder }),
    });
  });
  afterAll(async () => {
    await transcriber.close();
    rmSync(dirname(folder), { recursive: true });
  });

  for (const { law, run } of TRANSCRIBER_CASES)
    it(law, async () => {
      await run(transcriber, samples);
    });
});

describe("a model's folder", () => {
  const folderOf = (name: string, ...files: readonly string[]): string => {
    const folder = join(tempFolder(), name);
    mkdirSync(folder);
    for (const file of files) writeFileSync(join(folder, file), "0".repeat(100));
    return folder;
  };

  it("tells by its files what model it is, and takes the small weights", async () => {
    const parakeet = await readSherpaModel(
      folderOf(
        "sherpa-onnx-nemo-parakeet-tdt-0.6b-v2-int8",
        "encoder.int8.onnx",
        "decoder.int8.onnx",
        "joiner.int8.onnx",
        "tokens.txt",
      ),
    );
    expect(parakeet).toMatchObject({ family: "transducer" });
    const whisper = await readSherpaModel(
      folderOf(
        "sherpa-onnx-whisper-tiny",
        "tiny-encoder.onnx",
        "tiny-encoder.int8.onnx",
        "tiny-decoder.int8.onnx",
        "tiny-decoder.onnx",
        "tiny-tokens.txt",
      ),
    );
    expect(whisper).toMatchObject({
      family: "whisper",
      files: {
        encoder: expect.stringMatching(/int8/) as string,
        decoder: expect.stringMatching(/int8/) as string,
      },
    });
    expect(
      await readSherpaModel(
        folderOf("sherpa-onnx-sense-voice-zh-en-ja-ko-yue-int8", "model.int8.onnx", "tokens.txt"),
      ),
    ).toMatchObject({ family: "senseVoice" });
    expect(
      await readSherpaModel(
        folderOf(
          "sherpa-onnx-nemo-canary-180m-flash",
          "encoder.int8.onnx",
          "decoder.int8.onnx",
          "tokens.txt",
        ),
      ),
    ).toMatchObject({ family: "canary" });
  });

  it("that lacks something, or has a cut file, is told with the next step", async () => {
    await expect(
      readSherpaModel(folderOf("x", "tiny-encoder.onnx", "tiny-tokens.txt")),
    ).rejects.toMatchObject({
      code: "MISSING_MODEL",
      hint: expect.stringContaining("docs/engines.md") as string,
    });
    await expect(readSherpaModel(folderOf("x", "model.onnx"))).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringContaining("tokens.txt") as string,
    });
    await expect(readSherpaModel("/no/such/folder")).rejects.toMatchObject({
      code: "MISSING_MODEL",
    });
    const cut = folderOf("y", "model.onnx", "tokens.txt");
    writeFileSync(join(cut, "model.onnx"), "");
    await expect(readSherpaModel(cut)).rejects.toMatchObject({
      message: expect.stringContaining("empty or cut off") as string,
    });
    await expect(
      openTranscriber("SHERPA", { models: testModels, engines: engineSettingsOf({}) }),
    ).rejects.toMatchObject({
      code: "USAGE",
      hint: expect.stringContaining("SHERPA_MODEL") as string,
    });
  });

  it("of voices that are missing is told as such", async () => {
    await expect(
      openTranscriber("STUB", {
        models: testModels,
        engines: engineSettingsOf({ SHERPA_SEGMENTATION_MODEL: "/no/model.onnx" }),
      }),
    ).rejects.toMatchObject({
      code: "MISSING_MODEL",
      hint: expect.stringContaining("SHERPA_SEGMENTATION_MODEL") as string,
    });
    await expect(
      openTranscriber("STUB", {
        models: testModels,
        engines: engineSettingsOf({ SHERPA_LANGUAGE_MODEL: "/no/model" }),
      }),
    ).rejects.toMatchObject({ code: "MISSING_MODEL" });
  });
});

describe("what sherpa-onnx answers", () => {
  it("becomes words where tokens are timed", () => {
    const { cues, timing } = readSherpaResult(
      {
        text: " Hello there.",
        tokens: [" Hel", "lo", " there", "."],
        timestamps: [0.1, 0.3, 0.6, 0.9],
        durations: [0.2, 0.2, 0.3, 0.1],
        ys_log_probs: [-0.1, -0.1, -0.2, 0],
      },
      2000,
    );
    expect(timing).toBe("word");
    expect(cues[0]?.words?.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
      ["Hello", 100, 500],
      ["there.", 600, 1000],
    ]);
  });

  it("is nothing where nothing was said, and the whole stretch where nothing is timed", () => {
    expect(readSherpaResult({ text: " . " }, 1000).cues).toEqual([]);
    expect(readSherpaResult({ text: "hello", lang: "<|en|>" }, 1000)).toMatchObject({
      timing: "window",
      language: "en",
      cues: [{ startMs: 0, endMs: 1000, words: null }],
    });
  });
});

const cue = (startMs: number, ...words: readonly string[]): Cue => ({
  startMs,
  endMs: startMs + words.length * 500,
  text: words.join(" "),
  speaker: null,
  confidence: 1,
  words: words.map((text, i) => ({
    text,
    startMs: startMs + i * 500,
    endMs: startMs + i * 500 + 400,
    confidence: 1,
  })),
});

/** Answers what it was handed, so that what is put around a recogniser can be seen. */
function scripted(
  transcript: Partial<Transcript>,
): Transcriber & { readonly asked: TranscribeOptions[]; heardSamples: number } {
  const asked: TranscribeOptions[] = [];
  return {
    id: "scripted@1",
    languages: ["en"],
    asked,
    heardSamples: 0,
    async transcribe(audio, options) {
      asked.push(options);
      for await (const chunk of audio) this.heardSamples += chunk.length;
      return { cues: [], timing: "word", language: "und", warning: null, ...transcript };
    },
    close: async () => {},
  };
}

describe("speakers", () => {
  it("are those whose turns overlap a word most; a cue is cut where the speaker changes", () => {
    const cues = assign(
      [cue(0, "good", "morning", "thank", "you"), cue(5000, "bye")],
      [
        { start: 0, end: 1, speaker: 7 },
        { start: 1, end: 2.2, speaker: 3 },
        { start: 4.8, end: 6, speaker: 7 },
      ],
    );
    expect(cues.map(({ speaker, text }) => [speaker, text])).toEqual([
      ["Speaker 1", "good morning"],
      ["Speaker 2", "thank you"],
      ["Speaker 1", "bye"],
    ]);
  });

  it("of a word outside all turns is the nearest", () => {
    expect(
      assign(
        [cue(10_000, "late")],
        [
          { start: 0, end: 1, speaker: 0 },
          { start: 8, end: 9, speaker: 1 },
        ],
      )[0]?.speaker,
    ).toBe("Speaker 1");
  });

  it("are added to a recogniser's words, all of its audio heard once, and change its identity", async () => {
    const inner = scripted({ cues: [cue(0, "hello")] });
    const heard: number[] = [];
    const outer = withSpeakers(
      inner,
      (all) => {
        heard.push(all.length);
        return [{ start: 0, end: 1, speaker: 0 }];
      },
      "abcd",
    );
    const { cues } = await outer.transcribe(once(new Float32Array(16_000)), {
      signal: new AbortController().signal,
    });
    expect([cues[0]?.speaker, heard, inner.heardSamples, outer.id]).toEqual([
      "Speaker 1",
      [16_000],
      16_000,
      "scripted@1+speakers.abcd",
    ]);
  });

  it("that the recogniser tells itself are left", async () => {
    const outer = withSpeakers(
      scripted({ cues: [{ ...cue(0, "hello"), speaker: "Ada" }] }),
      () => [{ start: 0, end: 1, speaker: 0 }],
      "x",
    );
    expect(
      (
        await outer.transcribe(once(new Float32Array(100)), {
          signal: new AbortController().signal,
        })
      ).cues[0]?.speaker,
    ).toBe("Ada");
  });
});

describe("the language", () => {
  const noise = (seconds: number): Float32Array =>
    Float32Array.from({ length: seconds * 16_000 }, (_, i) => Math.sin(i) * 0.1);

  it("is what most of the beginning is in; the recogniser is told, and hears everything", async () => {
    const inner = scripted({ cues: [cue(0, "hallo")] });
    const answers = ["de", "en", "de"];
    const outer = withLanguage(inner, () => answers.shift() ?? "", "x");
    const { language } = await outer.transcribe(
      (async function* () {
        for (let i = 0; i < 12; i++) yield noise(10);
      })(),
      { signal: new AbortController().signal },
    );
    expect([language, inner.asked[0]?.language, inner.heardSamples]).toEqual([
      "de",
      "de",
      12 * 160_000,
    ]);
  });

  it("that the user said is not asked for, and of silence nothing is said", async () => {
    const inner = scripted({});
    let asked = 0;
    const outer = withLanguage(
      inner,
      () => {
        asked++;
        return "de";
      },
      "x",
    );
    await outer.transcribe(once(noise(5)), {
      language: "fr",
      signal: new AbortController().signal,
    });
    await outer.transcribe(once(new Float32Array(160_000)), {
      signal: new AbortController().signal,
    });
    expect([asked, inner.asked.map(({ language }) => language)]).toEqual([0, ["fr", undefined]]);
  });
});
