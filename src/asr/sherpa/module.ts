import { MediasearchError } from "../../errors.ts";

/**
 * What of sherpa-onnx-node is used; the package has no types of its own
 * (https://k2-fsa.github.io/sherpa/onnx/).
 */
export interface Sherpa {
  readonly OfflineRecognizer: new (config: unknown) => Recognizer;
  readonly SpokenLanguageIdentification: new (config: unknown) => {
    createStream(): SherpaStream;
    compute(stream: SherpaStream): string;
  };
  readonly OfflineSpeakerDiarization: new (config: unknown) => {
    readonly sampleRate: number;
    process(samples: Float32Array): readonly SherpaTurn[];
  };
  readonly version: string;
}

export interface SherpaStream {
  acceptWaveform(wave: { readonly samples: Float32Array; readonly sampleRate: number }): void;
}

export interface Recognizer {
  createStream(): SherpaStream;
  decode(stream: SherpaStream): void;
  getResult(stream: SherpaStream): RecognizerResult;
}

export interface RecognizerResult {
  readonly lang?: string;
  readonly text: string;
  /** Starts of tokens, seconds from the start of the audio; empty for models that give none. */
  readonly timestamps?: readonly number[];
  readonly durations?: readonly number[];
  readonly tokens?: readonly string[];
  readonly ys_log_probs?: readonly number[];
  /** Of Whisper's segments, in seconds from the start of the audio. */
  readonly segment_timestamps?: readonly number[];
  readonly segment_durations?: readonly number[];
}

/** A stretch of one speaker, in seconds; speakers count from 0. */
export interface SherpaTurn {
  readonly start: number;
  readonly end: number;
  readonly speaker: number;
}

/** @throws MISSING_TOOL where the optional package is not installed, or not for this machine. */
export async function loadSherpa(): Promise<Sherpa> {
  try {
    const loaded = (await import("sherpa-onnx-node" as string)) as { readonly default: Sherpa };
    return loaded.default;
  } catch (cause) {
    throw new MediasearchError(
      "MISSING_TOOL",
      "the optional package sherpa-onnx-node is not here, or not for this machine",
      {
        subject: "sherpa-onnx-node",
        hint: "npm install sherpa-onnx-node@1.13.8   (beside mediasearch)",
        cause,
      },
    );
  }
}
