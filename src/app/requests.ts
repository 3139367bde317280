import type { TimeRange } from "./time-range.ts";

/**
 * Which part of a library a request means. What is left out restricts nothing; what is given must
 * all hold.
 */
export interface FilterRequest {
  /** A path, a name or a glob of files; relative ones start at the caller's folder. */
  readonly file?: string | undefined;
  /** A speaker's name, or a part of it. */
  readonly speaker?: string | undefined;
  /** Words in a row in the title of the recording. */
  readonly title?: string | undefined;
  /** Words in a row in the name of its show, podcast, channel or artist. */
  readonly show?: string | undefined;
  /** Words in a row in the heading of a chapter: of files, those that have such a chapter. */
  readonly chapter?: string | undefined;
  /** A language tag such as `en` or `pt-BR`. */
  readonly lang?: string | undefined;
  /** Where the words came from: `captions` or `asr`. */
  readonly origin?: string | undefined;
  /** Recorded at or after a date: `2026`, `2026-01-31`, `yesterday`, `7d` (days ago). */
  readonly after?: string | undefined;
  /** Recorded before a date, written in the same way. */
  readonly before?: string | undefined;
  /** The length of the file: `>10m`, `<=1h30m`, `10m..20m`. */
  readonly duration?: string | undefined;
  /** How sure the recogniser was, from 0 to 1: `>0.8`, `<60%`, `0.5..0.9`. */
  readonly confidence?: string | undefined;
}

/** One page of a ranking. */
export interface SearchRequest extends FilterRequest {
  /** The words to look for, with the signs of the query language (`mediasearch search --help`). */
  readonly query: string;
  /** `keyword` compares words, `semantic` meaning, `hybrid` (the default) both. */
  readonly mode?: "hybrid" | "keyword" | "semantic" | undefined;
  /** The most hits to return; 10 unless given. */
  readonly limit?: number | undefined;
  /** How many of the best hits come before this page; 0 unless given. */
  readonly offset?: number | undefined;
  /** Lines of the transcript before and after each hit; 0 unless given. */
  readonly context?: number | undefined;
  /**
   * The least score of a hit. Unless it is given, hits that have no word of the query and are not
   * nearer in meaning than by chance are left out.
   */
  readonly minScore?: number | undefined;
  /**
   * Whether hits of the same moment are listed one by one; unless given, they are folded under the
   * best of them where meaning takes part.
   */
  readonly allHits?: boolean | undefined;
  /** Whether each hit says how its score was made; false unless given. */
  readonly explain?: boolean | undefined;
}

/**
 * What a list of files can be sorted by: text upwards, amounts and times from the most or newest
 * down.
 */
export type SortKey =
  | "file"
  | "duration"
  | "segments"
  | "speakers"
  | "origin"
  | "state"
  | "language"
  | "size"
  | "modified"
  | "recorded"
  | "indexed";

/** Which files of a library to list, and in which order. */
export interface ListRequest extends FilterRequest {
  /** Only files in this state; files in every state unless given. */
  readonly state?: "registered" | "indexed" | "partial" | "failed" | "deleted" | undefined;
  /** `file` unless given. */
  readonly sort?: SortKey | undefined;
  /** Whether the order is turned round; files without a value stay last. */
  readonly reverse?: boolean | undefined;
}

/** Which part of which transcript to read; the whole one unless a part is given. */
export interface TranscriptRequest {
  /** A path, or a name or glob that only one file of the library has. */
  readonly file: string;
  /**
   * Leaves out lines that end at or before this time, in milliseconds from the start of the file.
   */
  readonly fromMs?: number | undefined;
  /**
   * Leaves out lines that begin at or after this time, in milliseconds from the start of the file.
   */
  readonly untilMs?: number | undefined;
  /** Only the line that is said at a time, and so many lines before and after it. */
  readonly around?: { readonly at: TimeRange; readonly lines: number } | undefined;
}
