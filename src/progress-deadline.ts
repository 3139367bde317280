/**
 * Ends an operation of many steps that comes no further: however many servers and files it asks,
 * there is one clock, and only what counts starts it anew.
 */
export interface ProgressDeadline {
  /** Aborts with the signal that was given, or when there was too little progress for too long. */
  readonly signal: AbortSignal;
  /** So much was done. */
  note(amount: number): void;
  /** A whole step was done, however small. */
  noteStep(): void;
  close(): void;
}

export interface ProgressOptions {
  readonly signal: AbortSignal;
  readonly maxSilenceMs: number;
  /** What must be done in that time: a server that drips is as good as one that is silent. */
  readonly leastAmount: number;
  readonly tooSlow: () => Error;
}

export function createProgressDeadline({
  signal,
  maxSilenceMs,
  leastAmount,
  tooSlow,
}: ProgressOptions): ProgressDeadline {
  const late = new AbortController();
  let done = 0;
  const start = (): NodeJS.Timeout => setTimeout(() => late.abort(tooSlow()), maxSilenceMs);
  let timer = start();
  const noteStep = (): void => {
    done = 0;
    clearTimeout(timer);
    timer = start();
  };
  return {
    signal: AbortSignal.any([signal, late.signal]),
    note(amount) {
      done += amount;
      if (done >= leastAmount) noteStep();
    },
    noteStep,
    close: () => clearTimeout(timer),
  };
}
