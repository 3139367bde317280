/** What this process may do before it is ended, without being asked. */
export interface OwnLimits {
  /** Bytes of memory; files that are mapped into it do not count where the system tells. */
  readonly maxMemoryBytes: number;
  /**
   * Milliseconds that the main thread may work without a turn of its event loop: processor time on
   * Linux, elsewhere time that has passed.
   */
  readonly maxBusyMs: number;
}

/** What is written to standard error before the end. */
export interface LastWords {
  readonly tooLarge: string;
  readonly tooBusy: string;
}

export interface WatchdogSetup extends OwnLimits, LastWords {
  /** See long-step.ts. */
  readonly pulse: Int32Array;
}
