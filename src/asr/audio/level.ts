import { FRAME_MS } from "./voice-activity.ts";

/**
 * Speech that is quieter than this on average is brought to LEVEL_DB; decibels below full scale.
 * Nets hear quiet speech badly: 20 and 35 dB below normal Moonshine made 6.2 and 12.6 % errors in
 * place of 5.5 %, and the net for voice activity left out whole recordings at 50 dB.
 */
const QUIET_DB = -38;
const LEVEL_DB = -22;
/** What is quieter still is rather noise than speech. */
const MAX_GAIN_DB = 45;
/** The loudest moment counts less and less: somebody else may be far from the microphone. */
const RELEASE_DB_A_MINUTE = 6;
const SILENCE_DB = -100;
/** The mean of speech lies so much below its loudest moment. */
const CREST_DB = 10;

const toGain = (db: number): number => 10 ** (db / 20);

function loudnessOf(samples: Float32Array): number {
  let power = 0;
  for (const value of samples) power += value * value;
  return 10 * Math.log10(power / Math.max(1, samples.length) + 10 ** (SILENCE_DB / 10));
}

const gainFor = (loudness: number): number =>
  loudness >= QUIET_DB ? 1 : toGain(Math.min(MAX_GAIN_DB, LEVEL_DB - loudness));

const amplify = (samples: Float32Array, gain: number): Float32Array =>
  gain === 1 ? samples : samples.map((value) => Math.max(-1, Math.min(1, value * gain)));

/** Brings a whole stretch of speech to a level that nets hear well, if it is quiet. */
export const levelSpeech = (samples: Float32Array): Float32Array =>
  amplify(samples, gainFor(loudnessOf(samples)));

export interface FrameLevel {
  /** The frame as a net for voice activity should hear it. */
  readonly next: (frame: Float32Array) => Float32Array;
  /** Decibels below full scale; what it takes to go on from here. */
  readonly loudness: () => number;
}

/**
 * Amplifies frames of a quiet recording by the loudest moment so far, which is forgotten slowly.
 * The first loud frame is not amplified any more, so that nothing is cut off.
 */
export function createFrameLevel(loudness = SILENCE_DB): FrameLevel {
  let loudest = loudness;
  return {
    next(frame) {
      loudest = Math.max(
        SILENCE_DB,
        loudest - (RELEASE_DB_A_MINUTE * FRAME_MS) / 60_000,
        loudnessOf(frame),
      );
      return amplify(frame, gainFor(loudest - CREST_DB));
    },
    loudness: () => loudest,
  };
}
