import type { MediasearchError } from "../errors.ts";

/**
 * What the application tells while an operation goes on. A door decides what becomes of it: a line of state, a log, nothing. Sizes in bytes, times in
 * milliseconds, counts from 1 up to the total.
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
  /** The cluster does not answer: files are indexed into a file of this machine. */
  | { readonly type: "cluster-away"; readonly message: string; readonly queuePath: string }
  /** What was indexed while the cluster was away is on it now. */
  | { readonly type: "queue-flushed"; readonly files: number };

export type Tell = (event: AppEvent) => void;

const TYPES: Readonly<Record<AppEvent["type"], true>> = {
  downloading: true,
  uploading: true,
  "copying-library": true,
  measuring: true,
  idle: true,
  "stale-results": true,
  "cluster-away": true,
  "queue-flushed": true,
};

/** Whether an event of a larger stream is one of these. */
export const isAppEvent = (event: { readonly type: string }): event is AppEvent =>
  Object.hasOwn(TYPES, event.type);
