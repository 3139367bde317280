import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pitchAt, soundOf } from "../../test/helpers/film.ts";
import { tempFolder } from "../../test/helpers/run.ts";
import { looksLikeMedia, sniffFile } from "./sniff.ts";
import { looksLikeTelephone } from "./telephone.ts";

const RATE = 8000;
/** Two seconds of a tone of 700 Hz, 16 bits. */
const TONE = Array.from({ length: 2 * RATE }, (_, i) =>
  Math.round(12_000 * Math.sin((2 * Math.PI * 700 * i) / RATE)),
);

/**
 * Finds the code whose value is nearest, with the decoder's own formula: an encoder in one line.
 */
const nearest = (value: number, valueOf: (code: number) => number): number => {
  let best = 0;
  for (let code = 1; code < 256; code++)
    if (Math.abs(valueOf(code) - value) < Math.abs(valueOf(best) - value)) best = code;
  return best;
};
/** ITU-T G.711: the value of a code of the law that America and Japan use. */
function mulaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 15) << 3) + 132) << ((bits >> 4) & 7);
  return bits & 0x80 ? 132 - magnitude : magnitude - 132;
}
/** ITU-T G.711: the value of a code of the law that the rest of the world uses. */
function alaw(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const step = (bits & 15) << 4;
  const magnitude = exponent === 0 ? step + 8 : (step + 264) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}
const signed = (samples: readonly number[]): Buffer => Buffer.from(Int16Array.from(samples).buffer);

describe("raw sound of telephone systems", () => {
  it("is known by its name and read at its rate", async () => {
    const folder = tempFolder();
    const doubled = TONE.flatMap((value, i) => [value, (value + (TONE[i + 1] ?? value)) / 2]);
    for (const [name, bytes] of [
      ["call.ul", Buffer.from(TONE.map((value) => nearest(value, mulaw)))],
      ["call.PCMA", Buffer.from(TONE.map((value) => nearest(value, alaw)))],
      ["call.sln", signed(TONE)],
      ["call.sln16", signed(doubled)],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      expect([name, await sniffFile(path)]).toEqual([name, "media"]);
      const sound = await soundOf(path);
      expect([name, Math.round(sound.length / 1600)]).toEqual([name, 20]);
      expect(Math.abs(pitchAt(sound, 1000) - 700), name).toBeLessThan(30);
    }
  });

  it("is not what only has such a name: text, models of voxels, a frame without its mark", () => {
    const noise = Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 97) % 256));
    expect(looksLikeTelephone("call.vox", noise)).toBe(true);
    expect(looksLikeTelephone("call.vox", noise.subarray(0, 100))).toBe(false);
    expect(looksLikeTelephone("call.bin", noise)).toBe(false);
    const model = Buffer.concat([Buffer.from("VOX "), noise]);
    expect(looksLikeTelephone("castle.vox", model)).toBe(false);
    expect(looksLikeTelephone("notes.al", Buffer.from("some words\n".repeat(40)))).toBe(false);
    expect(looksLikeTelephone("call.gsm", noise)).toBe(false);
    expect(looksLikeTelephone("call.gsm", Buffer.from([0xd5, ...noise]))).toBe(true);
  });
});

describe("photos in the container of films", () => {
  it("are passed over by their brand, whatever their name, and films are not", () => {
    const file = (brand: string): Buffer =>
      Buffer.concat([Buffer.from([0, 0, 0, 28]), Buffer.from(`ftyp${brand}`), Buffer.alloc(40)]);
    for (const brand of ["avif", "avis", "heic", "heix", "mif1", "msf1", "crx ", "jp2 "])
      expect([brand, looksLikeMedia(file(brand))]).toEqual([brand, false]);
    for (const brand of ["isom", "mp42", "M4A ", "qt  ", "3gp4", "dash"])
      expect([brand, looksLikeMedia(file(brand))]).toEqual([brand, true]);
  });
});
