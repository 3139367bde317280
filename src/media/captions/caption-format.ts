import type { RawCaptions } from "./raw-cue.ts";

/** What a reader gets to know beside the text. */
export interface ReadContext {
  /** The file as it is, for formats that are no text. */
  readonly bytes: Uint8Array;
  /** Frames a second of the media, for formats that count frames; undefined when nobody knows. */
  readonly frameRate?: number | undefined;
  /** The language that is wanted of a file that has several; BCP 47. */
  readonly language?: string | undefined;
}

/** One format of captions or transcripts: a file in `formats/` and a line in `formats.ts`. */
export interface CaptionFormatSpec {
  /** The name that the library keeps: `captions:ttml`. */
  readonly name: string;
  /** How people call it. */
  readonly title: string;
  /** Where the format is written down. */
  readonly specification: string;
  /** Endings of names that no other files have, with the dot. */
  readonly endings: readonly string[];
  /**
   * Endings that other files have too (`.json`, `.txt`): such a file is opened to see what it is,
   * and only beside a recording of its name, or by `import`.
   */
  readonly sharedEndings?: readonly string[];
  /**
   * Whether a text begins like this format. The text may be the first few kilobytes only. Formats
   * without it are used by their name alone.
   */
  readonly matches?: (head: string) => boolean;
  /** It is no text: `read` takes the bytes. */
  readonly isBinary?: boolean;
  /** Whether a file of it without a cue is whole all the same. */
  readonly mayBeEmpty?: boolean;
  /** @throws UNREADABLE_MEDIA for text that can't be of this format. */
  readonly read: (text: string, context: ReadContext) => RawCaptions;
}
