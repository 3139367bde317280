export interface FuzzTarget {
  readonly name: string;
  readonly seeds: () => readonly Uint8Array[];
  /** Reads an input. It throws what readers may throw, and anything else is a find. */
  readonly read: (bytes: Buffer) => unknown;
}
