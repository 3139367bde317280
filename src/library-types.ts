import type {
  FilterRequest,
  ListRequest,
  SearchRequest,
  TranscriptRequest,
} from "./app/requests.ts";
import type { MediasearchError } from "./errors.ts";
import type { Origin } from "./types.ts";

export type { FilterRequest, ListRequest, SearchRequest, TranscriptRequest };

/** Where a library is and how it is used. Everything has a default, as on the command line. */
export interface LibraryOptions {
  /** The path of the library file; by default as the settings say (MEDIASEARCH_STORE). */
  readonly store?: string | undefined;
  /** The path of a configuration file, in place of the project's own. */
  readonly config?: string | undefined;
  /** The environment with the settings of docs/config.md; `process.env` unless given. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Where relative paths start, in requests and in results; the process's folder unless given. */
  readonly cwd?: string | undefined;
  /** Stops a running `index` when it is aborted; what was committed by then stays. */
  readonly signal?: AbortSignal | undefined;
}

/** A line of a transcript. Times are milliseconds from the start of the file. */
export interface TranscriptLine {
  readonly startMs: number;
  readonly endMs: number;
  /** null where nobody is named. */
  readonly speaker: string | null;
  readonly text: string;
}

/** A part of a text. All spans of a text, joined, are the text. */
export interface TextSpan {
  readonly text: string;
  /** Whether this part matches the query. */
  readonly matched: boolean;
}

export interface SearchHit extends TranscriptLine {
  /** The rank, from 1, over all pages. */
  readonly number: number;
  /** The absolute path, or the s3:// location, of the file. */
  readonly path: string;
  /** The same path as a person would write it: relative to `cwd` for files below it. */
  readonly file: string;
  /** Comparable only with scores of the same search. */
  readonly score: number;
  readonly origin: Origin;
  /** `text`, cut where it matches the query. */
  readonly spans: readonly TextSpan[];
  /** Lines around the hit, as `context` asked for. */
  readonly before: readonly TranscriptLine[];
  readonly after: readonly TranscriptLine[];
  /** The title or chapter over it, where words of the query are in that and not in the text. */
  readonly heading?: string | undefined;
  /** The other hits of the same moment, best first: they are folded under this one. */
  readonly moment: {
    readonly hits: readonly (TranscriptLine & { readonly score: number })[];
  };
  /** How the score was made, with `explain`; null without it. */
  readonly explain: Readonly<Record<string, number | null>> | null;
}

/** One page of hits, best first. */
export interface SearchPage {
  readonly query: string;
  readonly mode: string;
  readonly offset: number;
  /** All hits, on this page or not. */
  readonly total: number;
  /** How many there are to page through: fewer than hits where some are folded under others. */
  readonly moments: number;
  /**
   * `all`: `total` is a count. `ranked`: nearness has no natural end, so `total` is how many were
   * ranked.
   */
  readonly totalIs: "all" | "ranked";
  /** The query with misspelt words put right; null when every word occurs. */
  readonly didYouMean: string | null;
  /** Why nothing was found, or that what was found has no word of the query; else null. */
  readonly note: string | null;
  readonly hits: readonly SearchHit[];
}

export interface LibraryFile {
  /** The absolute path, or the s3:// location, of the file. */
  readonly path: string;
  /** The same path as a person would write it. */
  readonly file: string;
  readonly state: "registered" | "indexed" | "partial" | "failed" | "deleted";
  /** null until the file is indexed; so are `engine`, `language` and `indexed`. */
  readonly origin: Origin | null;
  /** The recogniser or the format of the captions. */
  readonly engine: string | null;
  readonly language: string | null;
  readonly durationMs: number | null;
  readonly segments: number;
  readonly speakers: readonly string[];
  /** The title of the recording, and its show, podcast, channel or artist; null where unknown. */
  readonly title: string | null;
  readonly show: string | null;
  /** What else is known of the recording; a member that nobody stated is missing. */
  readonly media: {
    readonly description?: string | undefined;
    /** Its page on the web. */
    readonly page?: string | undefined;
    /** Times in milliseconds. */
    readonly chapters?:
      | readonly { readonly startMs: number; readonly endMs: number; readonly title: string }[]
      | undefined;
    readonly container?: string | undefined;
    readonly audioCodec?: string | undefined;
    readonly videoCodec?: string | undefined;
    /** Pixels. */
    readonly width?: number | undefined;
    readonly height?: number | undefined;
    /** Pictures a second. */
    readonly frameRate?: number | undefined;
    readonly tags?: Readonly<Record<string, string>> | undefined;
  };
  readonly sizeBytes: number;
  /** When the file was changed, as ISO 8601; so are `recorded` and `indexed`. */
  readonly modified: string;
  readonly recorded: string | null;
  readonly indexed: string | null;
  /** The track that the transcript was made of; null for captions beside the file. */
  readonly track: {
    readonly type: "audio" | "subtitle";
    /** From 1, as players count. */
    readonly number: number;
    /** How many of its type there are. */
    readonly of: number;
    readonly language: string | null;
    readonly title: string | null;
  } | null;
  /** Which channels were heard, such as "left" or "separate"; null when all were mixed. */
  readonly channels: string | null;
  /**
   * Its place in a recording that a camera or recorder put into several files, and where it begins
   * there, milliseconds, null where an earlier part is missing; null for a whole recording.
   */
  readonly part: {
    readonly name: string;
    readonly number: number;
    readonly of: number;
    readonly startMs: number | null;
  } | null;
  /** Why the last attempt failed; null when it did not. */
  readonly error: string | null;
}

