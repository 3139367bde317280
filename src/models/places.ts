export interface ModelPlaces {
  readonly cacheDir: string;
  /**
   * A folder of the user's own, with `<model>/<file>` or the files side by side. It comes before
   * the cache.
   */
  readonly modelsDir?: string | undefined;
}

export interface EnsureOptions extends ModelPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Whether optional models are fetched too; without it, one that is not here has no files. */
  readonly fetchesOptional?: boolean | undefined;
  readonly onProgress?: ((file: string, doneBytes: number, totalBytes: number) => void) | undefined;
}
