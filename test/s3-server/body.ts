import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { crc32 } from "node:zlib";
import { S3Error } from "./s3-error.ts";

export interface Body {
  readonly bytes: Buffer;
  /**
   * Checksums that the client sent and that were right: name without "x-amz-checksum-", value in
   * base64.
   */
  readonly checksums: ReadonlyMap<string, string>;
}

const ALGORITHMS: Readonly<Record<string, (bytes: Buffer) => string>> = {
  sha256: (bytes) => createHash("sha256").update(bytes).digest("base64"),
  sha1: (bytes) => createHash("sha1").update(bytes).digest("base64"),
  crc32: (bytes) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum.toString("base64");
  },
};

/**
 * Reads a whole body, checks the hash that was signed and every checksum, in headers or trailers.
 */
export async function readBody(request: IncomingMessage, signedHash: string): Promise<Body> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const raw = Buffer.concat(parts);
  const isChunked = signedHash.startsWith("STREAMING-");
  if (isChunked && signedHash !== "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    throw new S3Error(501, "NotImplemented", signedHash);
  if (
    !isChunked &&
    signedHash !== "UNSIGNED-PAYLOAD" &&
    createHash("sha256").update(raw).digest("hex") !== signedHash
  )
    throw new S3Error(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  const { bytes, trailers } = isChunked
    ? decodeChunks(raw)
    : { bytes: raw, trailers: new Map<string, string>() };
  if (isChunked && Number(request.headers["x-amz-decoded-content-length"]) !== bytes.length)
    throw new S3Error(400, "IncompleteBody", "the decoded length is another");
  const md5 = request.headers["content-md5"];
  if (md5 !== undefined && createHash("md5").update(bytes).digest("base64") !== md5)
    throw new S3Error(
      400,
      "BadDigest",
      "The Content-MD5 you specified did not match what we received.",
    );
  for (const [name, value] of Object.entries(request.headers))
    if (name.startsWith("x-amz-checksum-")) trailers.set(name, String(value));
  return { bytes, checksums: checked(bytes, trailers) };
}

function checked(bytes: Buffer, given: ReadonlyMap<string, string>): Map<string, string> {
  const checksums = new Map<string, string>();
  for (const [header, value] of given) {
    const name = header.slice("x-amz-checksum-".length);
    const compute = ALGORITHMS[name];
    if (!compute) continue;
    if (compute(bytes) !== value)
      throw new S3Error(
        400,
        "BadDigest",
        `The ${name.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    checksums.set(name, value);
  }
  return checksums;
}

const MIN_CHUNK_BYTES = 8192;

/** aws-chunked: `<hex length>[;…]\r\n<bytes>\r\n` until length 0, then trailers as headers. */
function decodeChunks(raw: Buffer): { bytes: Buffer; trailers: Map<string, string> } {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = raw.indexOf("\r\n", at);
    const length = Number.parseInt(raw.toString("latin1", at, end < 0 ? at : end), 16);
    if (end < 0 || !(length >= 0)) throw new S3Error(400, "IncompleteBody", "broken chunk");
    at = end + 2;
    if (length === 0) {
      const lines = raw
        .toString("latin1", at)
        .split("\r\n")
        .filter((line) => line.includes(":"));
      return {
        bytes: Buffer.concat(parts),
        trailers: new Map(
          lines.map((line) => [
            line.slice(0, line.indexOf(":")).toLowerCase(),
            line.slice(line.indexOf(":") + 1).trim(),
          ]),
        ),
      };
    }
    if (parts.some((part) => part.length < MIN_CHUNK_BYTES))
      throw new S3Error(
        400,
        "InvalidChunkSizeError",
        "Only the last chunk is allowed to have a size less than 8192 bytes",
      );
    parts.push(raw.subarray(at, at + length));
    at += length + 2;
  }
}
