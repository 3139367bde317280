import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testModels } from "../../test/helpers/models.ts";
import { decodeFixture, transcriberSamples } from "../../test/helpers/transcriber-samples.ts";
import { openTranscriber } from "./registry.ts";
import { TRANSCRIBER_CASES, type TranscriberSamples } from "./transcriber.contract.ts";
import type { Transcriber, Transcript } from "./transcriber.ts";

let transcriber: Transcriber;
let samples: TranscriberSamples;

beforeAll(async () => {
  transcriber = await openTranscriber("local", { models: testModels });
  samples = await transcriberSamples();
});
afterAll(() => transcriber.close());

describe("the local recogniser", () => {
  for (const { law, run } of TRANSCRIBER_CASES)
    it(law, async () => {
      await run(transcriber, samples);
    });

  it("does not pass German off as English", async () => {
    const german = await decodeFixture("german.mp3");
    const { language, warning } = await transcriber.transcribe(
      (async function* () {
        yield german;
      })(),
      { signal: new AbortController().signal },
    );
    expect(language).toBe("und");
    expect(warning).toMatch(/English/);
  });

  it("says that it knows English only when another language is asked for", async () => {
    const { language, warning } = await transcriber.transcribe(
      (async function* () {
        yield samples.speech;
      })(),
      { language: "de", signal: new AbortController().signal },
    );
    expect([language, warning]).toEqual(["und", expect.stringContaining("not de")]);
  });
});

describe("the stub", () => {
  it("marks everything that it makes up", async () => {
    const stub = await openTranscriber("STUB", { models: testModels });
    const { cues, language, warning } = await stub.transcribe(
      (async function* () {
        yield samples.speech;
      })(),
      { signal: new AbortController().signal },
    );
    expect(stub.id).toBe("STUB");
    expect(cues.length).toBeGreaterThan(1);
    expect(cues.every(({ text }) => text.startsWith("[STUB]"))).toBe(true);
    expect([language, warning]).toEqual(["und", expect.stringContaining("made up")]);
  });

  it("is not what anybody gets by a wrong name", async () => {
    await expect(openTranscriber("whisper", { models: testModels })).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});

const change = (map: (transcript: Transcript) => Transcript): Pick<Transcriber, "transcribe"> => ({
  transcribe: async (audio, options) => map(await transcriber.transcribe(audio, options)),
});
let calls = 0;
const BUGS: Readonly<Record<string, () => Partial<Transcriber>>> = {
  "makes words up": () =>
    change((one) => ({
      ...one,
      cues: one.cues.map((cue) => ({
        ...cue,
        text: "lorem",
        words: [{ text: "lorem", startMs: cue.startMs, endMs: cue.endMs, confidence: 1 }],
      })),
    })),
  "hears things in silence": () =>
    change((one) => ({
      ...one,
      cues:
        one.cues.length > 0
          ? one.cues
          : [{ startMs: 0, endMs: 0, text: "Thank you.", speaker: null, confidence: 1, words: [] }],
    })),
  "gives cues out of order": () =>
    change((one) => ({
      ...one,
      cues: one.cues.flatMap((cue) => [{ ...cue, startMs: cue.startMs + 1 }, cue]),
    })),
  "loses word times": () =>
    change((one) => ({ ...one, cues: one.cues.map((cue) => ({ ...cue, words: null })) })),
  "loses confidence": () =>
    change((one) => ({ ...one, cues: one.cues.map((cue) => ({ ...cue, confidence: null })) })),
  "runs late": () =>
    change((one) => ({
      ...one,
      cues: one.cues.map((cue) => ({
        ...cue,
        startMs: cue.startMs + 900,
        endMs: cue.endMs + 900,
        words:
          cue.words?.map((word) => ({
            ...word,
            startMs: word.startMs + 900,
            endMs: word.endMs + 900,
          })) ?? null,
      })),
    })),
  "depends on the chunks": () => ({
    async transcribe(audio, options) {
      let chunks = 0;
      const one = await transcriber.transcribe(
        (async function* () {
          for await (const chunk of audio) {
            chunks++;
            yield chunk;
          }
        })(),
        options,
      );
      return { ...one, cues: one.cues.map((cue) => ({ ...cue, confidence: 1 / chunks })) };
    },
  }),
  "is another every time": () =>
    change((one) => ({
      ...one,
      cues: one.cues.map((cue) => ({ ...cue, confidence: 1 / ++calls })),
    })),
  "calls every language English, even unknown ones": () => ({ languages: ["fr"] }),
  "never stops": () => ({
    transcribe: (audio, options) =>
      transcriber.transcribe(audio, { ...options, signal: new AbortController().signal }),
  }),
  "forgets what was recognised before a checkpoint": () => ({
    transcribe: (audio, options) =>
      transcriber.transcribe(audio, {
        ...options,
        resume: options.resume?.map((one) => ({ ...one, cues: [] })),
      }),
  }),
  "names no models": () => ({ id: "local" }),
};

describe("the contract suite catches a recogniser that", () => {
  for (const [bug, plant] of Object.entries(BUGS))
    it(bug, async () => {
      const planted: Transcriber = { ...transcriber, ...plant() };
      let caught = false;
      for (const { run } of TRANSCRIBER_CASES) {
        caught = await run(planted, samples).then(
          () => false,
          () => true,
        );
        if (caught) break;
      }
      expect(caught).toBe(true);
    });
});
