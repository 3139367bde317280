import type { SegmentChange } from "../../app/library/correct-transcript.ts";
import type { Failure } from "../threads.ts";

/** What can be written, each as plain data. Locations are those of the library. */
export interface WorkRequests {
  /** One run; files that failed before are tried again when `forget` names them. */
  readonly index: { readonly locations: readonly string[]; readonly forget: readonly string[] };
  /** Looks at the objects below the roots that events told of. */
  readonly hints: { readonly roots: readonly string[] };
  readonly rename: {
    readonly from: readonly string[];
    readonly to: string;
    /** Only in these files; null for every file. */
    readonly locations: readonly string[] | null;
  };
  readonly correct: {
    readonly location: string;
    readonly fingerprint: string;
    readonly changes: readonly SegmentChange[];
  };
  readonly undo: { readonly location: string; readonly fingerprint: string };
  readonly skip: { readonly locations: readonly string[] };
}

export interface WorkAnswers {
  readonly index: Readonly<Record<string, number>>;
  /** Empty while another run has the library: the hints wait. */
  readonly hints: Readonly<Record<string, number>>;
  readonly rename: readonly { readonly id: string; readonly segments: number }[];
  readonly correct: number;
  readonly undo: number;
  readonly skip: number;
}

export type WorkName = keyof WorkRequests;

/** How far work is. */
export type WorkProgress =
  | { readonly type: "counts"; readonly counts: Readonly<Record<string, number>> }
  | {
      readonly type: "file";
      readonly location: string;
      readonly positionMs: number;
      readonly durationMs: number | null;
    };

/** What became of a file since it was last looked, whoever changed it. */
export interface FileChange {
  readonly location: string;
  readonly kind: "indexed" | "failed" | "deleted";
  /** Why it failed; null otherwise. */
  readonly error: string | null;
}

export type ToWork =
  | { readonly type: "do"; readonly id: number; readonly name: WorkName; readonly request: object }
  | { readonly type: "stop"; readonly id: number }
  | { readonly type: "close" };

export type FromWork =
  | { readonly type: "done"; readonly id: number; readonly answer: unknown }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure }
  | { readonly type: "progress"; readonly id: number; readonly progress: WorkProgress }
  | { readonly type: "changes"; readonly changes: readonly FileChange[] };
