import { type Backoff, startRetries } from "../retry.ts";
import type { RequestFailure } from "./refusals.ts";

export interface AttemptOptions extends Backoff {
  /** The attempts at one request whose failure may pass. */
  readonly attempts: number;
  readonly signal: AbortSignal;
}

export interface Attempts {
  /**
   * Waits until the request may be sent again, as the kind of its failure and Retry-After say.
   * @throws `error`, or the failure's own, when it is not to be sent again; the signal's reason.
   */
  waitAfter(failure: RequestFailure, error?: Error): Promise<void>;
}

/** An engine that asks for a longer wait than this is given up. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;

/**
 * Counts the attempts at one request to an engine: the same rules for every recogniser and
 * embedder.
 */
export function countAttempts(options: AttemptOptions): Attempts {
  const retries = startRetries({ ...options, maxRetryAfterMs: MAX_RETRY_AFTER_MS });
  let unlikely = 0;
  return {
    async waitAfter({ kind, error: failure, retryAfterMs }, error = failure) {
      const mayPass = kind === "retry" || (kind === "once" && unlikely++ === 0);
      if (!mayPass) throw error;
      await retries.waitAfter(error, { retryAfterMs });
    },
  };
}
