import type { AudioChunk } from "../audio/speech-chunker.ts";
import type { Cue, Language } from "../../types.ts";
import type { RequestFailure } from "../../remote/refusals.ts";
import { SAMPLE_RATE, type TimingUnit } from "../transcriber.ts";

/**
 * A recogniser that gets one audio chunk at a time, such as a server. `open.ts` makes a Transcriber
 * of it.
 */
export interface Engine {
  readonly id: string;
  readonly languages: readonly Language[];
  /** The longest chunk that it gets, in milliseconds. Longer audio is cut at pauses. */
  readonly longestMs: number;
  /** How many requests may be under way at once for one file. */
  readonly concurrency: number;
  /**
   * Makes one attempt. It must reject with the signal's reason only; every other failure is an
   * answer.
   */
  recognise(chunk: AudioChunk, options: AskOptions): Promise<EngineAnswer>;
  stop?(): Promise<void>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly language: Language | undefined;
  readonly signal: AbortSignal;
}

export type EngineAnswer = { readonly heard: Recognition } | { readonly refused: RequestFailure };

/**
 * What was said in one chunk. Times are in milliseconds from its start; cues need not be sorted,
 * nor lie inside the chunk.
 */
export interface Recognition {
  readonly cues: readonly Cue[];
  readonly timing: TimingUnit;
  /** null when the recogniser does not tell the language. */
  readonly language: Language | null;
  /** One line for the user for each thing that was asked for and not given. */
  readonly notes: readonly string[];
}

export const audioLengthMs = ({ samples }: Pick<AudioChunk, "samples">): number =>
  (samples.length * 1000) / SAMPLE_RATE;
