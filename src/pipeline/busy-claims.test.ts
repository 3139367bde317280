import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { open } from "../backends/memory/open.ts";
import { MediasearchError } from "../errors.ts";
import { run, type RunEvent, type RunOptions } from "./run.ts";
import { openFolderSource } from "./sources/folder/open.ts";
import type { WorkerPool } from "./worker/pool.ts";

const workers: WorkerPool = {
  identify: async () => ({ content: "c", captions: "" }),
  describe: async () => ({}),
  transcribe: async () => ({
    origin: "captions",
    engine: "captions:webvtt",
    language: "en",
    durationMs: 1000,
    recordedAtMs: null,
    warnings: [],
    segments: [
      {
        index: 0,
        startMs: 0,
        endMs: 1000,
        text: "a walrus",
        speaker: null,
        confidence: null,
        vector: Float32Array.of(1),
      },
    ],
  }),
  hearVoices: async () => ({ encoder: "", voices: [] }),
  embed: async (_path, segments) => segments.map(() => Float32Array.of(1)),
  measure: async (paths) => paths.map(() => null),
  close: async () => {},
};

describe("a claim that can't be settled for the number of those who want it", () => {
  it("leaves the file to others for a while and does not end the run", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mediasearch-busy-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "a.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\na walrus\n");
    const backend = await open();
    let asked = 0;
    const claims = {
      take: async (key: string): Promise<boolean> => {
        if (!key.startsWith("content:") && ++asked === 1)
          throw new MediasearchError("STORE_BUSY", "another transaction changed the same rows");
        return true;
      },
      release: async (): Promise<void> => {},
    };
    const source = openFolderSource({});
    const services = {
      ...backend,
      workers,
      claims,
      embedder: { embedder: "test@1", dimensions: 1 },
      sources: { of: () => source },
    };
    const options: Partial<RunOptions> = {
      jobs: 1,
      sweep: false,
      include: [],
      exclude: [],
      language: undefined,
      captions: "prefer",
      engines: ["local"],
      dryRun: false,
      signal: new AbortController().signal,
    };
    const events: RunEvent[] = [];
    for await (const event of run([folder], services, options as RunOptions)) events.push(event);
    expect(events.map(({ type }) => type).filter((type) => /claimed|indexed/.test(type))).toEqual([
      "claimed",
      "indexed",
    ]);
  });
});
