import { createHash, randomUUID } from "node:crypto";
import type { Body } from "./body.ts";
import { S3Error } from "./s3-error.ts";

/** What the server holds: in memory, gone with the process. */
export interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: Date;
  readonly checksums: ReadonlyMap<string, string>;
  readonly checksumType: "FULL_OBJECT" | "COMPOSITE";
  readonly metadata: ReadonlyMap<string, string>;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly initiated: Date;
  readonly metadata: ReadonlyMap<string, string>;
  readonly parts: Map<number, Stored>;
}

export interface Bucket {
  readonly objects: Map<string, Stored>;
  readonly uploads: Map<string, Upload>;
}

const MIN_PART_BYTES = 5 * 1_048_576;
const md5 = (bytes: Buffer): Buffer => createHash("md5").update(bytes).digest();

export const newBucket = (): Bucket => ({ objects: new Map(), uploads: new Map() });

export const store = (
  { bytes, checksums }: Body,
  metadata: ReadonlyMap<string, string>,
): Stored => ({
  bytes,
  checksums,
  metadata,
  etag: md5(bytes).toString("hex"),
  modified: new Date(),
  checksumType: "FULL_OBJECT",
});

export function startUpload(
  bucket: Bucket,
  key: string,
  metadata: ReadonlyMap<string, string>,
): Upload {
  const upload: Upload = {
    id: randomUUID(),
    key,
    initiated: new Date(),
    metadata,
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  return upload;
}

export function uploadOf(bucket: Bucket, key: string, id: string): Upload {
  const upload = bucket.uploads.get(id);
  if (!upload || upload.key !== key)
    throw new S3Error(404, "NoSuchUpload", "The specified upload does not exist.");
  return upload;
}

/**
 * The whole object of parts, named with their tags in rising order. Its tag is the MD5 of the
 * parts' MD5s with their number, as in Amazon S3.
 */
export function assemble(
  upload: Upload,
  named: readonly { readonly number: number; readonly etag: string }[],
): Stored {
  if (named.length === 0) throw new S3Error(400, "MalformedXML", "no parts");
  const parts = named.map(({ number, etag }, i) => {
    const part = upload.parts.get(number);
    if (!part || part.etag !== etag)
      throw new S3Error(
        400,
        "InvalidPart",
        "One or more of the specified parts could not be found.",
      );
    if (i > 0 && number <= (named[i - 1]?.number ?? 0))
      throw new S3Error(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
    if (i < named.length - 1 && part.bytes.length < MIN_PART_BYTES)
      throw new S3Error(
        400,
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
      );
    return part;
  });
  const sums = parts.map(({ checksums }) => checksums.get("sha256"));
  const composite = sums.every((sum) => sum !== undefined)
    ? `${createHash("sha256")
        .update(Buffer.concat(sums.map((sum) => Buffer.from(sum ?? "", "base64"))))
        .digest("base64")}-${parts.length}`
    : undefined;
  return {
    bytes: Buffer.concat(parts.map(({ bytes }) => bytes)),
    etag: `${md5(Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, "hex")))).toString("hex")}-${parts.length}`,
    modified: new Date(),
    metadata: upload.metadata,
    checksumType: "COMPOSITE",
    checksums: new Map(composite === undefined ? [] : [["sha256", composite]]),
  };
}
