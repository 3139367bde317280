/** What a listing tells of an object. */
export interface ObjectStat {
  readonly key: string;
  readonly sizeBytes: number;
  /** When it was last written, in Unix milliseconds. */
  readonly mtimeMs: number;
  /**
   * Changes with the content; the same content written in the same way has the same one. Without
   * quotes.
   */
  readonly etag: string;
}

export interface GetOptions {
  /** The range of bytes: from `start` (0) up to, not including, `end` (the object's length). */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /**
   * The object must still have this tag, or the call rejects with IO_FAILED. It must never mix two
   * contents.
   */
  readonly etag?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PutOptions {
  /** Leaves an object that is there already as it is. */
  readonly ifAbsent?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The objects of one bucket. Implementations pass `object-store.contract.ts`. A key is any text up
 * to 1024 bytes of UTF-8; it is never normalised ("a//b" and "a/b" are two objects). Rejects with
 * MediasearchError: NOT_FOUND (no such bucket, or object where one is needed), CREDENTIALS,
 * UNREACHABLE after patient retries, IO_FAILED; with the signal's reason when aborted.
 */
export interface ObjectStore {
  readonly bucket: string;
  /**
   * All or nothing: readers see the old object or the whole new one; a body that fails or an abort
   * leaves what was there. undefined: `ifAbsent`, and there was one.
   */
  put(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options?: PutOptions,
  ): Promise<ObjectStat | undefined>;
  /**
   * A cut connection is taken up where it broke. Rejects with NOT_FOUND; a range beyond the end is
   * shorter or empty.
   */
  get(key: string, options?: GetOptions): AsyncIterable<Uint8Array>;
  stat(key: string, signal?: AbortSignal): Promise<ObjectStat | undefined>;
  /**
   * Every object whose key begins with the prefix, in the order of its UTF-8 bytes, however many. A
   * listing that fails rejects: what it did not tell of is not gone.
   */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectStat>;
  /** Removes an object. Removing an absent object succeeds. */
  remove(key: string): Promise<void>;
}

/** What it takes to reach an object store; plain data, so that worker processes get it too. */
export interface S3Options {
  /** The address of the server; when it is undefined, Amazon S3 in the region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Both keys must be set, or none. With none, the keys that AWS tools would use are taken. */
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly profile: string | undefined;
  readonly caFile: string | undefined;
  readonly pathStyle: boolean | undefined;
}

export interface UploadOptions {
  /** Whether an object with other content is replaced. */
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
  /** Called with the number of bytes of the file that have arrived. */
  readonly onProgress: (doneBytes: number) => void;
}

export type UploadOutcome = "uploaded" | "present";

/** Buckets that one set of keys opens. */
export interface Objects {
  bucket(name: string): ObjectStore;
  /** An address that opens the object without keys for so many seconds, at most a week. */
  link(bucket: string, key: string, seconds: number): Promise<string>;
  /**
   * Brings a file of this machine into a bucket, checked, in parts; an attempt after one that was
   * stopped sends the rest. "present": it is there already, with this content.
   * Rejects with USAGE when there is an object with other content, unless `overwrite`.
   */
  upload(bucket: string, key: string, path: string, options: UploadOptions): Promise<UploadOutcome>;
  close(): void;
}

export async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}
