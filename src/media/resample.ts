import type { Frame, SoftwareResampleContext } from "node-av/lib";
import type { AvModule } from "./ffmpeg.ts";

/** What comes out: interleaved float32. */
export interface SampleFormat {
  /** Hz. */
  readonly rate: number;
  readonly channels: 1 | 2;
}

export interface Resampler {
  fits(frame: Frame): boolean;
  convert(frame: Frame): Float32Array;
  drain(): Float32Array;
  free(): void;
}

const FLOAT = 3; // AV_SAMPLE_FMT_FLT

/** swresample for one input format; damaged or joined files change it on the way. */
export function openResampler(av: AvModule, first: Frame, wanted: SampleFormat): Resampler {
  const { sampleRate, format } = first;
  const { channels } = first;
  const context: SoftwareResampleContext = new av.SoftwareResampleContext();
  type Layout = Parameters<typeof context.allocSetOpts2>[0];
  const layout = first.channelLayout;
  // A layout without positions (order 0) can't be mixed down by position; FFmpeg's default for the
  // count can.
  const input = layout.order === 0 ? (defaultLayout(channels) as unknown as Layout) : layout;
  context.allocSetOpts2(
    defaultLayout(wanted.channels) as unknown as Layout,
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
    const buffer = Buffer.alloc(room * 4 * wanted.channels);
    const written = Math.max(0, context.convertSync([buffer], room, inputs, count));
    return new Float32Array(buffer.buffer, buffer.byteOffset, written * wanted.channels).slice();
  };
  return {
    fits: (frame) =>
      frame.sampleRate === sampleRate && frame.format === format && frame.channels === channels,
    convert: (frame) => read(frame.extendedData ?? frame.data, frame.nbSamples),
    drain: () => read(null, 0),
    free: () => context.free(),
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
