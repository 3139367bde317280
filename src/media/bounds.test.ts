import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { constantFlac } from "../../test/helpers/flac.ts";
import { tempFolder } from "../../test/helpers/run.ts";
import { hashFile } from "../hash-file.ts";
import { makeClip } from "./clip/make.ts";
import { decodeAudio } from "./decode.ts";
import { implausibleSound } from "./resample.ts";

let path: string;
beforeEach(() => {
  path = join(tempFolder(), "a.flac");
});
const signal = new AbortController().signal;
async function decodedHours(): Promise<number> {
  let samples = 0;
  for await (const chunk of decodeAudio(path, { streamIndex: 0, signal })) samples += chunk.length;
  return samples / 16_000 / 3600;
}

describe("the work that a file makes is bounded by its bytes", () => {
  it("takes silence as long as a recording may have it", async () => {
    writeFileSync(path, constantFlac({ sampleRate: 8000, blocks: 100 }));
    expect(await decodedHours()).toBeCloseTo(0.2276, 3);
  });

  it("refuses days of silence in some kilobytes", async () => {
    writeFileSync(path, constantFlac({ sampleRate: 1000, blocks: 400 }));
    await expect(decodedHours()).rejects.toMatchObject({
      code: "UNREADABLE_MEDIA",
      message: expect.stringContaining("more than 2 hours of sound in so few bytes") as string,
    });
  });

  it("refuses rates that nothing is recorded at, before it makes room for what they become", async () => {
    const before = process.memoryUsage.rss();
    for (const sampleRate of [1, 4, 999]) {
      writeFileSync(path, constantFlac({ sampleRate, blocks: 2 }));
      await expect(decodedHours()).rejects.toMatchObject({ code: "UNREADABLE_MEDIA" });
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(200_000_000);
  });

  it("refuses them for a clip in the same way", async () => {
    const options = { isFast: false, force: false, env: process.env, signal };
    for (const sampleRate of [4, 999]) {
      writeFileSync(path, constantFlac({ sampleRate, blocks: 2 }));
      const range = { path, startMs: 0, endMs: 1000, title: null };
      const clip = makeClip([range], join(dirname(path), "clip.wav"), options);
      await expect(clip).rejects.toMatchObject({
        code: "UNREADABLE_MEDIA",
        message: expect.stringContaining(`damaged: sound at ${sampleRate} Hz`) as string,
      });
    }
  });

  it("refuses frames and channels that no encoder makes", () => {
    const frame = (more: object) =>
      implausibleSound({ sampleRate: 48_000, channels: 2, nbSamples: 1024, ...more } as Parameters<
        typeof implausibleSound
      >[0]);
    expect(frame({})).toBeUndefined();
    expect(frame({ channels: 65 })).toMatch(/65 channels/);
    expect(frame({ nbSamples: 1 << 24 })).toMatch(/samples/);
    expect(frame({ sampleRate: 2_000_000_000 })).toMatch(/Hz/);
  });
});

describe("a file that is almost only holes", () => {
  it.runIf(process.platform === "linux")("is not read", async () => {
    const file = openSync(path, "w");
    writeSync(file, "fLaC");
    ftruncateSync(file, 15 * 2 ** 40);
    closeSync(file);
    const startMs = performance.now();
    await expect(hashFile(path)).rejects.toMatchObject({
      code: "UNREADABLE_MEDIA",
      message: expect.stringContaining("15360 GiB") as string,
    });
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});
