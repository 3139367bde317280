import type { Frame } from "node-av/lib";
import { type AvModule, toMs } from "../ffmpeg.ts";
import { openResampler, refuseImplausibleSound, type Resampler } from "../resample.ts";

export interface SoundFormat {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
}

export interface SoundCut {
  /**
   * Takes a decoded frame, whose time stamp is in units of `timeBase`.
   * @throws UNREADABLE_MEDIA for what is no sound that anybody recorded.
   */
  take(frame: Frame, timeBase: { readonly num: number; readonly den: number }): void;
  /** true once everything up to the end has been taken. */
  isFull(): boolean;
  /** Gives out what came in so far, and at the end silence for what never came. */
  drain(atEnd: boolean): Float32Array;
}

/**
 * Cuts decoded sound to a number of samples from a moment on, whatever its rate and channels. What
 * comes before is left out; gaps between time stamps become silence, so that sound and picture stay
 * together. Samples are interleaved float32.
 */
export function cutSound(
  av: AvModule,
  format: SoundFormat,
  {
    path,
    fromMs,
    zeroMs,
    samples,
  }: {
    /** The recording, for errors. */
    readonly path: string;
    readonly fromMs: number;
    readonly zeroMs: number;
    readonly samples: number;
  },
): SoundCut {
  const { sampleRate, channels } = format;
  let resampler: Resampler | undefined;
  /** Where the next sample belongs, counted from the cut's start; negative before it. */
  let position: number | undefined;
  let written = 0;
  let parts: Float32Array[] = [];

  const emit = (chunk: Float32Array): void => {
    const count = Math.min(chunk.length / channels, samples - written);
    if (count <= 0) return;
    parts.push(chunk.subarray(0, count * channels));
    written += count;
  };
  const add = (chunk: Float32Array): void => {
    const start = position ?? 0;
    const length = chunk.length / channels;
    position = start + length;
    if (position <= 0) return;
    if (start > written) emit(new Float32Array((start - written) * channels));
    const skip = Math.max(0, written - start);
    if (skip < length) emit(chunk.subarray(skip * channels));
  };
  return {
    take(frame, timeBase) {
      refuseImplausibleSound(frame, path);
      if (!resampler?.fits(frame)) {
        if (resampler) add(resampler.drain());
        resampler?.free();
        resampler = openResampler(av, frame, { rate: sampleRate, channels });
      }
      const atMs = toMs(frame.pts, timeBase);
      if (atMs !== null) {
        const wanted = Math.round(((atMs - zeroMs - fromMs) * sampleRate) / 1000);
        if (position === undefined || Math.abs(wanted - position) > sampleRate * MIN_GAP_S)
          position = wanted;
      }
      add(resampler.convert(frame));
    },
    isFull: () => written >= samples,
    drain(atEnd) {
      if (atEnd) {
        if (resampler) add(resampler.drain());
        resampler?.free();
        resampler = undefined;
        emit(new Float32Array((samples - written) * channels));
      }
      const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      parts = [];
      return all;
    },
  };
}

/** Encoders' padding and rounding are not gaps. */
const MIN_GAP_S = 0.08;
