import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Context } from "../app/context.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { bucketAndKey, isLink, isObject, nameOf } from "../location.ts";
import { type ByteRange, isRangeFresh, matchesTag, parseRange } from "./byte-range.ts";
import { contentType } from "./file-names.ts";

/** Bytes that can be sent in parts. */
interface Content {
  readonly size: number;
  readonly etag: string;
  readonly modifiedMs: number;
  read(range: ByteRange, signal: AbortSignal): ReadableStream;
  close(): Promise<void>;
}

/** Content types that recordings and captions may have, for the description. */
export const MEDIA_TYPES = ["video/*", "audio/*", "application/*", "text/*"] as const;

/** One read from the disk; a stream holds two of them. */
const CHUNK_BYTES = 256 * 1024;

type MediaContext = Pick<Context, "openObjects" | "openSources">;

async function openContent(
  location: string,
  request: Request,
  context: MediaContext,
): Promise<Content> {
  if (isObject(location)) return openObject(location, context);
  return isLink(location) ? openRemote(location, request.signal, context) : openFile(location);
}

/**
 * Sends a file of this machine, of an object store or behind a link, whole or a part of it, as
 * players ask for it.
 * @throws NOT_FOUND when it is not there any more; UNREACHABLE for an object store that is away.
 */
export async function sendMedia(
  location: string,
  request: Request,
  context: MediaContext,
): Promise<Response> {
  const content = await openContent(location, request, context);
  return sendContent(content, request, {
    "Content-Type": contentType(nameOf(location)),
    "Content-Disposition": `inline; filename*=UTF-8''${encodeName(nameOf(location))}`,
  });
}

/** RFC 8187: nothing of a name can end the header. */
export const encodeName = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

async function sendContent(
  content: Content,
  request: Request,
  more: Readonly<Record<string, string>>,
): Promise<Response> {
  const { size, etag, modifiedMs } = content;
  const headers = {
    ...more,
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, no-cache",
    ETag: etag,
    "Last-Modified": new Date(modifiedMs).toUTCString(),
  };
  const withoutBody = async (status: number, extra: object = {}): Promise<Response> => {
    await content.close();
    return new Response(null, { status, headers: { ...headers, ...extra } });
  };
  if (matchesTag(request.headers.get("if-none-match"), etag)) return withoutBody(304);
  const range = isRangeFresh(request.headers.get("if-range"), etag, modifiedMs)
    ? parseRange(request.headers.get("range"), size)
    : undefined;
  if (range === "unsatisfiable")
    return withoutBody(416, { "Content-Range": `bytes */${size}`, "Content-Length": "0" });
  const { start, end } = range ?? { start: 0, end: size };
  const status = range ? 206 : 200;
  const extra = {
    "Content-Length": String(end - start),
    ...(range ? { "Content-Range": `bytes ${start}-${end - 1}/${size}` } : {}),
  };
  if (request.method === "HEAD" || end === start) return withoutBody(status, extra);
  return new Response(content.read({ start, end }, request.signal), {
    status,
    headers: { ...headers, ...extra },
  });
}

async function openFile(path: string): Promise<Content> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw toMediasearchError(error, path);
  });
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw new MediasearchError("NOT_FOUND", `${path}: is no file`, { subject: path });
  }
  return {
    size: stat.size,
    etag: `"${stat.size.toString(36)}-${Math.round(stat.mtimeMs * 1000).toString(36)}"`,
    modifiedMs: stat.mtimeMs,
    read({ start, end }) {
      const stream = handle.createReadStream({
        start,
        end: end - 1,
        highWaterMark: CHUNK_BYTES,
        autoClose: true,
      });
      return Readable.toWeb(stream) as ReadableStream;
    },
    close: () => handle.close(),
  };
}

async function openObject(
  location: string,
  context: Pick<Context, "openObjects">,
): Promise<Content> {
  const { bucket, key } = bucketAndKey(location);
  const store = (await context.openObjects()).bucket(bucket);
  const stat = await store.stat(key);
  if (!stat)
    throw new MediasearchError("NOT_FOUND", `${location}: the object is not there any more`, {
      subject: location,
    });
  const { sizeBytes: size, etag, mtimeMs: modifiedMs } = stat;
  return {
    size,
    etag: `"${etag}"`,
    modifiedMs,
    read: (range, signal) =>
      ReadableStream.from(store.get(key, { ...range, etag, signal })) as ReadableStream,
    close: async () => {},
  };
}

/** Through this server, so that a page needs no right to ask other ones. */
async function openRemote(
  location: string,
  signal: AbortSignal,
  context: Pick<Context, "openSources">,
): Promise<Content> {
  const source = (await context.openSources()).of(location);
  const stat = await source.stat(location, signal);
  if (!stat)
    throw new MediasearchError("NOT_FOUND", `${location}: is not there any more`, {
      subject: location,
    });
  const input = await source.open(location, undefined, signal);
  if (typeof input === "string")
    throw new MediasearchError("BUG", `${location}: is a link and was opened as a file`);
  const read = async function* ({ start, end }: ByteRange): AsyncIterable<Uint8Array> {
    for (let at = start; at < end;) {
      const part = await input.read(at, Math.min(CHUNK_BYTES, end - at));
      if (part.length === 0) return;
      at += part.length;
      yield part;
    }
  };
  return {
    size: input.sizeBytes,
    etag: `"${stat.etag ?? ""}"`,
    modifiedMs: stat.mtimeMs,
    read: (range) => ReadableStream.from(read(range)) as ReadableStream,
    close: async () => {},
  };
}