export interface FileTranscript {
  readonly path: string;
  readonly file: string;
  readonly origin: Origin | null;
  readonly engine: string | null;
  readonly language: string | null;
  readonly durationMs: number | null;
  readonly lines: readonly TranscriptLine[];
}

/** A file whose indexing failed. */
export interface FailedFile {
  readonly path: string;
  readonly file: string;
  /** What the file waits for: docs/indexing.md. */
  readonly state:
    | "RETRYING"
    | "NEEDS_MEDIA_FIX"
    | "NEEDS_ENGINE_TUNING"
    | "QUARANTINED"
    | "SKIPPED";
  /** A code of docs/errors.md. */
  readonly code: string;
  readonly reason: string;
  readonly hint: string | null;
  readonly attempts: number;
  readonly engine: string;
  /** Unix milliseconds. */
  readonly updatedAtMs: number;
}

export interface LibraryStatus {
  /** Files by state. */
  readonly files: Readonly<Record<LibraryFile["state"], number>>;
  readonly segments: number;
  /** Segments that can be found by meaning. */
  readonly vectors: number;
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** The embedding model; null before anything is indexed. */
  readonly model: string | null;
  /** Files that the next run works on. */
  readonly queued: number;
  /** Failed files by state. */
  readonly jobs: Readonly<Record<string, number>>;
}

export interface IndexRequest {
  /** Files, folders and s3:// locations; none means what is registered and not done yet. */
  readonly paths?: readonly string[] | undefined;
  /** Globs: only files that match one of these. */
  readonly include?: readonly string[] | undefined;
  /** Globs: never files that match one of these. */
  readonly exclude?: readonly string[] | undefined;
  /** Tells what would be done and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Goes on with what changes below the paths, until the signal aborts or the loop is left. */
  readonly watch?: boolean | undefined;
}

/** How many files came to which end. */
export interface IndexCounts {
  readonly found: number;
  readonly indexed: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly reused: number;
  readonly deleted: number;
  readonly failed: number;
  /** Segments, not files. */
  readonly segments: number;
}

/**
 * What happens during a run, in order; `summary` is the last one. Minor versions may add types, so
 * ignore those that you do not know.
 */
export type IndexEvent =
  | { readonly type: "found" | "unchanged" | "would-index" | "deleted"; readonly path: string }
  | {
      readonly type: "progress";
      readonly path: string;
      readonly positionMs: number;
      /** null while nobody knows how long the file is. */
      readonly durationMs: number | null;
    }
  | { readonly type: "indexed"; readonly path: string; readonly segments: number }
  /** The transcript was in the library already: the file moved, came back or is a copy. */
  | { readonly type: "reused"; readonly path: string; readonly from: string }
  | { readonly type: "skipped"; readonly path: string; readonly reason: string }
  /** The file failed in an earlier run, nothing has changed since, and it was not tried again. */
  | { readonly type: "quarantined"; readonly path: string; readonly reason: string }
  /** One file failed; the run goes on. */
  | { readonly type: "failed"; readonly path: string; readonly error: MediasearchError }
  | {
      readonly type: "retrying";
      readonly path: string;
      readonly error: MediasearchError;
      readonly delayMs: number;
    }
  | {
      readonly type: "downloading";
      readonly model: string;
      readonly file: string;
      readonly doneBytes: number;
      /** 0 where the server does not say. */
      readonly totalBytes: number;
    }
  | { readonly type: "summary"; readonly counts: IndexCounts; readonly wallMs: number };

/** An open library. Methods may be called at the same time. Every failure is a MediasearchError. */
export interface Library {
  /**
   * Searches what is said.
   * @throws NO_STORE before anything is indexed; USAGE for a malformed query or filter;
   *   MODEL_MISMATCH when the library was made with another embedding model.
   */
  search(request: SearchRequest): Promise<SearchPage>;
  /**
   * Indexes files and tells what happens. A failed file is an event. Leaving the loop stops the
   * run.
   * @throws STORE_BUSY while another run indexes into the library; the reason of the signal.
   */
  index(request: IndexRequest): AsyncIterable<IndexEvent>;
  /** Lists the files of the library. @throws NO_STORE, USAGE */
  list(request?: ListRequest): Promise<readonly LibraryFile[]>;
  /**
   * Reads what is said in one file.
   * @throws NO_STORE; NOT_FOUND; USAGE when several files match.
   */
  transcript(request: TranscriptRequest): Promise<FileTranscript>;
  /** Lists the files whose indexing failed. @throws NO_STORE */
  jobs(): Promise<readonly FailedFile[]>;
  /** Counts what is in the library. @throws NO_STORE */
  status(): Promise<LibraryStatus>;
  /**
   * Frees the library and the model. A run of `index` that goes on rejects with INTERRUPTED at its
   * next event, and so does every later call of a method.
   */
  close(): Promise<void>;
}
