import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  added,
  joined,
  music,
  noise,
  scaled,
  silence,
  speechOf,
  SURROUND,
  writeWav,
} from "../../test/helpers/channels.ts";
import { align } from "../../test/helpers/film.ts";
import { matroska, soundBlocks, tone } from "../../test/helpers/matroska.ts";
import { tempFolder } from "../../test/helpers/run.ts";
import type { ChannelsMode } from "../selection.ts";
import { decodeAudio } from "./decode.ts";
import { type AudioTrack, probeMedia } from "./probe.ts";
import { chooseSound, type ChosenSound } from "./sound-choice.ts";

const signal = new AbortController().signal;
let bees: Float32Array;
let garden: Float32Array;

beforeAll(async () => {
  bees = await speechOf("bees.flac");
  garden = await speechOf("garden.m4a");
});

async function choose(path: string, channels: ChannelsMode = "auto"): Promise<ChosenSound> {
  const info = await probeMedia(path);
  const tracks = info.audioTracks as readonly [AudioTrack, ...AudioTrack[]];
  return chooseSound(path, info, tracks, { channels, signal, onProgress: () => {} });
}

/** What is heard of a recording of these channels. */
async function hear(
  channels: readonly Float32Array[],
  { mask = 0, mode }: { readonly mask?: number; readonly mode?: ChannelsMode } = {},
) {
  const path = writeWav(join(tempFolder(), "a.wav"), channels, mask);
  const { plan, track } = await choose(path, mode);
  const sounds: Float32Array[] = [];
  for (const mix of plan.mixes.length > 0 ? plan.mixes : [undefined]) {
    const parts: Float32Array[] = [];
    for await (const part of decodeAudio(path, { streamIndex: track.streamIndex, signal, mix }))
      parts.push(part);
    sounds.push(joined(...parts));
  }
  return { label: plan.label, sounds };
}

const likeness = (a: Float32Array | undefined, b: Float32Array): number =>
  align(a ?? new Float32Array(), b).likeness;

describe("of two channels", () => {
  it("both are mixed where they are alike", async () => {
    const { label, sounds } = await hear([bees, scaled(bees, 0.8)]);
    expect(label).toBeNull();
    expect(likeness(sounds[0], bees)).toBeGreaterThan(0.98);
  });

  it.each([1, 0.5])("opposite phases don't cancel each other (%s)", async (factor) => {
    const { label, sounds } = await hear([bees, scaled(bees, -factor)]);
    expect(label).toBe("left minus right");
    expect(likeness(sounds[0], bees)).toBeGreaterThan(0.98);
  });

  it("one is taken where only a part is opposite", async () => {
    const { label, sounds } = await hear([
      joined(bees, silence(5), garden),
      joined(bees, silence(5), scaled(garden, -0.9)),
    ]);
    expect(label).toBe("left");
    expect(likeness(sounds[0], joined(bees, silence(5), garden))).toBeGreaterThan(0.98);
  });

  it.each<[string, (length: number) => Float32Array]>([
    ["silence", (length) => new Float32Array(length)],
    ["noise", (length) => noise(length, 0.4)],
    ["music", (length) => music(length, 0.6)],
  ])("the one that speaks is taken beside %s", async (_, other) => {
    const { label, sounds } = await hear([other(bees.length), bees]);
    expect(label).toBe("right");
    expect(likeness(sounds[0], bees)).toBeGreaterThan(0.98);
  });

  describe("with a person each", () => {
    const call = () => {
      const [ann, ben] = [bees, garden];
      const left = joined(ann, silence(ben.length / 16_000), ann);
      const right = joined(silence(ann.length / 16_000), ben, silence(ann.length / 16_000));
      // Each hears the other as an echo.
      return [added(left, scaled(right, 0.03)), added(right, scaled(left, 0.03))] as const;
    };

    it("each is heard by itself, without the other's echo", async () => {
      const { label, sounds } = await hear(call());
      expect(label).toBe("separate");
      expect(sounds).toHaveLength(2);
      const ben = sounds[1] ?? new Float32Array();
      const echo = ben.subarray(0, bees.length - 8000);
      expect(Math.max(...echo.map(Math.abs))).toBeLessThan(0.01);
      expect(likeness(ben.subarray(bees.length), garden)).toBeGreaterThan(0.95);
    });

    it("both are mixed on demand", async () => {
      expect((await hear(call(), { mode: "mix" })).sounds).toHaveLength(1);
    });
  });

  it("on demand each is heard by itself, and one alone where only that speaks", async () => {
    expect((await hear([bees, garden], { mode: "separate" })).sounds).toHaveLength(2);
    expect((await hear([bees, silence(3)], { mode: "separate" })).label).toBe("left");
  });
});

