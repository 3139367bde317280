import type { ErrorCode } from "./errors.ts";

export interface Outcome {
  readonly status: "ok" | "warning" | "failed";
  readonly found: string;
  /** The command or setting that mends it. */
  readonly hint?: string | undefined;
  /** Which exit code a failure means, where it is another than the step's. */
  readonly code?: ErrorCode | undefined;
}

/** One thing to try. `run` may throw: that is a failure with the error's own code and hint. */
export interface CheckStep {
  readonly check: string;
  /** In the text report, steps of one group that are well share a line. */
  readonly group: string;
  /** What is tried, in words that go on after "tried to". */
  readonly tried: string;
  readonly code: ErrorCode;
  readonly timeoutMs?: number;
  /** It waits or works in one turn of the event loop, as SQLite does. */
  readonly blocksOthers?: true;
  readonly run: (signal: AbortSignal) => Promise<Outcome | readonly Outcome[]>;
}

export const ok = (found: string): Outcome => ({ status: "ok", found });
export const warning = (found: string, hint: string): Outcome => ({
  status: "warning",
  found,
  hint,
});
export const failed = (found: string, hint: string, code?: ErrorCode): Outcome => ({
  status: "failed",
  found,
  hint,
  code,
});

export interface Endpoint {
  /** http:// or https://, without credentials. */
  readonly url: string;
  /** The variable that sets it, for hints. */
  readonly setting: string;
  readonly group: string;
  readonly caFile?: string | undefined;
}

/** What an unsigned `GET /` told. */
export interface Greeting {
  readonly status: number;
  readonly server: string;
  readonly body: string;
  /** Server's clock minus ours, milliseconds; null when it sends no Date. */
  readonly skewMs: number | null;
}

/**
 * Makes the steps from the name of a server to its clock; `onGreeting` hands its answer to later
 * steps.
 */
export type NetworkSteps = (
  endpoint: Endpoint,
  onGreeting?: (greeting: Greeting) => void,
) => readonly CheckStep[];
