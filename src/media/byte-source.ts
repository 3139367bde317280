/**
 * Bytes that are somewhere else, read in pieces: an object, and how much of it is wanted shows only
 * as it is decoded.
 */
export interface ByteSource {
  /** For errors, and for its ending, by which formats are guessed. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Up to `length` bytes from `position` on, at least one before the end. Rejects with what
   * FFmpeg's caller is to be told.
   */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** What media is read from: a file's path, or bytes. */
export type MediaInput = string | ByteSource;

export const inputName = (input: MediaInput): string =>
  typeof input === "string" ? input : input.name;
