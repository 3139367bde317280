import { createHash } from "node:crypto";
import { MediasearchError } from "../../../errors.ts";
import type { Location } from "../../../location.ts";
import type { ByteSource } from "../../../media/byte-source.ts";
import { HEAD_BYTES } from "../../../media/sniff.ts";
import { readInWindows } from "../../../objects/ranged.ts";
import {
  askLink,
  ChangedError,
  lineError,
  type LinkOptions,
  mustSucceed,
  persistently,
  readBody,
} from "./http.ts";

/** What a server says of a file, and how it begins. */
export interface RemoteFile {
  readonly location: Location;
  /** null where the server does not say. */
  readonly sizeBytes: number | null;
  /** Whether the server sends parts of it. */
  readonly hasRanges: boolean;
  /** What the server knows this content by: its ETag, else its date; "" where it has neither. */
  readonly validator: string;
  /** Unix milliseconds; 0 where the server does not say. */
  readonly mtimeMs: number;
  /** In small letters, without parameters. */
  readonly contentType: string;
  /** The first `HEAD_BYTES` bytes. */
  readonly head: Buffer;
}

type Reply = Awaited<ReturnType<typeof askLink>>;

/** @throws NOT_FOUND, UNREADABLE_MEDIA, or IO_FAILED after some attempts. */
export const describeLink = (
  location: Location,
  signal: AbortSignal,
  options: LinkOptions,
): Promise<RemoteFile> =>
  persistently(
    async () => {
      const headers = { range: `bytes=0-${HEAD_BYTES - 1}` };
      const reply = await askLink(location, { headers, signal }, options);
      // An empty file has no first byte to send.
      if (reply.status === 416 && reply.header("content-range")?.endsWith("/0")) {
        reply.body.destroy();
        return { ...saidOf(location, reply), sizeBytes: 0, hasRanges: true, head: Buffer.alloc(0) };
      }
      mustSucceed(reply, location);
      const { total } = rangeOf(reply) ?? {};
      return {
        ...saidOf(location, reply),
        sizeBytes: total ?? (reply.status === 200 ? lengthOf(reply) : null),
        hasRanges: reply.status === 206 && total !== undefined,
        head: await firstBytes(reply, location, signal),
      };
    },
    signal,
    options,
  );

