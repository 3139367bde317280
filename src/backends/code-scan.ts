/** Neighbouring rows of one block of codes. */
export interface Rows {
  readonly place: number;
  readonly rows: number;
}

/** What one scan of the codes of a library's vectors is asked. */
export interface CodeScan {
  readonly vector: Float32Array;
  /** How many of the best are wanted. */
  readonly most: number;
  /** Only these rows; all unless given. */
  readonly only?: readonly Rows[] | undefined;
}

/** The best rows by their codes, best first: places, and estimated inner products. */
export interface ScannedRows {
  readonly places: Float64Array;
  readonly scores: Float32Array;
}

/** A library file as it is open: another one may have taken its path meanwhile. */
export interface LibraryFile {
  readonly path: string;
  /** Device and number of the file. */
  readonly file: string;
}

/**
 * Scans codes for several connections to one library, so that they are in memory once.
 * @returns undefined when it can't: whoever asks then scans for himself.
 */
export type ScanElsewhere = (
  library: LibraryFile,
  scan: CodeScan,
) => Promise<ScannedRows | undefined>;
