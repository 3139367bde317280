import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

export interface PartDigest {
  /** In hexadecimal, as tags have it. */
  readonly md5: string;
  /** In base64, as checksums have it. */
  readonly sha256: string;
}

const MEGABYTE = 1_048_576;
const MIN_BYTES = 16 * MEGABYTE;
/** Amazon S3 takes 10,000. */
const MAX_PARTS = 9000;
const READ_BYTES = MEGABYTE;

/**
 * One size for a file's length, so that another attempt cuts it in the same way. Up to it a file
 * goes in one request.
 */
export const partBytes = (sizeBytes: number): number =>
  Math.max(MIN_BYTES, Math.ceil(sizeBytes / MAX_PARTS / MEGABYTE) * MEGABYTE);

/** The digests of a file's parts, at least one; read once, a megabyte at a time. */
export async function digestParts(
  path: string,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<PartDigest[]> {
  const size = partBytes(sizeBytes);
  const digests: PartDigest[] = [];
  const file = await open(path, "r");
  try {
    const buffer = Buffer.alloc(READ_BYTES);
    for (let start = 0; start === 0 || start < sizeBytes; start += size) {
      const [md5, sha256] = [createHash("md5"), createHash("sha256")];
      const end = Math.min(sizeBytes, start + size);
      for (let at = start; at < end;) {
        signal.throwIfAborted();
        const { bytesRead } = await file.read(buffer, 0, Math.min(READ_BYTES, end - at), at);
        if (bytesRead === 0) break;
        for (const hash of [md5, sha256]) hash.update(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
      digests.push({ md5: md5.digest("hex"), sha256: sha256.digest("base64") });
    }
    return digests;
  } finally {
    await file.close();
  }
}

export async function readFilePart(path: string, start: number, length: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const buffer = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(buffer, filled, length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await file.close();
  }
}

/** The tag of an object made of parts: the MD5 of their MD5s, and their number. */
export const compositeTag = (digests: readonly PartDigest[]): string =>
  `${createHash("md5")
    .update(Buffer.concat(digests.map(({ md5 }) => Buffer.from(md5, "hex"))))
    .digest("hex")}-${digests.length}`;

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html,
 * composite checksums.
 */
export const compositeSha256 = (digests: readonly PartDigest[]): string =>
  `${createHash("sha256")
    .update(Buffer.concat(digests.map(({ sha256 }) => Buffer.from(sha256, "base64"))))
    .digest("base64")}-${digests.length}`;
