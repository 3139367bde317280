import { ffmpeg, openInput, toMs } from "../../src/media/ffmpeg.ts";
import { decodeAudio } from "../../src/media/decode.ts";
import { outputFormat, type OutputFormat } from "../../src/media/clip/job.ts";
import { openOutput } from "../../src/media/clip/output.ts";
import { probeMedia } from "../../src/media/probe.ts";

export interface FilmOptions {
  readonly width?: number;
  readonly height?: number;
  readonly rate?: number;
  readonly seconds?: number;
  readonly isSilent?: boolean;
  /** What its name does not say. */
  readonly format?: OutputFormat;
}

/** Brightness of a film's frame: neighbours differ by more than encoding blurs. */
export const lumaOf = (frame: number): number => 30 + ((frame * 7) % 180);
/** Pitch of a film's sound in a second, Hz. */
export const pitchOf = (second: number): number => 300 + 100 * second;

/** A film in which every frame and every second of sound can be told from the next. */
export async function makeFilm(
  path: string,
  {
    width = 160,
    height = 90,
    rate = 25,
    seconds = 10,
    isSilent = false,
    format = outputFormat(path),
  }: FilmOptions = {},
): Promise<void> {
  const av = await ffmpeg();
  const sampleRate = 48_000;
  const output = await openOutput(av, path, format, {
    picture: { width, height, frameRate: { num: rate, den: 1 } },
    sound: isSilent ? null : { sampleRate, channels: 1 },
  });
  let phase = 0;
  for (let second = 0; second < seconds; second++) {
    if (!isSilent)
      output.sound(
        Float32Array.from(
          { length: sampleRate },
          () => 0.3 * Math.sin((phase += (2 * Math.PI * pitchOf(second)) / sampleRate)),
        ),
      );
    for (let i = second * rate; i < (second + 1) * rate; i++) {
      const luma = width * height;
      const frame = av.Frame.fromVideoBuffer(
        Buffer.alloc(luma + luma / 2, 128).fill(lumaOf(i), 0, luma),
        { width, height, format: 0 as never },
      );
      output.picture(frame);
      frame.free();
    }
  }
  output.finish();
}

/** Brightness in the middle of every frame with its time in milliseconds. */
export async function framesOf(
  path: string,
): Promise<{ readonly ms: number; readonly luma: number }[]> {
  const { av, input, streams } = await openInput(path);
  const stream = streams.find(({ codecpar }) => (codecpar.codecType as number) === 0);
  if (!stream) throw new Error(`${path}: no picture`);
  const codec = av.Codec.findDecoder(stream.codecpar.codecId);
  const decoder = new av.CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(stream.codecpar);
  await decoder.open2(codec, null);
  const packet = new av.Packet();
  packet.alloc();
  const frame = new av.Frame();
  frame.alloc();
  const seen: { ms: number; luma: number }[] = [];
  const take = (): void => {
    while (decoder.receiveFrameSync(frame) >= 0) {
      const at = Math.floor(frame.height / 2) * frame.width + Math.floor(frame.width / 2);
      seen.push({
        ms: toMs(frame.bestEffortTimestamp, stream.timeBase) ?? NaN,
        luma: frame.toBuffer()[at] ?? NaN,
      });
      frame.unref();
    }
  };
  while (input.readFrameSync(packet) >= 0) {
    if (packet.streamIndex === stream.index) decoder.sendPacketSync(packet);
    packet.unref();
    take();
  }
  decoder.sendPacketSync(null);
  take();
  decoder.freeContext();
  input.closeInputSync();
  return seen;
}

/** The whole sound at 16 kHz, mono. */
export async function soundOf(path: string): Promise<Float32Array> {
  const { audio } = await probeMedia(path);
  const chunks: Float32Array[] = [];
  for await (const chunk of decodeAudio(path, {
    streamIndex: audio?.streamIndex ?? -1,
    signal: new AbortController().signal,
  }))
    chunks.push(chunk);
  return Float32Array.from(chunks.flatMap((chunk) => [...chunk]));
}

/** Loudest of the pitches from 200 to 1,500 Hz in a window of 16 kHz sound. */
export function pitchAt(sound: Float32Array, ms: number, windowMs = 60): number {
  const from = Math.round(ms * 16);
  const power = (hz: number): number => {
    let [re, im] = [0, 0];
    for (let i = 0; i < windowMs * 16; i++) {
      const value = sound[from + i] ?? 0;
      re += value * Math.cos((2 * Math.PI * hz * i) / 16_000);
      im += value * Math.sin((2 * Math.PI * hz * i) / 16_000);
    }
    return re * re + im * im;
  };
  return Array.from({ length: 27 }, (_, i) => 200 + 50 * i).reduce((best, hz) =>
    power(hz) > power(best) ? hz : best,
  );
}

/**
 * The shift in milliseconds, within ±100, at which two sounds are most alike, and how alike they
 * are then (1: the same).
 */
export function align(
  a: Float32Array,
  b: Float32Array,
): { readonly shiftMs: number; readonly likeness: number } {
  let best = { shiftMs: NaN, likeness: -1 };
  const length = Math.min(a.length, b.length) - 3200;
  for (let shift = -1600; shift <= 1600; shift += 4) {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 1600; i < length; i += 3) {
      const [x, y] = [a[i] ?? 0, b[i + shift] ?? 0];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    const likeness = ab / Math.sqrt(aa * bb || 1);
    if (likeness > best.likeness) best = { shiftMs: shift / 16, likeness };
  }
  return best;
}
