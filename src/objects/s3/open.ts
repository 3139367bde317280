import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { MediasearchError } from "../../errors.ts";
import type { ObjectStat, ObjectStore, Objects, S3Options } from "../object-store.ts";
import { s3Client } from "./client.ts";
import { toObjectError } from "./errors.ts";
import { until } from "./until.ts";
import { readObject } from "./read.ts";
import { writeObject } from "./write.ts";

export interface S3Objects extends Objects {
  readonly client: S3Client;
}

/** Connects to nothing yet. The first request shows whether the server exists. */
export function openS3(options: S3Options): S3Objects {
  const client = s3Client(options);
  return {
    client,
    bucket: (name) => s3Bucket(client, name),
    link: async (bucket, key, seconds) =>
      (await import("./link.ts")).presignedLink(client, bucket, key, seconds),
    upload: async (bucket, key, path, options) =>
      (await import("./upload.ts")).uploadFile(client, bucket, key, path, options),
    close: () => client.destroy(),
  };
}

const unquoted = (etag = ""): string => etag.replace(/^W\//, "").replaceAll('"', "");

/**
 * Half a second is what HTTP dates lose; listings may be exact. Whole seconds make both tell the
 * same time.
 */
const wholeSeconds = (date: Date | undefined): number =>
  Math.floor((date?.getTime() || 0) / 1000) * 1000;

function s3Bucket(client: S3Client, bucket: string): ObjectStore {
  const stat = async (key: string, signal?: AbortSignal): Promise<ObjectStat | undefined> => {
    signal?.throwIfAborted();
    try {
      const head = await client.send(
        new HeadObjectCommand({ Bucket: bucket, Key: key }),
        until(signal),
      );
      return {
        key,
        sizeBytes: head.ContentLength ?? 0,
        mtimeMs: wholeSeconds(head.LastModified),
        etag: unquoted(head.ETag),
      };
    } catch (error) {
      signal?.throwIfAborted();
      const mine = toObjectError(error, `s3://${bucket}/${key}`);
      if (mine.code === "NOT_FOUND") return undefined;
      throw mine;
    }
  };
  return {
    bucket,
    stat,
    get: (key, options) => readObject(client, bucket, key, options),
    async put(key, body, options) {
      return (await writeObject(client, bucket, key, body, options)) ? stat(key) : undefined;
    },
    async *list(prefix, signal) {
      const progress = listingProgress(`s3://${bucket}/${prefix}`);
      let token: string | undefined;
      do {
        signal?.throwIfAborted();
        const page = await client
          .send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: prefix,
              ContinuationToken: token,
              EncodingType: "url",
            }),
            until(signal),
          )
          .catch((error: unknown) => {
            signal?.throwIfAborted();
            throw toObjectError(error, `s3://${bucket}/${prefix}`);
          });
        progress.addPage((page.Contents ?? []).map(({ Key = "" }) => Key));
        for (const { Key = "", Size = 0, LastModified, ETag } of page.Contents ?? [])
          yield {
            key: page.EncodingType === "url" ? decodeKey(Key) : Key,
            sizeBytes: Number.isSafeInteger(Size) && Size >= 0 ? Size : 0,
            mtimeMs: wholeSeconds(LastModified),
            etag: unquoted(ETag),
          };
        if (page.IsTruncated && !page.NextContinuationToken)
          throw new MediasearchError(
            "IO_FAILED",
            `s3://${bucket}/${prefix}: the listing breaks off`,
            { subject: bucket },
          );
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },
    async remove(key) {
      await client
        .send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
        .catch((error: unknown) => {
          throw toObjectError(error, `s3://${bucket}/${key}`);
        });
    },
  };
}

/**
 * Keys are asked for URL-encoded, since XML can't carry every character. A server that does not
 * encode does not say that it has.
 */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    // What is no encoding is the key itself.
    return key;
  }
}

/** No bucket that is listed as a whole has more; below a prefix there may be as many again. */
const MAX_OBJECTS = 20_000_000;
const MAX_EMPTY_PAGES = 1000;

/** Notes the pages of a listing. @throws IO_FAILED for a listing that has no end. */
function listingProgress(prefix: string): { addPage(keys: readonly string[]): void } {
  const endlessError = (why: string): MediasearchError =>
    new MediasearchError("IO_FAILED", `${prefix}: ${why}`, {
      subject: prefix,
      hint: "the server's listing is wrong, or a longer prefix is needed",
    });
  let objects = 0;
  let emptyPages = 0;
  let firstKey: string | undefined;
  return {
    addPage(keys) {
      objects += keys.length;
      emptyPages = keys.length === 0 ? emptyPages + 1 : 0;
      if (keys.length > 0 && keys[0] === firstKey) throw endlessError("the listing repeats itself");
      firstKey = keys[0] ?? firstKey;
      if (emptyPages > MAX_EMPTY_PAGES) throw endlessError("the listing has no end");
      if (objects > MAX_OBJECTS) throw endlessError(`more than ${MAX_OBJECTS} objects`);
    },
  };
}
