/** What one channel does in one window of sound. */
export interface ChannelActivity {
  /** Loudness of its loud frames, dB below full scale; -Infinity for digital silence. */
  readonly levelDb: number;
  /** Whether it could be speech: loud enough, in syllables, not one steady tone or noise. */
  readonly mayBeSpeech: boolean;
  /** Loudness of each frame of 32 ms, dB. */
  readonly framesDb: readonly number[];
  /** Loudness of each block of BLOCK_MS, dB. */
  readonly blocksDb: readonly number[];
}

const RATE = 16_000;
const FRAME = 512;
export const BLOCK_MS = 256;
const FRAMES_A_BLOCK = (BLOCK_MS * RATE) / 1000 / FRAME;
/** Takes hum and rumble out of the measures, and lets consonants count. */
const PRE_EMPHASIS = 0.95;

/** Quieter than this nothing is heard (dB, after pre-emphasis). */
export const SILENCE_DB = -75;
/** Between syllables and pauses speech falls by so much, even in noise and rooms. */
const MIN_RANGE_DB = 10;
/** How much the rate of zero crossings changes between vowels and consonants, in octaves. */
const MIN_CROSSINGS_SPREAD = 0.35;

export const toDb = (power: number): number => 10 * Math.log10(power);

/** One channel of interleaved samples, without hum and rumble. */
export function takeChannel(
  samples: Float32Array,
  channels: number,
  channel: number,
): Float32Array {
  const taken = new Float32Array(Math.floor(samples.length / channels));
  let before = 0;
  for (let i = 0; i < taken.length; i++) {
    const value = samples[i * channels + channel] ?? 0;
    taken[i] = value - PRE_EMPHASIS * before;
    before = value;
  }
  return taken;
}

/** Measures a channel that `takeChannel` gave. */
export function measureActivity(channel: Float32Array): ChannelActivity {
  const powers: number[] = [];
  const crossings: number[] = [];
  for (let from = 0; from + FRAME <= channel.length; from += FRAME) {
    let [sum, count] = [0, 0];
    for (let i = from; i < from + FRAME; i++) {
      const value = channel[i] ?? 0;
      sum += value * value;
      if (value < 0 !== (channel[i - 1] ?? 0) < 0) count++;
    }
    powers.push(sum / FRAME);
    crossings.push(Math.log2(count + 4));
  }
  const sorted = powers.toSorted((a, b) => a - b);
  const at = (share: number): number => toDb(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  const levelDb = at(0.9);
  const loud = crossings.filter((_, i) => toDb(powers[i] ?? 0) > levelDb - 20);
  return {
    levelDb,
    mayBeSpeech:
      levelDb > SILENCE_DB &&
      levelDb - at(0.15) > MIN_RANGE_DB &&
      spread(loud) > MIN_CROSSINGS_SPREAD,
    framesDb: powers.map(toDb),
    blocksDb: blocksOf(powers),
  };
}

const spread = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length));
};

const blocksOf = (powers: readonly number[]): number[] =>
  Array.from({ length: Math.floor(powers.length / FRAMES_A_BLOCK) }, (_, block) => {
    const part = powers.slice(block * FRAMES_A_BLOCK, (block + 1) * FRAMES_A_BLOCK);
    return toDb(part.reduce((sum, power) => sum + power, 0) / part.length);
  });

/** How alike two signals are, -1 (opposite) to 1; 0 where one of them is nothing. */
export function correlate(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
