import type { ErrorCode, MediasearchError } from "../../errors.ts";

/** What a recogniser failed with that every file would meet. */
export interface CircuitBreaker {
  of(engine: string): MediasearchError | undefined;
  note(engine: string, error: MediasearchError): void;
}

const OF_ALL_FILES = new Set<ErrorCode>([
  "UNREACHABLE",
  "CREDENTIALS",
  "USAGE",
  "MISSING_MODEL",
  "MISSING_TOOL",
]);
/** Then it is tried again: servers come back. */
const REMEMBERED_MS = 5 * 60_000;

/**
 * So that not every file waits in vain for a server that is away before the next recogniser gets
 * it.
 */
export function createCircuitBreaker(now: () => number = Date.now): CircuitBreaker {
  const failures = new Map<
    string,
    { readonly error: MediasearchError; readonly untilMs: number }
  >();
  return {
    of(engine) {
      const trouble = failures.get(engine);
      return trouble && trouble.untilMs > now() ? trouble.error : undefined;
    },
    note(engine, error) {
      if (OF_ALL_FILES.has(error.code) && this.of(engine) === undefined)
        failures.set(engine, { error, untilMs: now() + REMEMBERED_MS });
    },
  };
}
