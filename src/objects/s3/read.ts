import type { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { MediasearchError } from "../../errors.ts";
import { type RetryOptions, startRetries } from "../../retry.ts";
import type { GetOptions } from "../object-store.ts";
import { isPassing, toObjectError } from "./errors.ts";
import { until } from "./until.ts";

/**
 * Attempts in a row that bring nothing; the SDK has attempts of its own for requests that get no
 * answer at all.
 */
const READ_RETRY: RetryOptions = { baseDelayMs: 200, maxDelayMs: 5000, attempts: 6 };

/**
 * The bytes of an object. An answer that is cut is asked for from there on, of the same content.
 */
export async function* readObject(
  client: S3Client,
  bucket: string,
  key: string,
  { start = 0, end = Infinity, etag, signal }: GetOptions = {},
): AsyncIterable<Uint8Array> {
  signal?.throwIfAborted();
  const location = `s3://${bucket}/${key}`;
  const retries = startRetries({ ...READ_RETRY, signal });
  const range: OpenRange = { offset: start, end, etag };
  while (range.offset < range.end) {
    const before = range.offset;
    try {
      yield* readRange(client, { Bucket: bucket, Key: key }, range, signal);
      if (range.offset >= range.end) return;
      throw new MediasearchError("UNREACHABLE", `${location}: the connection was cut`, {
        subject: location,
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (isBeyondEnd(error)) return;
      const failure = toObjectError(error, location);
      if (!isPassing(failure)) throw failure;
      if (range.offset > before) retries.restart();
      await retries.waitAfter(failure);
    }
  }
}

/** The range that is still to be read. */
interface OpenRange {
  /** The position of the next byte. */
  offset: number;
  /**
   * Of the first byte that is not wanted; as soon as the object's length is known, it is not after
   * that.
   */
  end: number;
  /** The tag of the content that was read first. Later answers must have the same. */
  etag: string | undefined;
}

/** Yields one answer to one request, and notes in `range` what has come. */
async function* readRange(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
  range: OpenRange,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const { offset, end, etag } = range;
  const isWhole = offset === 0 && end === Infinity;
  const answer = await client.send(
    new GetObjectCommand({
      ...object,
      Range: isWhole ? undefined : `bytes=${offset}-${end === Infinity ? "" : end - 1}`,
      IfMatch: etag === undefined ? undefined : `"${etag}"`,
    }),
    until(signal),
  );
  const body = answer.Body as Readable;
  try {
    range.end = Math.min(end, objectLength(answer, offset));
    range.etag ??= answer.ETag?.replaceAll('"', "");
    for await (const part of steadily(body)) {
      // A server that does not know ranges, or lies about lengths, gives more than was asked for.
      const wanted = part.subarray(0, range.end - range.offset);
      range.offset += wanted.length;
      yield wanted;
      signal?.throwIfAborted();
      if (range.offset >= range.end) return;
    }
  } finally {
    body.destroy();
  }
}

/** A connection that brings less is as good as none. */
const MIN_BYTES_A_WINDOW = 4096;
const WINDOW_MS = 60_000;

/**
 * The parts of a body. @throws UNREACHABLE when they drip: only waiting counts, not the work with a
 * part.
 */
async function* steadily(body: Readable): AsyncIterable<Buffer> {
  let waitedMs = 0;
  let bytes = 0;
  const parts = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const askedAt = performance.now();
    const { done, value } = await parts.next();
    if (done === true) return;
    waitedMs += performance.now() - askedAt;
    bytes += value.length;
    yield value;
    if (waitedMs < WINDOW_MS) continue;
    if (bytes < MIN_BYTES_A_WINDOW)
      throw new MediasearchError("IO_FAILED", "the object store sends too slowly");
    waitedMs = 0;
    bytes = 0;
  }
}

const isBeyondEnd = (error: unknown): boolean =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 416;

/**
 * The object's length: from `Content-Range: bytes 0-99/1234`, else from the length of an answer
 * that is the rest of it.
 */
function objectLength(
  { ContentRange, ContentLength }: GetObjectCommandOutput,
  offset: number,
): number {
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange ?? "") ?? [];
  if (from !== undefined && Number(from) !== offset)
    throw new MediasearchError("IO_FAILED", "the object store gave another range");
  if (total !== undefined) return Number(total);
  if (offset > 0 && ContentRange === undefined)
    throw new MediasearchError("IO_FAILED", "the object store does not know ranges");
  if (ContentLength === undefined)
    throw new MediasearchError("IO_FAILED", "the object store does not tell the object's length");
  return ContentLength;
}
