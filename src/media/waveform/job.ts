import type { ErrorCode } from "../../errors.ts";

/** Milliseconds that one pair of values stands for. */
export const STEP_MS = 50;

export interface WaveformJob {
  readonly path: string;
  /** The files that it consists of, where `path` is the manifest of a package. */
  readonly parts?: readonly string[] | undefined;
}

/** Least and greatest value of each step in turn, -128 to 127. */
export interface Waveform {
  readonly durationMs: number;
  readonly peaks: Int8Array;
}

/** What the process that decodes sends to the one that started it. */
export type WaveformReply =
  /** Work goes on. */
  | { readonly type: "alive" }
  | { readonly type: "done"; readonly waveform: Waveform }
  | {
      readonly type: "failed";
      readonly failure: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint: string | undefined;
        readonly subject: string | undefined;
      };
    };
