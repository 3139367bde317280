import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { PutOptions } from "../object-store.ts";
import { toObjectError } from "./errors.ts";
import { until } from "./until.ts";

/**
 * Small objects go in one request; more go in parts of this size, of which one at a time is in
 * memory.
 */
const PART_BYTES = 8 * 1_048_576;

export const sha256Base64 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("base64");

/**
 * @returns false when `ifAbsent` and there was one. A failure leaves no parts behind, as far as the
 * server can be told.
 */
export async function writeObject(
  client: S3Client,
  bucket: string,
  key: string,
  body: AsyncIterable<Uint8Array>,
  options: PutOptions = {},
): Promise<boolean> {
  const { ifAbsent = false, signal } = options;
  const call = until(signal);
  const to = { Bucket: bucket, Key: key };
  const only = ifAbsent ? { IfNoneMatch: "*" } : {};
  let upload: string | undefined;
  const parts: CompletedPart[] = [];
  try {
    for await (const { part, isLast } of inParts(body, PART_BYTES)) {
      signal?.throwIfAborted();
      if (isLast && upload === undefined) {
        await client.send(
          new PutObjectCommand({ ...to, ...only, Body: part, ChecksumSHA256: sha256Base64(part) }),
          call,
        );
        return true;
      }
      upload ??= (
        await client.send(
          new CreateMultipartUploadCommand({ ...to, ChecksumAlgorithm: "SHA256" }),
          call,
        )
      ).UploadId;
      const ChecksumSHA256 = sha256Base64(part);
      const { ETag } = await client.send(
        new UploadPartCommand({
          ...to,
          UploadId: upload,
          PartNumber: parts.length + 1,
          Body: part,
          ChecksumSHA256,
        }),
        call,
      );
      parts.push({ ETag, ChecksumSHA256, PartNumber: parts.length + 1 });
    }
    signal?.throwIfAborted();
    await client.send(
      new CompleteMultipartUploadCommand({
        ...to,
        ...only,
        UploadId: upload,
        MultipartUpload: { Parts: parts },
      }),
      call,
    );
    return true;
  } catch (error) {
    if (upload !== undefined)
      await client
        .send(new AbortMultipartUploadCommand({ ...to, UploadId: upload }))
        .catch(() => {});
    signal?.throwIfAborted();
    if (
      ifAbsent &&
      (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 412
    )
      return false;
    if (!isOfServer(error)) throw error;
    throw toObjectError(error, `s3://${bucket}/${key}`);
  }
}

/** The body's own failures are the caller's, and stay as they are. */
const isOfServer = (error: unknown): boolean =>
  typeof error === "object" &&
  error !== null &&
  ("$metadata" in error ||
    "$response" in error ||
    "code" in error ||
    (error as Error).name === "TimeoutError");

/** Parts of one size, the last one shorter or empty. */
export async function* inParts(
  body: AsyncIterable<Uint8Array>,
  size: number,
): AsyncIterable<{ readonly part: Buffer; readonly isLast: boolean }> {
  let buffered: Uint8Array[] = [];
  let length = 0;
  for await (let bytes of body) {
    while (length + bytes.length > size) {
      const head = bytes.subarray(0, size - length);
      yield { part: Buffer.concat([...buffered, head]), isLast: false };
      bytes = bytes.subarray(head.length);
      buffered = [];
      length = 0;
    }
    buffered.push(bytes);
    length += bytes.length;
  }
  yield { part: Buffer.concat(buffered), isLast: true };
}
