import type { Cue, Language } from "../types.ts";
import type { SpeakerVoice } from "./speaker-turns.ts";
import type { AllRecogniserSettings, RequestSettings } from "./settings.ts";

/** Sample rate of the audio that every recogniser takes, in Hz: 16 kHz mono float32 in -1..1. */
export const SAMPLE_RATE = 16_000;

export interface TranscribeOptions {
  /** The language that the user named; undefined when it is unknown. */
  readonly language?: Language | undefined;
  readonly signal: AbortSignal;
  /** Called from time to time with the position reached, in milliseconds of audio. */
  readonly onProgress?: ((positionMs: number) => void) | undefined;
  /**
   * Called with what was just recognised, in order, by those that know it before a checkpoint. It
   * is for people who read along; the result alone counts.
   */
  readonly onCues?: ((cues: readonly Cue[]) => void) | undefined;
  /**
   * Called at least once a minute of audio with what it takes to go on from there in another
   * process.
   */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => void) | undefined;
  /**
   * Checkpoints of an earlier attempt with the same audio, in order: its result is taken up where
   * the last one was made.
   */
  readonly resume?: readonly Checkpoint[] | undefined;
}

/** Plain data (JSON), of use to the recogniser that made it only. */
export interface Checkpoint {
  readonly recogniser: string;
  readonly positionMs: number;
  /** The cues that were recognised since the checkpoint before. */
  readonly cues: readonly Cue[];
  readonly state: unknown;
}

/**
 * How finely times are known: of each word; of each segment as the recogniser cut it; of the
 * stretch of audio that it was given. Times that a recogniser does not give are never made up.
 */
export type TimingUnit = "word" | "segment" | "window";

export interface Transcript {
  /**
   * Cues must be in time order, must not overlap and must lie inside the audio's duration. They
   * have word times where `timing` is "word".
   */
  readonly cues: readonly Cue[];
  /** The coarsest timing of all cues. */
  readonly timing: TimingUnit;
  /**
   * "und" when the recogniser can't tell or its output is implausible for the languages it knows.
   */
  readonly language: Language;
  /**
   * One line for the user when the output is doubtful, such as speech in a language that the
   * recogniser does not know.
   */
  readonly warning: string | null;
  /** How those sound who speak in it, where that was heard. */
  readonly voices?: SpokenVoices | undefined;
}

export interface SpokenVoices {
  /** What heard them: voices of another encoder can't be compared. */
  readonly encoder: string;
  readonly voices: readonly SpeakerVoice[];
}

/**
 * Speech recognition. Implementations pass `transcriber.contract.ts`. Laws: known words of a
 * fixture within a stated error rate; silence, noise and music give no cues; the same result for
 * any chunking of the same audio; memory does not grow with its length apart from the cues; an
 * abort rejects soon with the signal's reason.
 */
export interface Transcriber {
  /**
   * Identity of engine, model files and settings: a change of anything that changes the output
   * changes it.
   */
  readonly id: string;
  /** BCP 47 tags of the languages that it recognises; empty when it alone knows. */
  readonly languages: readonly Language[];
  transcribe(audio: AsyncIterable<Float32Array>, options: TranscribeOptions): Promise<Transcript>;
  /** Ends what would outlive this process, such as commands that it started; within two seconds. */
  stop?(): Promise<void>;
  close(): Promise<void>;
}

/** What recognisers are opened with. */
export interface TranscriberOptions {
  /** Paths of a model's files by name; fetches what is missing. */
  readonly models: (model: string) => Promise<Record<string, string>>;
  /** Threads of one recogniser; files in parallel processes use cores better. */
  readonly threads?: number;
  /** Where recognisers outside this process are, and how requests to them are made. */
  readonly engines?: AllRecogniserSettings | undefined;
}

/** What `open` of one recogniser is given: of the settings those for all, and its own. */
export interface OwnOptions<Own> extends Omit<TranscriberOptions, "engines"> {
  readonly requests: RequestSettings;
  readonly settings: Own;
}
