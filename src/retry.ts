import { setTimeout as sleep } from "node:timers/promises";

/** How long to wait between attempts. Milliseconds. */
export interface Backoff {
  /** The longest wait after the first failure; it doubles with each further one. */
  readonly baseDelayMs: number;
  /** No wait is longer, however many attempts failed. */
  readonly maxDelayMs: number;
}

export interface RetryOptions extends Backoff {
  /** Attempts in a row that may fail; without a limit when it is left out. */
  readonly attempts?: number | undefined;
  /** No attempt starts later than this after the first one began. Milliseconds. */
  readonly budgetMs?: number | undefined;
  /** A server that asks (Retry-After) to be left alone for longer is given up. Milliseconds. */
  readonly maxRetryAfterMs?: number | undefined;
  /** Ends a wait at once. */
  readonly signal?: AbortSignal | undefined;
  /** Time and chance; tests hand in their own. */
  readonly clock?: RetryClock | undefined;
}

/** What one failure says of the next attempt; each member replaces that of the options. */
export interface RetryAdvice {
  /** The wait that the server asked for, instead of one by chance. Milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly attempts?: number | undefined;
  readonly budgetMs?: number | undefined;
}

export interface RetryClock {
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  /** From 0 to below 1, evenly distributed. */
  readonly random: () => number;
  /** Rejects as soon as the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Counts the failures of one piece of work. */
export interface Retries {
  /** To be called when an attempt brought something: count and budget start anew. */
  restart(): void;
  /**
   * Waits until the next attempt may start.
   * @throws `error` itself when attempts or time are used up; the signal's reason when it is
   * aborted.
   */
  waitAfter(error: unknown, advice?: RetryAdvice): Promise<void>;
}

const SYSTEM_CLOCK: RetryClock = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/**
 * The wait after the n-th failure: truncated exponential backoff with full jitter, so that clients
 * that failed of one cause do not come back at the same moment.
 * `random_between(0, min(cap, base * 2 ** (failures - 1)))`, after Marc Brooker, "Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015.
 * @param failures 1 or more
 * @returns whole milliseconds
 */
export const backoffMs = (
  failures: number,
  { baseDelayMs, maxDelayMs }: Backoff,
  random: () => number = Math.random,
): number => Math.floor(random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1)));

/** For loops that do more than repeat one call; `retry` serves the others. */
export function startRetries(options: RetryOptions): Retries {
  const { signal, clock = SYSTEM_CLOCK } = options;
  let failures = 0;
  let startedAt = clock.now();
  return {
    restart() {
      failures = 0;
      startedAt = clock.now();
    },
    async waitAfter(error, advice = {}) {
      signal?.throwIfAborted();
      failures++;
      const { retryAfterMs } = advice;
      const attempts = advice.attempts ?? options.attempts ?? Infinity;
      const budgetMs = advice.budgetMs ?? options.budgetMs ?? Infinity;
      const waitMs = retryAfterMs ?? backoffMs(failures, options, clock.random);
      if (
        failures >= attempts ||
        clock.now() + waitMs > startedAt + budgetMs ||
        (retryAfterMs ?? 0) > (options.maxRetryAfterMs ?? Infinity)
      )
        throw error;
      await clock.sleep(waitMs, signal).catch((reason: unknown) => {
        signal?.throwIfAborted();
        throw reason;
      });
    },
  };
}

/**
 * Repeats `act` until it resolves. `classify` says of each failure whether trying again may help:
 * `undefined` when it can't, else advice, which may be empty.
 * @throws the last failure, or the signal's reason.
 */
export async function retry<T>(
  act: () => Promise<T>,
  classify: (error: unknown) => RetryAdvice | undefined,
  options: RetryOptions,
): Promise<T> {
  const retries = startRetries(options);
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      const advice = classify(error);
      if (!advice) throw error;
      await retries.waitAfter(error, advice);
    }
  }
}
