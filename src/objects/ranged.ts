import { objectLocation } from "../location.ts";
import { type ObjectStat, type ObjectStore, readAll } from "./object-store.ts";

/** One object, whose bytes are read in ranges. */
export interface RangedObject {
  readonly name: string;
  readonly sizeBytes: number;
  read(position: number, length: number): Promise<Uint8Array>;
}

interface Window {
  readonly start: number;
  readonly end: number;
  readonly bytes: Promise<Buffer>;
}

const KILOBYTE = 1024;
/**
 * What a jump costs: small, since the sound of a film lies in small pieces between its pictures.
 */
const FIRST_BYTES = 64 * KILOBYTE;
/**
 * What reading on grows to: large, so that a request's way to the server and back is seldom waited
 * for.
 */
const MAX_RANGE_BYTES = 4096 * KILOBYTE;
/**
 * Two places at once are read in turn by some formats (an index and the data). The first window,
 * the header, is kept beyond these.
 */
const MAX_KEPT_RANGES = 4;

/** Something that is read in ranges of bytes, from `start` to before `end`. */
export interface RangeReader {
  readonly name: string;
  readonly sizeBytes: number;
  /** Rejects with what the reader of those bytes is to be told. */
  readonly fetchRange: (start: number, end: number) => Promise<Buffer>;
}

/** Reads an object through windows. The object must stay what it was (`etag`). */
export const rangedObject = (
  store: ObjectStore,
  { key, sizeBytes, etag }: Pick<ObjectStat, "key" | "sizeBytes" | "etag">,
  signal: AbortSignal,
): RangedObject =>
  readInWindows({
    name: objectLocation(store.bucket, key),
    sizeBytes,
    fetchRange: (start, end) => readAll(store.get(key, { start, end, etag, signal })),
  });

/**
 * Reads through windows: a jump fetches a small one, reading on doubles them and fetches the next
 * one ahead. Memory: at most 20 MB.
 */
export function readInWindows({ name, sizeBytes, fetchRange }: RangeReader): RangedObject {
  let header: Window | undefined;
  let kept: Window[] = [];

  const fetchWindow = (start: number, size: number): Window => {
    const end = Math.min(sizeBytes, start + size);
    const bytes = fetchRange(start, end);
    // Whoever reads the window gets its failure. The failure of a window that nobody reads is
    // ignored.
    bytes.catch(() => {
      kept = kept.filter((one) => one.bytes !== bytes);
    });
    const window = { start, end, bytes };
    if (start === 0) header ??= window;
    kept = [...kept, window].slice(-MAX_KEPT_RANGES);
    return window;
  };
  const holding = (position: number): Window | undefined =>
    [...(header ? [header] : []), ...kept].find(
      ({ start, end }) => start <= position && position < end,
    );

  const windowAt = (position: number): Window => {
    const known = holding(position);
    if (known) return known;
    const before = kept.find(({ start, end }) => start < position && position <= end + FIRST_BYTES);
    const size = before ? Math.min(MAX_RANGE_BYTES, 2 * (before.end - before.start)) : FIRST_BYTES;
    return fetchWindow(before && position === before.end ? before.end : position, size);
  };
  return {
    name,
    sizeBytes,
    async read(position, length) {
      const window = windowAt(position);
      // Past the middle of a grown window, somebody is reading on.
      const isReadingOn =
        window.end - window.start > FIRST_BYTES && position > (window.start + window.end) / 2;
      if (isReadingOn && window.end < sizeBytes && !holding(window.end))
        fetchWindow(window.end, Math.min(MAX_RANGE_BYTES, 2 * (window.end - window.start)));
      const bytes = await window.bytes;
      const at = position - window.start;
      return bytes.subarray(at, at + length);
    },
  };
}
