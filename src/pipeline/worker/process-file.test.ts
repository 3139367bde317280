import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES } from "../../../test/helpers/run.ts";
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
