import type { MediasearchError } from "../errors.ts";

/**
 * What the application tells while an operation goes on. A door decides what becomes of it: a line
 * of state, a log, nothing. Sizes in bytes, times in milliseconds, counts from 1 up to the total.
 */
export type AppEvent =
  /** `totalBytes` is 0 where the server did not say. */
  | {
      readonly type: "downloading";
      readonly model: string;
      readonly file: string;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  | {
      readonly type: "uploading";
      readonly file: string;
      readonly number: number;
      readonly files: number;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  /** Segments of the library that are in this machine's copy by now. */
  | { readonly type: "copying-library"; readonly done: number; readonly total: number }
  /** Segments of a cluster's library that were read for a comparison. */
  | { readonly type: "reading-cluster"; readonly done: number; readonly total: number }
  /** A long operation went on to its next stage. */
  | { readonly type: "stage"; readonly stage: Stage }
  /** Items of one kind that are done. */
  | {
      readonly type: "counted";
      readonly unit:
        | "transcripts"
        | "segments embedded"
        | "segments embedded anew"
        | "files verified";
      readonly done: number;
      readonly total: number;
    }
  /** A move of a library: files and segments that the target has by now. */
  | {
      readonly type: "moving";
      readonly files: number;
      readonly totalFiles: number;
      readonly segments: number;
      readonly totalSegments: number;
    }
  /** One file, a backup, on its way into an object store. */
  | { readonly type: "sending"; readonly doneBytes: number }
  /** Performance is being measured; `what` is the stage in one word. */
  | { readonly type: "measuring"; readonly what: string }
  /** What told its progress is over. */
  | { readonly type: "idle" }
  /** The cluster does not answer: results are those of a copy of that age. */
  | {
      readonly type: "stale-results";
      readonly error: MediasearchError;
      readonly ageMs: number;
    }
  /** What the user should know of where searches are answered, in one line. */
  | { readonly type: "search-notice"; readonly message: string }
  /** The cluster does not answer: files are indexed into a file of this machine. */
  | { readonly type: "cluster-away"; readonly message: string; readonly queuePath: string }
  /** What was indexed while the cluster was away is on it now. */
  | { readonly type: "queue-flushed"; readonly files: number };

export type Stage = "copying-library" | "writing-backup" | "unpacking-backup" | "checking-backup";

export type Tell = (event: AppEvent) => void;

const APP_EVENT_TYPES: Readonly<Record<AppEvent["type"], true>> = {
  downloading: true,
  uploading: true,
  "copying-library": true,
  "reading-cluster": true,
  stage: true,
  counted: true,
  moving: true,
  sending: true,
  measuring: true,
  idle: true,
  "search-notice": true,
  "stale-results": true,
  "cluster-away": true,
  "queue-flushed": true,
};

/** Whether an event of a larger stream is one of these. */
export const isAppEvent = (event: { readonly type: string }): event is AppEvent =>
  Object.hasOwn(APP_EVENT_TYPES, event.type);