const saidOf = (
  location: Location,
  reply: Reply,
): Pick<RemoteFile, "location" | "validator" | "mtimeMs" | "contentType"> => ({
  location,
  validator: validatorOf(reply),
  mtimeMs: Math.max(0, Date.parse(reply.header("last-modified") ?? "") || 0),
  contentType: (reply.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "",
});

/** Servers that answer with the same bytes in turns may give a weak tag and a strong one. */
const validatorOf = (reply: Reply): string =>
  (reply.header("etag") ?? "").replace(/^W\//, "") || (reply.header("last-modified") ?? "");

function lengthOf(reply: Reply): number | null {
  const length = Number(reply.header("content-length") ?? Number.NaN);
  return Number.isSafeInteger(length) && length >= 0 && !reply.header("content-encoding")
    ? length
    : null;
}

/** `bytes 0-99/1234`; undefined where the whole length is not told. */
function rangeOf(reply: Reply): { readonly start: number; readonly total: number } | undefined {
  const [, start, total] =
    /^bytes (\d+)-\d+\/(\d+)$/.exec(reply.header("content-range") ?? "") ?? [];
  const numbers = { start: Number(start), total: Number(total) };
  return Number.isSafeInteger(numbers.start) && Number.isSafeInteger(numbers.total)
    ? numbers
    : undefined;
}

async function firstBytes(reply: Reply, location: Location, signal: AbortSignal): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of reply.body as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch (error) {
    throw lineError(error, location, signal);
  } finally {
    reply.body.destroy();
  }
  return Buffer.concat(parts).subarray(0, HEAD_BYTES);
}

/** Names the content by where it is and what its server knows it by: tags are no digests. */
export const linkTag = ({
  location,
  validator,
}: Pick<RemoteFile, "location" | "validator">): string =>
  `link-${createHash("sha256")
    .update(JSON.stringify([location, validator]))
    .digest("hex")
    .slice(0, 32)}`;

/** Reads a small file whole; undefined for one that is larger. */
export const readLink = (
  location: Location,
  maxBytes: number,
  signal: AbortSignal,
  options: LinkOptions,
): Promise<Buffer | undefined> =>
  persistently(
    async () => {
      const reply = await askLink(location, { signal }, options);
      mustSucceed(reply, location);
      return readBody(reply, maxBytes, location, signal);
    },
    signal,
    options,
  );

/** What a worker holds in memory of a file that its server does not send in parts. */
const MAX_WHOLE_BYTES = 300_000_000;

/**
 * Opens a file for decoding. Where the server sends parts, they are fetched as they are needed, and
 * what was cut goes on where it stopped; else the whole file is fetched first.
 * @throws UNREADABLE_MEDIA for a large file that the server sends as a whole only.
 */
export async function openLink(
  file: RemoteFile,
  signal: AbortSignal,
  options: LinkOptions,
): Promise<ByteSource> {
  const { location, sizeBytes, hasRanges } = file;
  if (hasRanges && sizeBytes !== null)
    return readInWindows({
      name: location.replace(/[?#].*$/s, ""),
      sizeBytes,
      fetchRange: (start, end) => fetchRange(file, start, end, signal, options),
    });
  const bytes =
    (sizeBytes ?? 0) > MAX_WHOLE_BYTES
      ? undefined
      : await readLink(location, MAX_WHOLE_BYTES, signal, options);
  if (!bytes)
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      `${location}: its server sends no parts of files, and it has more than ${MAX_WHOLE_BYTES / 1e6} MB`,
      { subject: location, hint: "download it, then mediasearch index FILE" },
    );
  return {
    name: location.replace(/[?#].*$/s, ""),
    sizeBytes: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
  };
}

/** A part of a few megabytes that takes longer comes from a server that only pretends to send. */
const MAX_RANGE_MS = 15 * 60_000;

async function fetchRange(
  file: RemoteFile,
  start: number,
  end: number,
  signal: AbortSignal,
  options: LinkOptions,
): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  let filled = 0;
  const startedMs = Date.now();
  return persistently(
    async (cameFurther) => {
      const before = filled;
      try {
        for await (const part of partsFrom(file, start + filled, end, signal, options)) {
          // A server may send more than it was asked for.
          filled += part.copy(bytes, filled, 0, Math.min(part.length, bytes.length - filled));
          if (filled === bytes.length) return bytes;
        }
      } finally {
        if (filled > before && Date.now() - startedMs < MAX_RANGE_MS) cameFurther();
      }
      throw new MediasearchError("IO_FAILED", `${file.location}: the connection was cut`, {
        subject: file.location,
      });
    },
    signal,
    options,
  );
}

async function* partsFrom(
  file: RemoteFile,
  from: number,
  end: number,
  signal: AbortSignal,
  options: LinkOptions,
): AsyncIterable<Buffer> {
  const { location, validator, sizeBytes } = file;
  const headers = {
    range: `bytes=${from}-${end - 1}`,
    ...(validator.startsWith('"') ? { "if-range": validator } : {}),
  };
  const reply = await askLink(location, { headers, signal }, options);
  if (reply.status !== 416) mustSucceed(reply, location);
  const range = rangeOf(reply);
  const isSame = validatorOf(reply) === validator && range?.total === sizeBytes;
  if (!isSame || range?.start !== from) {
    reply.body.destroy();
    throw new ChangedError(location);
  }
  try {
    yield* reply.body as AsyncIterable<Buffer>;
  } catch (error) {
    throw lineError(error, location, signal);
  } finally {
    reply.body.destroy();
  }
}
