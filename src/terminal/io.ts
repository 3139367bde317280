export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a run of the program may touch of the world around it; tests hand in their own. */
export interface CliStreams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** The keyboard, where a command listens to it. */
  readonly stdin?: NodeJS.ReadStream | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}
