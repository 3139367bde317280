/** Where a transcript came from: captions written by somebody, or automatic speech recognition. */
export type Origin = "captions" | "asr";

/**
 * One word with its times in milliseconds from the start of the media; confidence in 0..1 where the
 * recogniser gives one.
 */
export interface Word {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number | null;
}

/**
 * A stretch of transcript as captions or a recogniser deliver it, before segmentation.
 * Times are whole milliseconds, endMs >= startMs; text is plain (no markup), trimmed, never empty.
 */
export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly speaker: string | null;
  /** Somebody else begins to speak here, whom nothing names: a dialogue's dash. */
  readonly startsTurn?: boolean;
  /** Mean probability of the words, 0..1; null where nothing is known, as with captions. */
  readonly confidence: number | null;
  /** Word times where the source has them, in order; null otherwise. */
  readonly words: readonly Word[] | null;
}

/**
 * The unit that is indexed, embedded and found: about a sentence, about 3 to 30 s, at most about 40
 * words, one speaker.
 */
export interface Segment {
  /** Position in its version, from 0, in time order. */
  readonly index: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly speaker: string | null;
  readonly confidence: number | null;
  /**
   * Its words in order, where their times are known, on the way into a library and for readers that
   * ask for them. Versions do not hold them: `backends/word-times.ts` does.
   */
  readonly words?: readonly WordTime[] | undefined;
}

/** When a word is said, in milliseconds from the start of the media. */
export type WordTime = Pick<Word, "text" | "startMs" | "endMs">;

/**
 * A segment with its embedding; the vector is unit length, or null when embedding failed or was
 * left out.
 */
export interface EmbeddedSegment extends Segment {
  readonly vector: Float32Array | null;
}

/** BCP 47 tag where the language is known, "und" (undetermined) otherwise. */
export type Language = string;

/** Captions instead of recognition where there are any; captions or nothing; recognition always. */
export type CaptionsMode = "prefer" | "only" | "ignore";

/**
 * The name of a recogniser, as ASR_ENGINE has it. `src/asr/registry.ts` knows all of them; config
 * checks what users write.
 */
export type EngineName = string;

/** A part of a recording under a heading. Milliseconds from the start of the media. */
export interface Chapter {
  readonly startMs: number;
  readonly endMs: number;
  readonly title: string;
}

/** The place of a file in a recording that a camera or recorder put into several files. */
export interface RecordingPart {
  /** What the whole is called. */
  readonly name: string;
  /** Its place, from 1. */
  readonly number: number;
  readonly of: number;
  /** Where it begins in the whole, milliseconds; null where an earlier part is not there. */
  readonly startMs: number | null;
}

/**
 * What is known of a recording besides its words: from the container, from a feed, from files that
 * other programs wrote beside it. A member that nobody stated is missing.
 */
export interface MediaFacts {
  readonly title?: string | undefined;
  /** The artist, podcast, series or channel. */
  readonly show?: string | undefined;
  readonly description?: string | undefined;
  /** Its page on the web. */
  readonly page?: string | undefined;
  readonly chapters?: readonly Chapter[] | undefined;
  /** FFmpeg's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container?: string | undefined;
  readonly audioCodec?: string | undefined;
  readonly videoCodec?: string | undefined;
  /** Pixels. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Pictures a second. */
  readonly frameRate?: number | undefined;
  /** What else the container says, by its own names in small letters. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}
