import type { Frame } from "node-av/lib";
import type { AvModule } from "./ffmpeg.ts";
import { openResampler, type Resampler } from "./resample.ts";

/** How one sound is made of channels: each with its weight. */
export interface ChannelMix {
  /** By channel; channels without one are left out. */
  readonly weights: readonly number[];
  /** Channels beside which this one is silent while they are much louder: their echo. */
  readonly others?: readonly number[] | undefined;
}

/**
 * One sound at 16 kHz out of all channels of a frame. Without a mix, and for frames of another
 * number of channels than it was made for, it is FFmpeg's.
 */
export function openMono(
  av: AvModule,
  frame: Frame,
  rate: number,
  mix: ChannelMix | undefined,
): Resampler {
  if (!mix || frame.channels !== mix.weights.length)
    return openResampler(av, frame, { rate, channels: 1 });
  const all = openResampler(av, frame, { rate, channels: "all" });
  const mixDown = createMixer(mix, rate);
  return {
    ...all,
    convert: (next) => mixDown(all.convert(next)),
    drain: () => mixDown(all.drain()),
  };
}

/** Another channel that is louder by this power (15 dB) is the one that speaks. */
const ECHO_POWER = 32;
/** How soon loudness and gain follow, in milliseconds. */
const LOUDNESS_MS = 30;
const GAIN_MS = 5;

/** Keeps its state from call to call; interleaved samples in, one channel out. */
export function createMixer(
  { weights, others = [] }: ChannelMix,
  rate: number,
): (samples: Float32Array) => Float32Array {
  const channels = weights.length;
  const used = [...weights.entries()].filter(([, weight]) => weight !== 0);
  const follow = (ms: number): number => 1 - Math.exp(-1000 / (rate * ms));
  const [loudnessStep, gainStep] = [follow(LOUDNESS_MS), follow(GAIN_MS)];
  let [own, other, gain] = [0, 0, 1];
  return (samples) => {
    const mono = new Float32Array(Math.floor(samples.length / channels));
    for (let i = 0; i < mono.length; i++) {
      const at = i * channels;
      let sum = 0;
      for (const [channel, weight] of used) sum += weight * (samples[at + channel] ?? 0);
      if (others.length > 0) {
        let loudest = 0;
        for (const channel of others)
          loudest = Math.max(loudest, (samples[at + channel] ?? 0) ** 2);
        own += (sum * sum - own) * loudnessStep;
        other += (loudest - other) * loudnessStep;
        gain += ((other > ECHO_POWER * own ? 0 : 1) - gain) * gainStep;
      }
      mono[i] = sum * gain;
    }
    return mono;
  };
}
