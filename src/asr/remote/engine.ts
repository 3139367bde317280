import type { AudioChunk } from "../audio/speech-chunker.ts";
import type { Cue, Language } from "../../types.ts";
import type { RequestFailure } from "../../remote/refusals.ts";
import { SAMPLE_RATE, type TimingUnit } from "../transcriber.ts";

/**
 * A recogniser that is asked for one piece of audio at a time, such as a server; `open.ts` makes a
 * Transcriber of it.
 */
export interface Engine {
  readonly id: string;
  readonly languages: readonly Language[];
  /** Longest piece that it is asked for, in milliseconds. Longer audio is cut at pauses. */
  readonly longestMs: number;
  /** Requests at once for one file. */
  readonly concurrency: number;
  /** One attempt. Rejects with the signal's reason only: every other failure is an answer. */
  recognise(piece: AudioChunk, options: AskOptions): Promise<EngineAnswer>;
  stop?(): Promise<void>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly language: Language | undefined;
  readonly signal: AbortSignal;
}

export type EngineAnswer = { readonly heard: Recognition } | { readonly refused: RequestFailure };

/**
 * What was said in one piece. Times in milliseconds from its start; need not be sorted, nor lie
 * inside it.
 */
export interface Recognition {
  readonly cues: readonly Cue[];
  readonly timing: TimingUnit;
  /** null when the recogniser does not say. */
  readonly language: Language | null;
  /** What was asked for and not given, for the user. */
  readonly notes: readonly string[];
}

export const audioLengthMs = ({ samples }: Pick<AudioChunk, "samples">): number =>
  (samples.length * 1000) / SAMPLE_RATE;
