import { describe, expect, it } from "vitest";
import { ffmpeg } from "../ffmpeg.ts";
import { pictureFilter, quarterTurnsOf } from "./picture.ts";
import { packSamples } from "./samples.ts";

describe("parts", () => {
  it("turn what a telephone filmed sideways, and keep its shape with bars", async () => {
    const av = await ffmpeg();
    const turned = (a: number, b: number): number => {
      const codecpar = new av.CodecParameters();
      codecpar.alloc();
      const matrix = Buffer.alloc(36);
      [a, b, 0, -b, a, 0, 0, 0, 1 << 30].forEach((value, i) => matrix.writeInt32LE(value, i * 4));
      codecpar.addCodedSideData(5 as never, matrix);
      return quarterTurnsOf({ codecpar } as Parameters<typeof quarterTurnsOf>[0]);
    };
    expect([turned(65_536, 0), turned(0, 65_536), turned(-65_536, 0), turned(0, -65_536)]).toEqual([
      0, 1, 2, 3,
    ]);
    // Left half bright, right half dark: a clockwise turn puts the bright half on top.
    const [width, height] = [8, 4];
    const luma = Buffer.from(
      Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 200 : 40)),
    );
    const frame = av.Frame.fromVideoBuffer(Buffer.concat([luma, Buffer.alloc(16, 128)]), {
      width,
      height,
      format: 0 as never,
    });
    const filter = pictureFilter(
      av,
      frame,
      { width: 40, height: 40, frameRate: { num: 25, den: 1 } },
      { quarterTurns: 1, title: null },
    );
    const out = filter.apply(frame).toBuffer();
    const at = (x: number, y: number): number => out[y * 40 + x] ?? -1;
    expect([at(20, 5) > 150, at(20, 35) < 90, at(2, 20) < 20, at(38, 20) < 20]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    filter.free();
  });

  it("pack samples as encoders want them", () => {
    const samples = Float32Array.of(0.5, -1, 0.25, 2);
    expect([...new Float32Array(packSamples(samples, 2, 8).buffer)]).toEqual([0.5, 0.25, -1, 2]);
    expect([...new Int16Array(packSamples(samples, 2, 1).buffer)]).toEqual([
      16_384, -32_767, 8192, 32_767,
    ]);
  });
});
