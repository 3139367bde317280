import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeAudio } from "../../src/media/decode.ts";
import { FIXTURES } from "./run.ts";

const RATE = 16_000;

/** The speech of a fixture at 16 kHz, mono. */
export async function speechOf(name: string): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  const signal = new AbortController().signal;
  for await (const part of decodeAudio(join(FIXTURES, name), { streamIndex: 0, signal }))
    parts.push(part);
  return joined(...parts);
}

export function joined(...parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const silence = (seconds: number): Float32Array => new Float32Array(seconds * RATE);
export const scaled = (sound: Float32Array, factor: number): Float32Array =>
  sound.map((value) => value * factor);
export const added = (a: Float32Array, b: Float32Array): Float32Array =>
  a.map((value, i) => value + (b[i] ?? 0));

/** The same noise each time (a linear congruential generator), within ±`peak`. */
export function noise(samples: number, peak: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return peak * (state / 0x80000000 - 1);
  });
}

/** A chord that goes on, as loud as `peak`. */
export const music = (samples: number, peak: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) =>
    [220, 277, 330].reduce(
      (sum, hz) => sum + (peak / 3) * Math.sin((2 * Math.PI * hz * i) / RATE),
      0,
    ),
  );

/** Positions of WAVE_FORMAT_EXTENSIBLE: front left, right, centre, low, back left, right. */
export const SURROUND = 0x3f;

/**
 * Writes 16-bit sound of any number of channels, each as long as the first (WAVE_FORMAT_EXTENSIBLE;
 * a mask of 0 tells no positions).
 */
export function writeWav(path: string, channels: readonly Float32Array[], mask = 0): string {
  const count = channels[0]?.length ?? 0;
  const block = channels.length * 2;
  const head = Buffer.alloc(68);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(60 + count * block, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(40, 16);
  head.writeUInt16LE(0xfffe, 20);
  head.writeUInt16LE(channels.length, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * block, 28);
  head.writeUInt16LE(block, 32);
  head.writeUInt16LE(16, 34);
  head.writeUInt16LE(22, 36);
  head.writeUInt16LE(16, 38);
  head.writeUInt32LE(mask, 40);
  Buffer.from("0100000000001000800000aa00389b71", "hex").copy(head, 44);
  head.write("data", 60, "latin1");
  head.writeUInt32LE(count * block, 64);
  const data = Buffer.alloc(count * block);
  for (const [channel, samples] of channels.entries())
    for (let i = 0; i < count; i++) {
      const value = Math.max(-1, Math.min(1, samples[i] ?? 0));
      data.writeInt16LE(Math.round(value * 32_767), i * block + channel * 2);
    }
  writeFileSync(path, Buffer.concat([head, data]));
  return path;
}
