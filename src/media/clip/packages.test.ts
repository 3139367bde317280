import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  framesOf,
  lumaOf,
  makeFilm,
  pitchAt,
  pitchOf,
  soundOf,
} from "../../../test/helpers/film.ts";
import { environment, tempFolder } from "../../../test/helpers/run.ts";
import { makeWaveform } from "../waveform/make.ts";
import { outputFormat } from "./job.ts";
import { makeClip } from "./make.ts";

const { signal } = new AbortController();
const TS_PACKET = 188;

/** The clip of the seconds 5 to 7 of a package. */
async function clipOf(folder: string, manifest: string, isFast = false): Promise<string> {
  const to = join(folder, "clip.mp4");
  const range = { path: join(folder, manifest), startMs: 5000, endMs: 7000, title: null };
  await makeClip([range], to, { isFast, force: true, env: environment(folder), signal });
  return to;
}

async function expectSeconds5To7(clip: string): Promise<void> {
  const frames = await framesOf(clip);
  expect(frames).toHaveLength(50);
  // Broadcasts begin where their first sound or picture does, which is a few frames apart.
  expect(Math.abs((frames[25]?.luma ?? 0) - lumaOf(150))).toBeLessThan(30);
  const sound = await soundOf(clip);
  expect(sound.length / 16_000).toBeCloseTo(2, 1);
  expect(pitchAt(sound, 500)).toBe(pitchOf(5));
  expect(pitchAt(sound, 1500)).toBe(pitchOf(6));
}

describe("what is made of a package", () => {
  it("is cut out of its segments, sound and picture", async () => {
    const folder = tempFolder();
    const whole = join(folder, "film.bin");
    await makeFilm(whole, { format: { ...outputFormat("x.mp4"), muxer: "mpegts" } });
    const bytes = readFileSync(whole);
    const size = Math.ceil(bytes.length / TS_PACKET / 4) * TS_PACKET;
    for (let i = 0; i < 4; i++)
      writeFileSync(join(folder, `s${i}.ts`), bytes.subarray(i * size, (i + 1) * size));
    const segments = [0, 1, 2, 3].flatMap((i) => ["#EXTINF:2.5,", `s${i}.ts`]);
    writeFileSync(
      join(folder, "film.m3u8"),
      ["#EXTM3U", "#EXT-X-TARGETDURATION:3", ...segments, "#EXT-X-ENDLIST", ""].join("\n"),
    );
    for (const isFast of [false, true])
      await expectSeconds5To7(await clipOf(folder, "film.m3u8", isFast));
    const path = join(folder, "film.m3u8");
    const waveform = await makeWaveform(path, { env: environment(folder), signal });
    expect(waveform.durationMs / 1000).toBeCloseTo(10, 0);
  });

  it("has the picture of the best rendition where the sound is apart", async () => {
    const folder = tempFolder();
    await makeFilm(join(folder, "small.mp4"), { isSilent: true, width: 80, height: 46 });
    await makeFilm(join(folder, "large.mp4"), { isSilent: true });
    await makeFilm(join(folder, "sound.m4a"));
    const rendition = (name: string, bits: number): string =>
      `<Representation id="${name}" bandwidth="${bits}"><BaseURL>${name}</BaseURL></Representation>`;
    writeFileSync(
      join(folder, "film.mpd"),
      `<MPD><Period><AdaptationSet contentType="video">${rendition("small.mp4", 10)}${rendition("large.mp4", 99)}</AdaptationSet>` +
        `<AdaptationSet contentType="audio">${rendition("sound.m4a", 5)}</AdaptationSet></Period></MPD>`,
    );
    const clip = await clipOf(folder, "film.mpd");
    await expectSeconds5To7(clip);
    const { probeSource } = await import("../source.ts");
    expect((await probeSource(clip)).video).toMatchObject({ width: 160, height: 90 });
  });

  it("is refused with the reason where the package can't be read", async () => {
    const folder = tempFolder();
    writeFileSync(
      join(folder, "gone.m3u8"),
      "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:2,\ns.ts\n",
    );
    await expect(clipOf(folder, "gone.m3u8")).rejects.toThrow("its parts are not there");
  });
});
