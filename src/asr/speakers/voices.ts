import { readFile } from "node:fs/promises";
import { loadOnnxRuntime } from "../../models/onnx-runtime.ts";
import { sessionOptions } from "../audio/session-options.ts";
import { type AudioChunk, type ChunkerOptions } from "../audio/speech-chunker.ts";
import { FRAME, FRAME_MS } from "../audio/voice-activity.ts";
import { SAMPLE_RATE } from "../transcriber.ts";

/** Its model and file, as `models/catalogue.ts` names them. */
export const VOICE_MODEL = "ge2e";
export const VOICE_FILE = "ge2e.int8.onnx";
export const VOICE_SIZE = 256;

/**
 * Speech is cut at every pause of 0.3 s, since somebody else may go on after it, and so that little
 * audio is held.
 */
export const VOICE_CUT: ChunkerOptions = { mostMs: 20_000, joinedGapMs: 300, earliestCutMs: 5000 };

/** A short stretch of speech and the voice that is heard in it. */
export interface VoiceWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** The number of the chunk of speech that it lies in: pauses lie between two. */
  readonly chunk: number;
  /** VOICE_SIZE numbers of length 1: two voices are alike as far as their product is near 1. */
  readonly voice: Float32Array;
}

/** The encoder was trained on windows of this length. */
const WINDOW_SAMPLES = 1.6 * SAMPLE_RATE;
const HOP_SAMPLES = WINDOW_SAMPLES / 2;
/** Less speech than this tells no voice. */
const MIN_SPEECH_FRAMES = Math.round(250 / FRAME_MS);
const VOICED = 0.35;
/** The encoder takes a spectrum every 10 ms, each over 25 ms; it needs some. */
const SPECTRUM_HOP = 160;
const SPECTRUM_SAMPLES = 400;
const MIN_SPECTRA = 25;
/** Every window is brought to -30 dB below full scale, as the encoder's training data were. */
const LEVEL = 10 ** (-30 / 20);
const MIN_LEVEL = 1e-5;
const BATCH = 16;

export interface VoiceEncoder {
  /** The windows of one chunk of speech; none where it is too short. */
  readonly encode: (chunk: AudioChunk, index: number) => Promise<VoiceWindow[]>;
  readonly release: () => Promise<void>;
}

/**
 * The speaker encoder of Resemblyzer 0.1.4, a net of three LSTM layers: Wan et al. 2018,
 * Generalized End-to-End Loss for Speaker Verification, https://arxiv.org/abs/1710.10467.
 */
export async function loadVoiceEncoder(path: string): Promise<VoiceEncoder> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const session = await InferenceSession.create(await readFile(path), sessionOptions(1));
  const run = async (waves: Float32Array, count: number): Promise<Float32Array> => {
    const { embedding } = await session.run({
      wave: new Tensor("float32", waves, [count, waves.length / count]),
    });
    return embedding?.data as Float32Array;
  };
  return {
    async encode(chunk, index) {
      const { starts, length, startSample, samples } = planWindows(chunk);
      const size = waveSize(length);
      const windows: VoiceWindow[] = [];
      for (let first = 0; first < starts.length; first += BATCH) {
        const batch = starts.slice(first, first + BATCH);
        const waves = new Float32Array(batch.length * size);
        batch.forEach((start, i) => waves.set(levelled(samples, start, size), i * size));
        const voices = await run(waves, batch.length);
        batch.forEach((start, i) =>
          windows.push({
            startMs: ((startSample + start) * 1000) / SAMPLE_RATE,
            endMs: ((startSample + start + length) * 1000) / SAMPLE_RATE,
            chunk: index,
            voice: voices.slice(i * VOICE_SIZE, (i + 1) * VOICE_SIZE),
          }),
        );
      }
      return windows;
    },
    release: () => session.release(),
  };
}

const waveSize = (length: number): number =>
  SPECTRUM_SAMPLES + SPECTRUM_HOP * (Math.max(MIN_SPECTRA, Math.round(length / SPECTRUM_HOP)) - 1);

interface WindowPlan {
  /** Samples from the first voiced one on. */
  readonly samples: Float32Array;
  /** Its position in the whole audio. */
  readonly startSample: number;
  /** Where windows begin in `samples`. */
  readonly starts: readonly number[];
  readonly length: number;
}

/** Spreads windows of one length evenly over what is voiced of a chunk. */
function planWindows({ samples, voiced, startSample }: AudioChunk): WindowPlan {
  const isVoiced = (probability: number): boolean => probability >= VOICED;
  const first = Math.max(0, voiced.findIndex(isVoiced));
  const end = voiced.findLastIndex(isVoiced) + 1;
  const speech = samples.subarray(first * FRAME);
  const spoken = Math.max(0, end - first) * FRAME;
  const plan = { samples: speech, startSample: startSample + first * FRAME };
  if (voiced.filter(isVoiced).length < MIN_SPEECH_FRAMES) return { ...plan, starts: [], length: 0 };
  if (spoken <= WINDOW_SAMPLES) return { ...plan, starts: [0], length: spoken };
  const count = Math.ceil((spoken - WINDOW_SAMPLES) / HOP_SAMPLES) + 1;
  const step = (spoken - WINDOW_SAMPLES) / (count - 1);
  const starts = Array.from({ length: count }, (_, i) => Math.round(i * step));
  return { ...plan, starts, length: WINDOW_SAMPLES };
}

/** What the audio does not have is silence. */
function levelled(samples: Float32Array, start: number, size: number): Float32Array {
  const wave = new Float32Array(size);
  wave.set(samples.subarray(start, start + size));
  let power = 0;
  for (const value of wave) power += value * value;
  const gain = LEVEL / Math.max(MIN_LEVEL, Math.sqrt(power / size));
  return wave.map((value) => value * gain);
}
