/**
 * What the watchdog of this process and its main thread share: turns of the event loop, then the
 * number of long steps that are under way. Threads have none, and nobody watches them by it.
 */
let pulse: Int32Array | undefined;

export const TURNS = 0;
export const LONG_STEPS = 1;

export function sharePulse(shared: Int32Array): void {
  pulse = shared;
}

/**
 * Does at once what takes as long as the library is large, such as a migration; the watchdog waits
 * until it is done.
 */
export function inLongStep<T>(step: () => T): T {
  if (!pulse) return step();
  Atomics.add(pulse, LONG_STEPS, 1);
  try {
    return step();
  } finally {
    Atomics.sub(pulse, LONG_STEPS, 1);
  }
}
