import { SAMPLE_RATE } from "../../transcriber.ts";

/** Whisper's picture of sound: 80 mel bands of windows of 25 ms, each 10 ms. */
const WINDOW = 400;
const HOP = 160;
const BANDS = 80;
const BINS = WINDOW / 2 + 1;
export const FRAMES_A_SECOND = SAMPLE_RATE / HOP;
/** log10 of the least power; silence has it. */
const SILENCE = -10;
/** Bands more than this below the loudest count as that much below it; in log10 of power. */
const DYNAMIC_RANGE = 8;

/**
 * Makes Whisper's log-mel picture (openai/whisper, audio.py), band by band, of samples followed by
 * silence up to `frames`. Samples beyond that are left out.
 */
export function logMel(samples: Float32Array, frames: number): Float32Array {
  const picture = new Float32Array(BANDS * frames).fill(SILENCE);
  const heard = Math.min(frames, Math.ceil((samples.length + WINDOW / 2) / HOP));
  const real = new Float64Array(WINDOW);
  const power = new Float64Array(BINS);
  let loudest = SILENCE;
  for (let frame = 0; frame < heard; frame++) {
    cutWindow(samples, frame * HOP - WINDOW / 2, real);
    powerSpectrum(real, power);
    for (const [band, { first, weights }] of filters().entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++)
        sum += (weights[i] as number) * (power[first + i] as number);
      const level = Math.log10(Math.max(sum, 1e-10));
      picture[band * frames + frame] = level;
      if (level > loudest) loudest = level;
    }
  }
  for (let i = 0; i < picture.length; i++)
    picture[i] = (Math.max(picture[i] as number, loudest - DYNAMIC_RANGE) + 4) / 4;
  return picture;
}

/** Takes the samples from `from` on, mirrored at the beginning, under a Hann window. */
function cutWindow(samples: Float32Array, from: number, into: Float64Array): void {
  for (let i = 0; i < WINDOW; i++)
    into[i] = (samples[Math.abs(from + i)] ?? 0) * (HANN[i] as number);
}

const HANN = Float64Array.from({ length: WINDOW }, (_, i) => {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW);
});
const COSINES = Float64Array.from({ length: WINDOW }, (_, i) =>
  Math.cos((2 * Math.PI * i) / WINDOW),
);
const SINES = Float64Array.from(
  { length: WINDOW },
  (_, i) => -Math.sin((2 * Math.PI * i) / WINDOW),
);

/** 400 = 16 × 25: a transform of 25 interleaved parts of 16, then one of 25 for each bin. */
const PARTS = 25;
const PART = WINDOW / PARTS;
const partReal = new Float64Array(WINDOW);
const partImaginary = new Float64Array(WINDOW);

/**
 * The squared size of the Fourier transform of 400 real numbers, by one step of Cooley and Tukey:
 * a fifth of the work of the plain sum, and exact to float64.
 */
function powerSpectrum(real: Float64Array, power: Float64Array): void {
  transformParts(real);
  for (let bin = 0; bin < BINS; bin++) {
    let re = 0;
    let im = 0;
    const column = bin % PART;
    for (let part = 0, angle = 0; part < PARTS; part++) {
      const [c, s] = [COSINES[angle] as number, SINES[angle] as number];
      const at = part * PART + column;
      const [x, y] = [partReal[at] as number, partImaginary[at] as number];
      re += x * c - y * s;
      im += x * s + y * c;
      angle += bin;
      if (angle >= WINDOW) angle -= WINDOW;
    }
    power[bin] = re * re + im * im;
  }
}

function transformParts(real: Float64Array): void {
  for (let part = 0; part < PARTS; part++)
    for (let bin = 0; bin <= PART / 2; bin++) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < PART; i++) {
        const angle = ((i * bin) % PART) * PARTS;
        const value = real[i * PARTS + part] as number;
        re += value * (COSINES[angle] as number);
        im += value * (SINES[angle] as number);
      }
      setPart(part, bin, re, im);
      // The other half of the transform of real numbers is its mirror image.
      if (bin > 0 && bin < PART / 2) setPart(part, PART - bin, re, -im);
    }
}

function setPart(part: number, bin: number, re: number, im: number): void {
  partReal[part * PART + bin] = re;
  partImaginary[part * PART + bin] = im;
}

interface Filter {
  readonly first: number;
  readonly weights: Float64Array;
}

let cachedFilters: readonly Filter[] | undefined;

/** Slaney's triangular filters of equal area, as librosa makes them. */
function filters(): readonly Filter[] {
  cachedFilters ??= Array.from({ length: BANDS }, (_, band) => {
    const edges = [0, 1, 2].map((side) => hertz(((band + side) * MAX_MEL) / (BANDS + 1)));
    const [low = 0, middle = 0, high = 0] = edges;
    const weights = Array.from({ length: BINS }, (_bin, bin) => {
      const frequency = (bin * SAMPLE_RATE) / WINDOW;
      const rising = (frequency - low) / (middle - low);
      const falling = (high - frequency) / (high - middle);
      return Math.max(0, Math.min(rising, falling)) * (2 / (high - low));
    });
    const first = weights.findIndex((weight) => weight > 0);
    const last = weights.findLastIndex((weight) => weight > 0);
    return {
      first: Math.max(0, first),
      weights: Float64Array.from(weights.slice(first, last + 1)),
    };
  });
  return cachedFilters;
}

/** Slaney's scale: linear to 1000 Hz, which is 15 mel, then logarithmic. */
const LINEAR_HERTZ = 200 / 3;
const LOG_STEP = Math.log(6.4) / 27;
const hertz = (mel: number): number =>
  mel < 15 ? mel * LINEAR_HERTZ : 1000 * Math.exp(LOG_STEP * (mel - 15));
const MAX_MEL = 15 + Math.log(SAMPLE_RATE / 2 / 1000) / LOG_STEP;
