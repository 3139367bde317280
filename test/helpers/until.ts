import { vi } from "vitest";

/**
 * How long tests wait for what must happen: on a busy machine a second of work takes ten or more.
 */
export const PATIENCE_MS = 120_000;

/**
 * Asks again and again until the answer is truthy, and returns it.
 * @throws when PATIENCE_MS are over.
 */
export const until = <T>(ask: () => T | Promise<T>): ReturnType<typeof vi.waitUntil<T>> =>
  vi.waitUntil(ask, { timeout: PATIENCE_MS, interval: 20 });
