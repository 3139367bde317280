import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, tempFolder } from "../../../test/helpers/run.ts";
import { joined, speechOf, writeWav } from "../../../test/helpers/channels.ts";
import type { Checkpoint, Transcriber } from "../../asr/transcriber.ts";
import { probeMedia } from "../../media/probe.ts";
import { openEmbedder } from "../../embed/registry.ts";
import { openSources } from "../sources/registry.ts";
import { identifyFile, processFile, type WorkerServices } from "./process-file.ts";
import type { FileTask } from "./protocol.ts";

const task = (name: string, more: Partial<FileTask> = {}): FileTask => ({
  path: join(FIXTURES, name),
  kind: "media",
  sidecar: null,
  captions: "prefer",
  language: undefined,
  engines: ["local"],
  ...more,
});
const never = async (): Promise<never> => {
  throw new Error("must not be opened");
};
const services = (more: Partial<WorkerServices> = {}): WorkerServices => ({
  transcriber: never,
  speakerTeller: never,
  sources: openSources({ objects: never }),
  embedder: () => openEmbedder({ model: "all-MiniLM-L6-v2" }),
  signal: new AbortController().signal,
  onProgress: () => {},
  onCheckpoint: () => {},
  ...more,
});

describe("one file's way", () => {
  it("takes captions without opening a recogniser: a sidecar, a track inside, a file of its own", async () => {
    for (const [one, engine] of [
      [task("lecture.mp3", { sidecar: join(FIXTURES, "lecture.vtt") }), "captions:webvtt"],
      [task("election.mkv"), /^subtitles:/],
      [task("minutes.vtt", { kind: "captions" }), "captions:webvtt"],
    ] as const) {
      const transcript = await processFile(one, services());
      expect(transcript?.origin).toBe("captions");
      expect(transcript?.engine).toMatch(engine);
      expect(transcript?.segments.every(({ vector }) => vector?.length === 384)).toBe(true);
    }
  });

  it("ends without a transcript when only captions are wanted and there are none", async () => {
    expect(await processFile(task("bees.flac", { captions: "only" }), services())).toBeUndefined();
  });

  it("keeps the words when embedding fails, and says that the vectors are owed", async () => {
    const transcript = await processFile(
      task("minutes.vtt", { kind: "captions" }),
      services({
        embedder: async () => {
          throw new Error("no memory for the model");
        },
      }),
    );
    expect(transcript?.segments.length).toBeGreaterThan(0);
    expect(transcript?.segments.every(({ vector, text }) => vector === null && text !== "")).toBe(
      true,
    );
    expect(transcript?.warnings).toEqual([
      expect.stringMatching(/keyword only.*no memory for the model/),
    ]);
  });

  it("is as long as what was heard where streams were chained, which their head does not say", async () => {
    const path = join(tempFolder(), "chained.ogg");
    const one = readFileSync(join(FIXTURES, "dialogue.ogg"));
    writeFileSync(path, Buffer.concat([one, one]));
    let heardMs = 0;
    const transcript = await processFile(
      task("", { path }),
      services({
        transcriber: async () => ({
          id: "ears",
          languages: [],
          transcribe: async (audio) => {
            for await (const chunk of audio) heardMs += chunk.length / 16;
            return { cues: [], language: "und", timing: "segment", warning: null };
          },
          close: async () => {},
        }),
      }),
    );
    expect(transcript?.durationMs).toBe(Math.round(heardMs));
    const { durationMs } = await probeMedia(join(FIXTURES, "dialogue.ogg"));
    expect((transcript?.durationMs ?? 0) / (durationMs ?? 1)).toBeCloseTo(2, 1);
  });

  describe("with captions that can't stand for the speech", () => {
    const heard =
      (text: string): WorkerServices["transcriber"] =>
      async () => ({
        id: "ears",
        languages: [],
        transcribe: async (audio, { language }) => {
          for await (const _ of audio);
          const cue = { startMs: 0, endMs: 9000, text, speaker: null, confidence: 1, words: null };
          return { cues: [cue], language: language ?? "und", timing: "segment", warning: null };
        },
        close: async () => {},
      });
    const vtt = (text: string): string => `WEBVTT\n\n00:01.000 --> 00:02.000\n${text}\n`;
    const beside = (name: string, content: string): string => {
      const path = join(tempFolder(), name);
      writeFileSync(path, content);
      return path;
    };
    const speech = "the harbour master closed the north pier this morning";
    const run = (sidecars: readonly string[], more: Partial<FileTask> = {}, text = speech) => {
      const [sidecar = null, ...otherSidecars] = sidecars;
      return processFile(
        task("bees.flac", { sidecar, otherSidecars, ...more }),
        services({ transcriber: heard(text) }),
      );
    };

    it.each([
      ["bees.vtt", "WEBVTT\n", /bees.vtt: there are no words in it/],
      ["bees.vtt", vtt("sprite.jpg#xywh=0,0,160,90"), /thumbnails or data/],
      ["bees.en.forced.vtt", vtt("Good day."), /only a part by its name/],
      ["bees.vtt", vtt("[music]"), /only sounds/],
      ["bees.vtt", vtt("Subtitles by Tom"), /only credits/],
    ])("recognises and tells why: %s %s", async (name, content, reason) => {
      const transcript = await run([beside(name, content)]);
      expect(transcript?.origin).toBe("asr");
      expect(transcript?.warnings).toEqual([expect.stringMatching(reason)]);
    });

    it("takes the next captions that can", async () => {
      const transcript = await run([
        beside("bees.vtt", "WEBVTT\n"),
        beside("bees.de.vtt", vtt("Der Hafen ist heute zu.")),
      ]);
      expect(transcript).toMatchObject({ origin: "captions", language: "de", warnings: [] });
    });

    it("keeps their language as a hint", async () => {
      const transcript = await run([beside("bees.de.forced.vtt", vtt("Guten Tag."))]);
      expect(transcript).toMatchObject({ origin: "asr", language: "de" });
    });

    it("tells of those in another language than the one asked for", async () => {
      const transcript = await run([], { language: "en", foreignCaptions: ["/x/bees.fr.srt"] });
      expect(transcript?.warnings).toEqual(["captions not used: bees.fr.srt: not in en"]);
    });

    it("keeps them when no more is said than they have", async () => {
      const transcript = await run([beside("bees.en.forced.vtt", vtt("Good day."))], {}, "Good");
      expect(transcript).toMatchObject({ origin: "captions", language: "en", warnings: [] });
    });

    it("takes them all the same with --captions only", async () => {
      const transcript = await run([beside("bees.en.forced.vtt", vtt("Good day."))], {
        captions: "only",
      });
      expect(transcript).toMatchObject({ origin: "captions" });
    });
  });

  describe("with a person in each of two channels", () => {
    /** Writes down how much it hears, in two checkpoints. */
    const ears: Transcriber = {
      id: "ears",
      languages: [],
      async transcribe(audio, { onCheckpoint, resume = [] }) {
        const known = resume.flatMap(({ cues }) => cues);
        let [samples, loud] = [0, 0];
        for await (const chunk of audio) {
          samples += chunk.length;
          loud += chunk.filter((value) => Math.abs(value) > 0.05).length;
        }
        const cue = {
          startMs: 0,
          endMs: samples / 16,
          text: known.length > 0 ? `${known[0]?.text} again` : `heard ${loud > 0}`,
          speaker: null,
          confidence: 1,
          words: null,
        };
        onCheckpoint?.({ recogniser: "ears", positionMs: 100, cues: [cue], state: "own" });
        return { cues: [cue], language: "en", timing: "segment", warning: null };
      },
      close: async () => {},
    };
    const call = async (): Promise<string> => {
      const [ann, ben] = [await speechOf("bees.flac"), await speechOf("garden.m4a")];
      const path = join(tempFolder(), "call.wav");
      const pause = (other: Float32Array): Float32Array => new Float32Array(other.length);
      return writeWav(path, [joined(ann, pause(ben)), joined(pause(ann), ben)]);
    };
    const run = async (path: string, resume: Checkpoint[] = [], transcriber = ears) => {
      const checkpoints: Checkpoint[] = [];
      const transcript = await processFile(
        { ...task(""), path, resume },
        services({
          transcriber: async () => transcriber,
          onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint),
        }),
      );
      return { transcript, checkpoints };
    };

    it("makes two speakers, and goes on with what each channel had", async () => {
      const path = await call();
      const first = await run(path);
      const said = ({ transcript }: typeof first) =>
        transcript?.segments.map(({ speaker, text }) => [speaker, text]);
      expect(said(first)).toEqual([
        ["Speaker 1", "heard true"],
        ["Speaker 2", "heard true"],
      ]);
      expect(first.transcript?.selection).toMatchObject({ channels: "separate" });
      expect(first.checkpoints).toHaveLength(2);
      let channel = 0;
      const deafToSecond: Transcriber = {
        ...ears,
        transcribe: async (...args) => {
          const heard = await ears.transcribe(...args);
          return channel++ === 1 ? { ...heard, cues: [] } : heard;
        },
      };
      // Where only one of them has words, nobody need be named.
      expect(said(await run(path, [], deafToSecond))).toEqual([[null, "heard true"]]);
      // The second channel had not begun when it was stopped.
      expect(said(await run(path, first.checkpoints.slice(0, 1)))).toEqual([
        ["Speaker 1", "heard true again"],
        ["Speaker 2", "heard true"],
      ]);
    });

    it("does not take what is known of both for what each said", async () => {
      const transcript = await processFile(
        {
          ...task("", { path: await call() }),
          known: { recogniser: "ears", language: "en", timing: "word", cues: [] },
        },
        services({ transcriber: async () => ears }),
      );
      expect(transcript?.segments.map(({ text }) => text)).toEqual(["heard true", "heard true"]);
    });
  });

  it("names the code page that captions were read in", async () => {
    const path = join(tempFolder(), "gavan.ru.srt");
    const text = "1\n00:00:01,000 --> 00:00:04,000\n";
    writeFileSync(
      path,
      Buffer.concat([Buffer.from(text), Buffer.from([0xc3, 0xe0, 0xe2, 0xe0, 0xed, 0xfc])]),
    );
    const transcript = await processFile({ ...task(""), path, kind: "captions" }, services());
    expect(transcript?.segments[0]?.text).toBe("Гавань");
    expect(transcript?.warnings).toEqual([
      expect.stringMatching(
        /gavan.ru.srt: .*Windows-1251.*language in its name.*--captions-encoding/,
      ),
    ]);
  });

  it("knows a file by its bytes, its captions, and what it is taken for", async () => {
    const { signal } = new AbortController();
    const media = await identifyFile(task("lecture.mp3"), signal);
    const withCaptions = await identifyFile(
      task("lecture.mp3", { sidecar: join(FIXTURES, "lecture.vtt") }),
      signal,
    );
    expect(media.content).toBe(withCaptions.content);
    expect([media.captions, withCaptions.captions.length]).toEqual(["", 64]);
    expect(
      (
        await identifyFile(
          task("lecture.mp3", { sidecar: join(FIXTURES, "lecture.vtt"), captions: "ignore" }),
          signal,
        )
      ).captions,
    ).toBe("");
    expect(
      (await identifyFile(task("minutes.vtt", { kind: "captions" }), signal)).content,
    ).not.toBe((await identifyFile(task("minutes.vtt"), signal)).content);
  });
});
