import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FIXTURES } from "./run.ts";

const BRIDGE = readFileSync(join(FIXTURES, "bridge.mp3"));

export const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** An ID3v2.3 frame. */
export const frame = (id: string, ...body: readonly Buffer[]): Buffer => {
  const whole = Buffer.concat(body);
  return Buffer.concat([latin1(id), uint32(whole.length), Buffer.alloc(2), whole]);
};

/** The recording with tags of its own before it. */
export function withId3(...frames: readonly Buffer[]): Buffer {
  const body = Buffer.concat(frames);
  const size = [21, 14, 7, 0].map((shift) => (body.length >> shift) & 0x7f);
  return Buffer.concat([latin1("ID3\u0003\0\0"), Buffer.from(size), body, BRIDGE]);
}
