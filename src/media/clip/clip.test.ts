import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  align,
  framesOf,
  lumaOf,
  makeFilm,
  pitchAt,
  pitchOf,
  soundOf,
} from "../../../test/helpers/film.ts";
import { FIXTURES } from "../../../test/helpers/run.ts";
import { probeMedia } from "../probe.ts";
import { probeSource } from "../source.ts";
import type { ClipRange } from "./job.ts";
import { type ClipOptions, makeClip } from "./make.ts";

const folder = mkdtempSync(join(tmpdir(), "mediasearch-clip-"));
const film = join(folder, "film.mp4");
const wide = join(folder, "wide.mkv");
beforeAll(async () => {
  await makeFilm(film);
  await makeFilm(wide, { width: 320, height: 120, rate: 30, seconds: 4 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = (more: Partial<ClipOptions> = {}): ClipOptions => ({
  isFast: false,
  force: false,
  env: process.env,
  signal: new AbortController().signal,
  ...more,
});
const range = (
  path: string,
  startMs: number,
  endMs: number,
  title: string | null = null,
): ClipRange => ({ path, startMs, endMs, title });
const fixture = (name: string): string => join(FIXTURES, name);
const near = (luma: number | undefined, wanted: number): boolean =>
  Math.abs((luma ?? -99) - wanted) <= 3;
const unfinished = (): string[] =>
  readdirSync(folder).filter((name) => name.includes("unfinished"));

describe("an exact clip", () => {
  it("begins and ends on the very frame and sample, in every container that has pictures", async () => {
    for (const ending of ["mp4", "mov", "mkv"]) {
      const to = join(folder, `exact.${ending}`);
      expect(await makeClip([range(film, 3480, 6000)], to, options())).toEqual({
        durationMs: 2520,
        how: "encoded",
      });
      const frames = await framesOf(to);
      expect(frames.length, ending).toBe(63);
      for (const [i, { luma }] of frames.entries())
        expect(
          near(luma, lumaOf(87 + i)),
          `${ending} frame ${i}: ${luma}, not ${lumaOf(87 + i)}`,
        ).toBe(true);
      const sound = await soundOf(to);
      expect(Math.abs(sound.length / 16 - 2520), ending).toBeLessThan(60);
      // Three seconds of sound meet in it: at 0.52 s and at 1.52 s.
      expect(
        [200, 440, 560, 1440, 1560, 2400].map((ms) => pitchAt(sound, ms)),
        ending,
      ).toEqual([3, 3, 4, 4, 5, 5].map(pitchOf));
    }
  });

  it("of real recordings has the words of that stretch, whatever the format", async () => {
    for (const name of [
      "bridge.mp3",
      "dialogue.ogg",
      "bees.flac",
      "garden.m4a",
      "weather.webm",
      "museum.avi",
      "train.ts",
      "kitchen.mov",
      "orchestra.mxf",
      "boiler.mp4",
      "election.mkv",
    ]) {
      const to = join(folder, `${name}.wav`);
      await makeClip([range(fixture(name), 1000, 2500)], to, options());
      const [whole, clip] = [await soundOf(fixture(name)), await soundOf(to)];
      expect(clip.length, name).toBe(24_000);
      const { shiftMs, likeness } = align(whole.slice(16_000, 40_000), clip);
      expect(likeness, name).toBeGreaterThan(0.95);
      expect(Math.abs(shiftMs), name).toBeLessThan(10);
    }
  });

  it("is decodable in every kind of file, with the streams that belong there", async () => {
    for (const [ending, hasVideo] of [
      ["webm", true],
      ["m4v", true],
      ["m4a", false],
      ["mp3", false],
      ["ogg", false],
      ["opus", false],
      ["flac", false],
      ["wav", false],
    ] as const) {
      const to = join(folder, `kind.${ending}`);
      await makeClip([range(film, 2000, 4000)], to, options());
      const { video, audio, durationMs } = await probeSource(to);
      expect([video !== null, audio !== null], ending).toEqual([hasVideo, true]);
      expect(Math.abs((durationMs ?? 0) - 2000), ending).toBeLessThan(60);
      const sound = await soundOf(to);
      expect(
        [200, 800, 1200, 1800].map((ms) => pitchAt(sound, ms)),
        ending,
      ).toEqual([2, 2, 3, 3].map(pitchOf));
      const frames = hasVideo ? await framesOf(to) : [];
      expect(frames.length, ending).toBe(hasVideo ? 50 : 0);
    }
  });

  it("never goes past the end of its file", async () => {
    const to = join(folder, "end.mp4");
    expect((await makeClip([range(film, 9000, 12_000)], to, options())).durationMs).toBeLessThan(
      1100,
    );
    expect((await framesOf(to)).length).toBeLessThanOrEqual(27);
  });
});

describe("a fast clip", () => {
  it("copies what is there: from the key frame at or before the start to the end, sound and picture together", async () => {
    const to = join(folder, "fast.mp4");
    const { how } = await makeClip([range(film, 5200, 7000)], to, options({ isFast: true }));
    expect(how).toBe("copied");
    const frames = await framesOf(to);
    // Which frame of the film the first one is: the only one from which all follow. Key frames are
    // at most two seconds apart in the film.
    const starts = Array.from({ length: 51 }, (_, i) => 80 + i).filter((start) =>
      frames.every(({ luma }, i) => near(luma, lumaOf(start + i))),
    );
    expect(starts).toHaveLength(1);
    const [start = NaN] = starts;
    expect(start + frames.length).toBeGreaterThanOrEqual(175);
    expect(start + frames.length).toBeLessThanOrEqual(181);
    const sound = await soundOf(to);
    const atSix = ((150 - start) / 25) * 1000;
    expect([atSix - 100, atSix + 60].map((ms) => pitchAt(sound, ms))).toEqual([5, 6].map(pitchOf));
  });

  it("of sound begins within a packet", async () => {
    for (const [name, ending] of [
      ["bridge.mp3", "mp3"],
      ["garden.m4a", "m4a"],
      ["dialogue.ogg", "opus"],
    ] as const) {
      const to = join(folder, `fast-sound.${ending}`);
      expect(
        (await makeClip([range(fixture(name), 1000, 2500)], to, options({ isFast: true }))).how,
        name,
      ).toBe("copied");
      const [whole, clip] = [await soundOf(fixture(name)), await soundOf(to)];
      const { shiftMs, likeness } = align(whole.slice(16_000, 40_000), clip);
      expect(likeness, name).toBeGreaterThan(0.8);
      expect(Math.abs(shiftMs), name).toBeLessThan(75);
    }
  });

  it("is encoded after all where the file can't hold what the source has", async () => {
    const to = join(folder, "other.mp4");
    expect(
      (await makeClip([range(fixture("weather.webm"), 1000, 2000)], to, options({ isFast: true })))
        .how,
    ).toBe("encoded");
    expect((await probeSource(to)).video).not.toBeNull();
  });
});

describe("a supercut", () => {
  it("joins sources of other sizes, rates and kinds; each is at its place, and what has no picture is black", async () => {
    const to = join(folder, "super.mp4");
    const ranges = [
      range(film, 2000, 3000),
      range(fixture("bridge.mp3"), 3000, 4500),
      range(wide, 1000, 2000),
      range(fixture("train.ts"), 500, 1500),
    ];
    expect(await makeClip(ranges, to, options())).toEqual({ durationMs: 4500, how: "encoded" });
    expect(await probeSource(to)).toMatchObject({
      video: { width: 320, height: 120, frameRate: { num: 30, den: 1 } },
      audio: { sampleRate: 48_000 },
    });
    const frames = await framesOf(to);
    expect(frames).toHaveLength(135);
    expect(near(frames[0]?.luma, lumaOf(50))).toBe(true);
    // 25 frames shown at 30 a second: the last one is the film's last before the cut.
    expect(near(frames[29]?.luma, lumaOf(74))).toBe(true);
    for (let i = 30; i < 75; i++) expect(frames[i]?.luma).toBeLessThan(20);
    for (let i = 75; i < 105; i++)
      expect(near(frames[i]?.luma, lumaOf(30 + i - 75)), `frame ${i}`).toBe(true);
    const sound = await soundOf(to);
    expect(Math.abs(sound.length / 16 - 4500)).toBeLessThan(50);
    expect([pitchAt(sound, 500), pitchAt(sound, 2600), pitchAt(sound, 3400)]).toEqual([
      pitchOf(2),
      pitchOf(1),
      pitchOf(1),
    ]);
    const speech = align(
      (await soundOf(fixture("bridge.mp3"))).slice(48_000, 72_000),
      sound.slice(16_000, 40_000),
    );
    expect(speech.likeness).toBeGreaterThan(0.95);
    expect(Math.abs(speech.shiftMs)).toBeLessThan(5);
  });

  it("has titles, whatever is in them, also where nothing has a picture", async () => {
    const to = join(folder, "titles.mp4");
    await makeClip(
      [range(fixture("bridge.mp3"), 1000, 2000, `it's 5:30, 100% [a\\b]; "q" %{pts} {x}`)],
      to,
      options(),
    );
    expect((await probeSource(to)).video).toMatchObject({ width: 1280, height: 720 });
    const { av, input, streams } = await (await import("../ffmpeg.ts")).openInput(to);
    expect([av !== undefined, streams.length]).toEqual([true, 2]);
    input.closeInputSync();
    const plain = join(folder, "plain.mp4");
    await makeClip([range(film, 1000, 2000)], plain, options());
    const titled = join(folder, "titled.mp4");
    await makeClip([range(film, 1000, 2000, "mmmmmmmmmm")], titled, options());
    expect(readFileSync(titled).equals(readFileSync(plain))).toBe(false);
  });

  it("without any picture is sound only", async () => {
    const to = join(folder, "sound.m4a");
    await makeClip([range(fixture("bridge.mp3"), 0, 1000), range(film, 0, 1000)], to, options());
    expect(await probeSource(to)).toMatchObject({ video: null, durationMs: 2000 });
  });
});

describe("the file that a clip becomes", () => {
  it("is never written over without force, nor over its source, and is whole or not there", async () => {
    const to = join(folder, "mine.mp3");
    writeFileSync(to, "precious");
    await expect(makeClip([range(film, 0, 1000)], to, options())).rejects.toMatchObject({
      code: "USAGE",
      hint: "--force replaces it",
    });
    expect(readFileSync(to, "utf8")).toBe("precious");
    await makeClip([range(film, 0, 1000)], to, options({ force: true }));
    expect((await probeMedia(to)).audio?.codec).toMatch(/mp3/);
    const own = join(folder, "own.mp4");
    copyFileSync(film, own);
    await expect(makeClip([range(own, 0, 1000)], own, options({ force: true }))).rejects.toThrow(
      /one of the recordings/,
    );
    await expect(
      makeClip([range(film, 0, 1000)], join(folder, "none/x.mp4"), options()),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(
      makeClip([range(film, 0, 1000)], join(folder, "x.gif"), options()),
    ).rejects.toThrow(/told by its ending: \.mp4/);
    await expect(
      makeClip([range(fixture("minutes.vtt"), 0, 1000)], join(folder, "x.mp4"), options()),
    ).rejects.toMatchObject({ code: "UNREADABLE_MEDIA" });
    expect([existsSync(join(folder, "x.mp4")), unfinished()]).toEqual([false, []]);
  });

  it("is written where no link can lead it elsewhere, not even when its folder is exchanged", async () => {
    const mine = mkdtempSync(join(folder, "shared-"));
    const victim = join(folder, "victim");
    const to = join(mine, "x.mp4");
    let exchanged = 0;
    const onProgress = (): void => {
      for (const name of readdirSync(mine).filter((one) => one.includes("unfinished"))) {
        if (exchanged++ > 0) return;
        // The file is open by now; what FFmpeg opens again later (the index at the front) is not.
        renameSync(join(mine, name), join(mine, "theirs"));
        mkdirSync(join(mine, name));
        symlinkSync(victim, join(mine, name, readdirSync(join(mine, "theirs"))[0] ?? ""));
      }
    };
    writeFileSync(victim, "precious");
    await makeClip([range(film, 0, 9000)], to, options({ onProgress })).catch(() => {});
    expect([exchanged > 0, readFileSync(victim, "utf8")]).toEqual([true, "precious"]);
  });

  it("that came up while the clip was made stays", async () => {
    const to = join(folder, "race.mp4");
    const onProgress = (): void => writeFileSync(to, "precious");
    await expect(makeClip([range(film, 0, 9000)], to, options({ onProgress }))).rejects.toThrow(
      /is there already/,
    );
    expect([readFileSync(to, "utf8"), unfinished()]).toEqual(["precious", []]);
  });

  it("is not there after a stop or a crash, and the crash says what happened", async () => {
    const stop = new AbortController();
    const stopped = makeClip(
      Array.from({ length: 40 }, () => range(film, 0, 10_000)),
      join(folder, "stopped.mp4"),
      options({ signal: stop.signal, onProgress: () => stop.abort("SIGINT") }),
    );
    await expect(stopped).rejects.toBe("SIGINT");
    const env = {
      ...process.env,
      NODE_OPTIONS: "--import=data:text/javascript,process.on('message',()=>process.abort())",
    };
    await expect(
      makeClip([range(film, 0, 1000)], join(folder, "crashed.mp4"), options({ env })),
    ).rejects.toMatchObject({
      code: "WORKER_CRASHED",
      message: expect.stringContaining("SIGABRT") as string,
    });
    expect([
      unfinished(),
      existsSync(join(folder, "stopped.mp4")),
      existsSync(join(folder, "crashed.mp4")),
    ]).toEqual([[], false, false]);
  });
});
