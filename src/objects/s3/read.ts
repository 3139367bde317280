import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { MediasearchError } from "../../errors.ts";
import type { GetOptions } from "../object-store.ts";
import { isPassing, toObjectError } from "./errors.ts";
import { until } from "./until.ts";

/** Attempts in a row that bring nothing; the SDK has attempts of its own for requests that get no answer at all. */
const FRUITLESS = 6;

/** The bytes of an object. An answer that is cut is asked for from there on, of the same content. */
export async function* readObject(
  client: S3Client,
  bucket: string,
  key: string,
  options: GetOptions = {},
): AsyncIterable<Uint8Array> {
  const { start = 0, end = Infinity, signal } = options;
  signal?.throwIfAborted();
  let { etag } = options;
  let at = start;
  let whole = end;
  let fruitless = 0;
  const where = `s3://${bucket}/${key}`;
  while (at < whole || (at === start && whole === Infinity)) {
    const before = at;
    try {
      const range =
        at === 0 && end === Infinity ? undefined : `bytes=${at}-${end === Infinity ? "" : end - 1}`;
      const answer = await client.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          Range: range,
          IfMatch: etag === undefined ? undefined : `"${etag}"`,
        }),
        until(signal),
      );
      whole = Math.min(end, lengthOf(answer, at));
      etag ??= answer.ETag?.replaceAll('"', "");
      for await (const part of answer.Body as Readable) {
        at += (part as Buffer).length;
        yield part as Buffer;
        signal?.throwIfAborted();
      }
      if (at >= whole) return;
      throw new MediasearchError("UNREACHABLE", `${where}: the connection was cut`, {
        subject: where,
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (isBeyondEnd(error)) return;
      const mine = toObjectError(error, where);
      fruitless = at > before ? 0 : fruitless + 1;
      if (!isPassing(mine) || fruitless >= FRUITLESS) throw mine;
      await sleep(Math.random() * Math.min(5000, 100 * 2 ** fruitless), undefined, { signal });
    }
  }
}

const isBeyondEnd = (error: unknown): boolean =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 416;

/** Where the object ends: from `Content-Range: bytes 0-99/1234`, else from the length of an answer that is the rest of it. */
function lengthOf({ ContentRange, ContentLength }: GetObjectCommandOutput, at: number): number {
  const total = /\/(\d+)$/.exec(ContentRange ?? "")?.[1];
  if (total !== undefined) return Number(total);
  if (at > 0 && ContentRange === undefined)
    throw new MediasearchError("IO_FAILED", "the object store does not know ranges");
  return ContentLength ?? Infinity;
}