describe("of many channels", () => {
  const surround = (by: Partial<Record<number, Float32Array>>, length = bees.length) =>
    Array.from({ length: 6 }, (_, i) => by[i] ?? new Float32Array(length));

  it("the centre is taken where films have their dialogue", async () => {
    const loud = music(bees.length, 0.9);
    const channels = surround({ 0: loud, 1: loud, 2: scaled(bees, 0.4), 4: loud, 5: loud });
    const { label, sounds } = await hear(channels, { mask: SURROUND });
    expect(label).toBe("centre");
    expect(likeness(sounds[0], bees)).toBeGreaterThan(0.98);
  });

  it("FFmpeg's mix is taken where only left and right have any sound", async () => {
    const { label, sounds } = await hear(surround({ 0: bees, 1: bees }), { mask: SURROUND });
    expect(label).toBeNull();
    expect(likeness(sounds[0], bees)).toBeGreaterThan(0.98);
  });

  it("the one that speaks is found among sixteen without positions", async () => {
    const channels = Array.from({ length: 16 }, () => noise(bees.length, 0.2));
    channels[10] = bees;
    const { label, sounds } = await hear(channels);
    expect(label).toBe("channel 11");
    expect(likeness(sounds[0], bees)).toBeGreaterThan(0.98);
  });

  it("all that speak in turn are mixed", async () => {
    const length = bees.length + garden.length;
    const channels = Array.from({ length: 8 }, () => noise(length, 0.05));
    channels[2] = joined(bees, new Float32Array(garden.length));
    channels[5] = joined(new Float32Array(bees.length), garden);
    const { label, sounds } = await hear(channels);
    expect(label).toBe("channels 3 and 6");
    expect(likeness(sounds[0], joined(bees, garden))).toBeGreaterThan(0.98);
  });

  it("are heard without a choice too, as waveforms need them", async () => {
    const channels = Array.from({ length: 12 }, () => bees);
    const path = writeWav(join(tempFolder(), "a.wav"), channels);
    const parts: Float32Array[] = [];
    for await (const part of decodeAudio(path, { streamIndex: 0, signal })) parts.push(part);
    expect(likeness(joined(...parts), bees)).toBeGreaterThan(0.98);
  });
});

describe("of several tracks", () => {
  it("silent ones are passed over", async () => {
    const path = join(tempFolder(), "obs.mkv");
    const silent = { type: "audio", blocks: soundBlocks(2000, () => 0) } as const;
    const spoken = { type: "audio", blocks: soundBlocks(2000, tone(440)) } as const;
    writeFileSync(path, matroska([silent, spoken], 2000));
    const { track, silent: passed } = await choose(path);
    expect(track.number).toBe(2);
    expect(passed.map(({ number }) => number)).toEqual([1]);
  });

  it("one that is silent nearly everywhere is not taken for silent", async () => {
    const path = join(tempFolder(), "quiet.mkv");
    const late = (seconds: number): number => (seconds > 299.8 ? tone(440)(seconds) : 0);
    const rare = { type: "audio", rate: 8000, blocks: soundBlocks(300_000, late, { rate: 8000 }) };
    const spoken = { type: "audio", blocks: soundBlocks(2000, tone(440)) } as const;
    writeFileSync(path, matroska([{ ...rare, type: "audio" }, spoken], 600_000));
    expect((await choose(path)).track.number).toBe(1);
  });
});

describe("a pause of more than ten minutes", () => {
  it("is as long in the sound", async () => {
    const path = join(tempFolder(), "gap.mkv");
    const blocks = [
      ...soundBlocks(1000, tone(440)),
      ...soundBlocks(1000, tone(440), { startMs: 900_000 }),
    ];
    writeFileSync(path, matroska([{ type: "audio", blocks }], 901_000));
    let [samples, last] = [0, 0];
    for await (const part of decodeAudio(path, { streamIndex: 0, signal })) {
      if (part.some((value) => Math.abs(value) > 0.1)) last = samples / 16;
      samples += part.length;
    }
    expect(samples / 16).toBeCloseTo(901_000, -2);
    expect(last).toBeGreaterThanOrEqual(899_000);
  });
});
