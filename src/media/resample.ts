import type { Frame, SoftwareResampleContext } from "node-av/lib";
import { type AvModule, unreadableError } from "./ffmpeg.ts";

/** What comes out: interleaved float32. */
export interface SampleFormat {
  /** Hz. */
  readonly rate: number;
  /** "all": as many as come in, each by itself. */
  readonly channels: 1 | 2 | "all";
}

export interface Resampler {
  fits(frame: Frame): boolean;
  convert(frame: Frame): Float32Array;
  drain(): Float32Array;
  free(): void;
}

const FLOAT = 3; // AV_SAMPLE_FMT_FLT

/** Hz. Nothing is recorded at a lower or a higher rate: telephones have 8,000, DSD 11,289,600. */
const MIN_RATE = 1000;
const MAX_RATE = 12_000_000;
const MAX_CHANNELS = 64;
/** 16 minutes at 16 kHz, 64 MB: encoders make frames of a second at most. */
const MAX_SAMPLES = 1 << 24;

/**
 * Why a frame is no sound that anybody recorded; undefined when it is. A file of 80 bytes may say
 * that it has four samples a second, and what comes out of the resampler is as large as that ratio.
 */
export function implausibleSound({ sampleRate, channels, nbSamples }: Frame): string | undefined {
  if (sampleRate < MIN_RATE || sampleRate > MAX_RATE) return `sound at ${sampleRate} Hz`;
  if (channels > MAX_CHANNELS) return `sound of ${channels} channels`;
  return nbSamples * channels > MAX_SAMPLES
    ? `a frame of ${nbSamples} samples in ${channels} channels`
    : undefined;
}

/**
 * Every frame passes here before it is resampled, for a transcript as for a clip.
 * @param path what the error is about.
 * @throws UNREADABLE_MEDIA
 */
export function refuseImplausibleSound(frame: Frame, path: string): void {
  const reason = implausibleSound(frame);
  if (reason !== undefined) throw unreadableError(path, `damaged: ${reason}`);
}

/** swresample for one input format; damaged or joined files change it on the way. */
export function openResampler(av: AvModule, first: Frame, wanted: SampleFormat): Resampler {
  if (wanted.channels !== "all" && hasNoPositions(first)) return openAverage(av, first, wanted);
  const { sampleRate, format } = first;
  const { channels } = first;
  const context: SoftwareResampleContext = new av.SoftwareResampleContext();
  type Layout = Parameters<typeof context.allocSetOpts2>[0];
  const layout = first.channelLayout;
  // A layout without positions (order 0) can't be mixed down by position; FFmpeg's default for the
  // count can.
  const input = layout.order === 0 ? (defaultLayout(channels) as unknown as Layout) : layout;
  const written = wanted.channels === "all" ? channels : wanted.channels;
  context.allocSetOpts2(
    wanted.channels === "all" ? input : (defaultLayout(written) as unknown as Layout),
    FLOAT as never,
    wanted.rate,
    input,
    format as never,
    sampleRate,
  );
  if (context.init() < 0) {
    context.free();
    throw new Error(`cannot convert ${channels} channels at ${sampleRate} Hz`);
  }
  const read = (inputs: Buffer[] | null, count: number): Float32Array => {
    const room = context.getOutSamples(count) + 64;
    if (room * written > MAX_SAMPLES) throw new Error(`a frame of ${room} samples`);
    const buffer = Buffer.alloc(room * 4 * written);
    const samples = Math.max(0, context.convertSync([buffer], room, inputs, count));
    return new Float32Array(buffer.buffer, buffer.byteOffset, samples * written).slice();
  };
  return {
    fits: (frame) =>
      frame.sampleRate === sampleRate && frame.format === format && frame.channels === channels,
    convert: (frame) => read(frame.extendedData ?? frame.data, frame.nbSamples),
    drain: () => read(null, 0),
    free: () => context.free(),
  };
}

/** FFmpeg can't mix channels whose positions nobody knows: what came out would be silence. */
const hasNoPositions = ({ channelLayout, channels }: Frame): boolean =>
  channelLayout.order === 0 && LAYOUT_MASKS[channels] === undefined;

/** All channels alike, once or twice. */
function openAverage(av: AvModule, first: Frame, wanted: SampleFormat): Resampler {
  const { channels } = first;
  const copies = Number(wanted.channels);
  const all = openResampler(av, first, { ...wanted, channels: "all" });
  const average = (samples: Float32Array): Float32Array =>
    Float32Array.from({ length: (samples.length / channels) * copies }, (_, i) => {
      const from = Math.floor(i / copies) * channels;
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += samples[from + channel] ?? 0;
      return sum / channels;
    });
  return {
    ...all,
    convert: (frame) => average(all.convert(frame)),
    drain: () => average(all.drain()),
  };
}

const LAYOUT_MASKS: Readonly<Record<number, bigint>> = {
  1: 0x4n,
  2: 0x3n,
  3: 0x7n,
  4: 0x33n,
  5: 0x37n,
  6: 0x3fn,
  7: 0x70fn,
  8: 0x63fn,
};

/** FFmpeg's own choice of positions for a number of channels (AV_CHANNEL_LAYOUT_*). */
export const defaultLayout = (channels: number) => {
  const mask = LAYOUT_MASKS[channels];
  return mask === undefined
    ? { nbChannels: channels, order: 0, mask: 0n }
    : { nbChannels: channels, order: 1, mask };
};
