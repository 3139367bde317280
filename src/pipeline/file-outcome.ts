import type { Library } from "../backends/library.ts";
import type { EmbeddingModel } from "../embedding-model.ts";
import type { Claims } from "../backends/run-lock.ts";
import type { Job, JobStore } from "../backends/job-store.ts";
import type { Records } from "../backends/records.ts";
import type { Checkpoints } from "../backends/checkpoints.ts";
import type { MediasearchError } from "../errors.ts";
import type { EngineChoice } from "./engines/engine-choice.ts";
import type { FileRetryOptions } from "./retry.ts";
import type { Location } from "../location.ts";
import type { MediaSources } from "./sources/media-source.ts";
import type { TrackChoice } from "./track-choice.ts";
import type { TranscriptOptions } from "./unchanged.ts";
import type { FilePhase, RecognisedLine, WorkerTranscript } from "./worker/protocol.ts";
import type { WorkerPool } from "./worker/pool.ts";

export type FileOutcome =
  | {
      readonly type: "indexed";
      readonly path: string;
      readonly transcript: Omit<WorkerTranscript, "segments">;
      readonly segmentCount: number;
      readonly isPartial: boolean;
    }
  | { readonly type: "unchanged"; readonly path: string }
  /** The transcript was there already: the file moved, came back, or is a copy of another. */
  | {
      readonly type: "reused";
      readonly path: string;
      readonly how: "moved" | "copied" | "restored" | "completed";
      readonly from: string;
    }
  | {
      readonly type: "skipped";
      readonly path: string;
      readonly reason: string;
      /** The file is in the library under this name. */
      readonly aliasOf?: string;
    }
  | {
      readonly type: "failed";
      readonly path: string;
      readonly error: MediasearchError;
      readonly job?: Job;
    }
  /** Failed before, and nothing has changed since. */
  | { readonly type: "quarantined"; readonly path: string; readonly job: Job }
  | { readonly type: "would-index"; readonly path: string }
  /** Another run is at this file, or at its content: to be looked at again. */
  | { readonly type: "claimed"; readonly path: string };

/** Of another name of a file: nothing is to be done for it. */
export const aliasOutcome = (path: string, aliasOf: string): FileOutcome => ({
  type: "skipped",
  path,
  reason: `another name of ${aliasOf}`,
  aliasOf,
});

export interface FileServices {
  readonly library: Pick<Library, "catalog" | "versions" | "archive">;
  readonly records: Records;
  readonly jobs: JobStore;
  readonly checkpoints: Checkpoints;
  readonly workers: WorkerPool;
  readonly embedder: EmbeddingModel;
  readonly sources: MediaSources;
  /** Where other runs may be at the same library. */
  readonly claims?: Claims | undefined;
}

export interface FileOptions extends TranscriptOptions, FileRetryOptions {
  /** Places that a person took out of the library. */
  readonly removals?: readonly Location[] | undefined;
  /** What this call names, and so takes in all the same. */
  readonly named?: ReadonlySet<Location> | undefined;
  readonly dryRun: boolean;
  /** Where not all files have the same. */
  readonly engineFor?: EngineChoice | undefined;
  readonly tracksFor?: TrackChoice | undefined;
  /**
   * Recognise anew what is indexed, though nothing changed; the present transcript answers until
   * the new one is complete.
   */
  readonly force?: boolean | undefined;
}

export interface FileCall {
  readonly signal: AbortSignal;
  readonly onProgress: (positionMs: number, durationMs: number | null) => void;
  readonly onPhase?: ((phase: FilePhase) => void) | undefined;
  /** Where somebody reads along. */
  readonly onRecognised?: ((lines: readonly RecognisedLine[]) => void) | undefined;
  /** Content that another file of this run is at: copies wait for it. */
  readonly underWay: Map<string, Promise<unknown>>;
}
