export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The parts of the outside world that a run of the program may use. Tests pass their own. */
export interface CliStreams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** The keyboard, where a command listens to it. */
  readonly stdin?: NodeJS.ReadStream | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Tells what the settings allow this process itself; tests have one for many runs. */
  readonly holdTo?: ((settings: OwnSettings) => void) | undefined;
}

export interface OwnSettings {
  /** Megabytes. */
  readonly mainMemoryMb: number;
  readonly mainTimeoutMs: number;
}
