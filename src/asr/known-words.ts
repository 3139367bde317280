import type { Cue, Language } from "../types.ts";
import type { TimingUnit, Transcriber } from "./transcriber.ts";

/** What a recogniser made of a recording at an earlier time, without speakers. Plain data. */
export interface KnownWords {
  /** The id of that recogniser. */
  readonly recogniser: string;
  readonly language: Language;
  readonly timing: TimingUnit;
  readonly cues: readonly Cue[];
}

/** The id of a recogniser without what told apart who speaks. */
export const withoutSpeakers = (id: string): string => id.replace(/\+speakers\.[^+]*$/, "");

/** Whether speakers were told apart by a part of ours, and not named by the recogniser. */
export const hasToldSpeakers = (id: string): boolean => withoutSpeakers(id) !== id;

/** A recogniser that lets a recording pass by and gives what is known of it. */
export const recallWords = ({ recogniser, language, timing, cues }: KnownWords): Transcriber => ({
  id: recogniser,
  languages: [],
  async transcribe(audio, { signal, onProgress }) {
    let samples = 0;
    for await (const chunk of audio) {
      signal.throwIfAborted();
      samples += chunk.length;
      onProgress?.(samples / SAMPLES_PER_MS);
    }
    return { cues, language, timing, warning: null };
  },
  close: async () => {},
});

const SAMPLES_PER_MS = 16;
