import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES } from "../../test/helpers/run.ts";
import type { ByteSource, MediaInput } from "./byte-source.ts";
import { decodeAudio } from "./decode.ts";
import { probeMedia } from "./probe.ts";
import { readSubtitleEvents } from "./subtitles.ts";

const { signal } = new AbortController();
const reading = { signal, onProgress: () => {} };
const inMemory = (name: string, body: Buffer): ByteSource => ({
  name: `s3://media/${name}`,
  sizeBytes: body.length,
  read: async (at, length) => body.subarray(at, at + Math.min(length, 10_000)),
});
const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));

async function samples(source: MediaInput): Promise<Float32Array> {
  const { audio } = await probeMedia(source);
  const all: number[] = [];
  for await (const chunk of decodeAudio(source, { streamIndex: audio?.streamIndex ?? 0, signal }))
    for (const sample of chunk) all.push(sample);
  return Float32Array.from(all);
}

describe("media out of bytes", () => {
  it("are the same as out of a file, in every container, with its tracks", async () => {
    for (const name of readdirSync(FIXTURES).filter((one) => !/\.(vtt|srt|json)$/.test(one))) {
      const source = inMemory(name, fixture(name));
      const ofFile = await probeMedia(join(FIXTURES, name));
      expect(await probeMedia(source), name).toEqual(ofFile);
      expect(
        Buffer.from((await samples(source)).buffer).equals(
          Buffer.from((await samples(join(FIXTURES, name))).buffer),
        ),
        name,
      ).toBe(true);
      for (const { streamIndex } of ofFile.subtitles)
        expect(await readSubtitleEvents(source, streamIndex, reading)).toEqual(
          await readSubtitleEvents(join(FIXTURES, name), streamIndex, reading),
        );
    }
  });

  it("that are none, empty or cut short are told by their name", async () => {
    await expect(
      probeMedia(inMemory("a.mp4", Buffer.from("this is no film, whatever it is called"))),
    ).rejects.toMatchObject({
      code: "UNREADABLE_MEDIA",
      message: expect.stringMatching(/^s3:\/\/media\/a\.mp4: not a media file/) as string,
    });
    await expect(probeMedia(inMemory("a.mp3", Buffer.alloc(0)))).rejects.toMatchObject({
      message: "s3://media/a.mp3: empty file",
    });
    const head = fixture("budget.wav").subarray(0, 100_000);
    expect((await samples(inMemory("budget.wav", head))).length).toBeGreaterThan(30_000);
  });

  it("fail with what their reading failed of, at the start and in the middle, and not as damaged media", async () => {
    const body = fixture("bridge.mp3");
    const failing = (from: number): ByteSource => ({
      ...inMemory("bridge.mp3", body),
      read: async (at, length) => {
        if (at + length > from) throw new Error("the server is away");
        return body.subarray(at, at + length);
      },
    });
    await expect(probeMedia(failing(0))).rejects.toThrow("the server is away");
    const late = {
      ...failing(Infinity),
      read: ((calls) => async (at: number, length: number) => {
        if (at > 40_000 && ++calls > 0) throw new Error("the server went away");
        return body.subarray(at, Math.min(at + length, at + 8000));
      })(0),
    };
    await expect(
      (async () => {
        for await (const _ of decodeAudio(late, { streamIndex: 0, signal })) {
          /* until it fails */
        }
      })(),
    ).rejects.toThrow("the server went away");
  });

  it("never lead to other files or addresses, as playlists would", async () => {
    for (const text of [
      `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://${join(FIXTURES, "bridge.mp3")}\n#EXT-X-ENDLIST\n`,
      `ffconcat version 1.0\nfile ${join(FIXTURES, "bridge.mp3")}\n`,
    ])
      await expect(probeMedia(inMemory("list.m3u8", Buffer.from(text)))).rejects.toMatchObject({
        code: "UNREADABLE_MEDIA",
      });
  });
});
