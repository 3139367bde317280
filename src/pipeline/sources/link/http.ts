import type { IncomingMessage } from "node:http";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { MediasearchError } from "../../../errors.ts";
import type { Location } from "../../../location.ts";
import { agentFor, type ProxySettings, proxyFor } from "../../../proxy.ts";
import { hasPrivateHost, PrivateAddressError, publicLookup } from "../../../public-address.ts";
import { startRetries } from "../../../retry.ts";

/** How links are read; plain data, so that worker processes get it too. */
export interface LinkOptions {
  /** Whether addresses of this machine and its network may be read. */
  readonly allowsPrivate: boolean;
  readonly proxies: ProxySettings;
  /** How long a server may say nothing. Milliseconds. */
  readonly silenceMs?: number | undefined;
  /** The longest wait before the second attempt. Milliseconds. */
  readonly retryDelayMs?: number | undefined;
}

/** A reply whose body has not been read. Whoever has it reads or destroys the body. */
interface Reply {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: IncomingMessage;
}

export interface LinkRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Podcasts are sent through several counters before their host. */
const MAX_REDIRECTS = 10;
const DEFAULT_SILENCE_MS = 30_000;
/** No part that is asked for at once takes longer on a line that a recording can be read over. */
const MAX_EXCHANGE_MS = 10 * 60_000;
const ATTEMPTS = 4;
const DEFAULT_RETRY_DELAY_MS = 1000;
const MAX_RETRY_DELAY_MS = 15_000;
const MAX_RETRY_AFTER_MS = 60_000;

const privateError = (location: Location): MediasearchError =>
  new MediasearchError("UNREADABLE_MEDIA", `${location}: leads to a private address`, {
    subject: location,
    hint: "LINKS_PRIVATE=true reads links to this machine and its network",
  });

/**
 * Asks for a link and follows redirects, each of which is checked as the link itself was: it may
 * lead to no private address, whatever its name leads to at the moment of the connection.
 * @throws UNREADABLE_MEDIA for what may not be read; IO_FAILED for a server that does not answer.
 */
export async function askLink(
  location: Location,
  { headers = {}, signal }: LinkRequest,
  options: LinkOptions,
): Promise<Reply> {
  let url = new URL(location);
  url.hash = "";
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const reply = await askOnce(url, location, { headers, signal }, options);
    const target = reply.status >= 300 && reply.status < 400 ? reply.header("location") : undefined;
    if (target === undefined) return reply;
    reply.body.destroy();
    const next = URL.parse(target, url.href);
    if (!next || !/^https?:$/.test(next.protocol) || next.username !== "" || next.password !== "")
      throw new MediasearchError(
        "UNREADABLE_MEDIA",
        `${location}: is redirected to what is no link`,
        { subject: location },
      );
    url = next;
  }
  throw new MediasearchError("UNREADABLE_MEDIA", `${location}: is redirected without end`, {
    subject: location,
  });
}

async function askOnce(
  url: URL,
  location: Location,
  { headers = {}, signal }: LinkRequest,
  { allowsPrivate, proxies, silenceMs = DEFAULT_SILENCE_MS }: LinkOptions,
): Promise<Reply> {
  if (
    !allowsPrivate &&
    (hasPrivateHost(url) || /^localhost\.?$|\.localhost\.?$/i.test(url.hostname))
  )
    throw privateError(location);
  const { request } =
    url.protocol === "https:" ? await import("node:https") : await import("node:http");
  // A proxy looks names up by itself, and is where this machine's owner wants requests to go.
  const isDirect = proxyFor(url, proxies) === undefined;
  const agent = await agentFor(url, proxies, { keepAlive: false });
  const whole = AbortSignal.any([signal, AbortSignal.timeout(MAX_EXCHANGE_MS)]);
  return new Promise((resolve, reject) => {
    const call = request(url, {
      agent,
      signal: whole,
      headers: { "user-agent": "mediasearch", "accept-encoding": "identity", ...headers },
      ...(allowsPrivate || !isDirect ? {} : { lookup: publicLookup }),
    });
    let answer: IncomingMessage | undefined;
    call.setTimeout(silenceMs, () => (answer ?? call).destroy(new SilenceError()));
    call.on("response", (body) => {
      answer = body;
      resolve({
        status: body.statusCode ?? 0,
        body,
        header: (name) => {
          const value = body.headers[name];
          return Array.isArray(value) ? value[0] : value;
        },
      });
    });
    call.on("error", (error) => reject(lineError(error, location, signal)));
    call.end();
  });
}

class SilenceError extends Error {
  readonly code = "ETIMEDOUT";
}

/** What failed on the line: it may pass. */
export function lineError(error: unknown, location: Location, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason as Error;
  if (error instanceof MediasearchError) return error;
  if (error instanceof PrivateAddressError) return privateError(location);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = LINE_REASONS[code] ?? "the connection failed";
  return new MediasearchError("IO_FAILED", `${location}: ${reason}`, {
    subject: location,
    cause: error,
  });
}

const LINE_REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such server",
  EAI_AGAIN: "the name of its server can't be looked up just now",
  ECONNREFUSED: "its server refuses connections",
  ECONNRESET: "the connection was cut",
  ETIMEDOUT: "its server does not answer",
  ABORT_ERR: "its server is too slow",
  CERT_HAS_EXPIRED: "its server's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its server's certificate is signed by itself",
};

/** Seconds of a Retry-After header; dates are not worth reading. */
const retryAfterMs = (reply: Reply): number | undefined => {
  const seconds = Number(reply.header("retry-after"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
};

/** A refusal that may pass, with the wait that the server asked for. */
class PassingRefusal extends MediasearchError {
  readonly retryAfterMs: number | undefined;

  constructor(location: Location, reply: Reply) {
    super("IO_FAILED", `${location}: its server answers HTTP ${reply.status}`, {
      subject: location,
    });
    this.retryAfterMs = retryAfterMs(reply);
  }
}

/** @throws what a reply that is no success means; its body is destroyed then. */
export function mustSucceed(reply: Reply, location: Location): void {
  const { status } = reply;
  if (status === 200 || status === 206) return;
  reply.body.destroy();
  if (status === 404 || status === 410)
    throw new MediasearchError("NOT_FOUND", `${location}: does not exist (HTTP ${status})`, {
      subject: location,
    });
  if (status === 408 || status === 429 || status >= 500) throw new PassingRefusal(location, reply);
  const why =
    status === 401 || status === 403 ? "its server lets nobody in without a password" : "refused";
  throw new MediasearchError("UNREADABLE_MEDIA", `${location}: ${why} (HTTP ${status})`, {
    subject: location,
    hint: "download it, then mediasearch index FILE",
  });
}

/** The file is another one by now: it is to be listed anew, and no further attempt helps. */
export class ChangedError extends MediasearchError {
  constructor(location: Location) {
    super("IO_FAILED", `${location}: it changed while it was read`, { subject: location });
  }
}

const mayPass = (error: unknown): error is MediasearchError =>
  error instanceof MediasearchError &&
  error.code === "IO_FAILED" &&
  !(error instanceof ChangedError);

/**
 * Repeats what failed on the line, a few times. `act` is told how to say that it came further,
 * which makes the count start anew.
 */
export async function persistently<T>(
  act: (cameFurther: () => void) => Promise<T>,
  signal: AbortSignal,
  { retryDelayMs = DEFAULT_RETRY_DELAY_MS }: LinkOptions,
): Promise<T> {
  const retries = startRetries({
    baseDelayMs: retryDelayMs,
    maxDelayMs: Math.max(retryDelayMs, MAX_RETRY_DELAY_MS),
    attempts: ATTEMPTS,
    maxRetryAfterMs: MAX_RETRY_AFTER_MS,
    signal,
  });
  for (;;) {
    try {
      return await act(retries.restart);
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw error;
      const wait = error instanceof PassingRefusal ? error.retryAfterMs : undefined;
      await retries.waitAfter(error, wait === undefined ? {} : { retryAfterMs: wait });
    }
  }
}

/** Reads a body to its end. Resolves with undefined, and stops, where it has more bytes. */
export async function readBody(
  reply: Reply,
  maxBytes: number,
  location: Location,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of reply.body as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > maxBytes) return undefined;
      parts.push(part);
    }
  } catch (error) {
    throw lineError(error, location, signal);
  } finally {
    reply.body.destroy();
  }
  const told = Number(reply.header("content-length"));
  if (Number.isSafeInteger(told) && told > length)
    throw new MediasearchError("IO_FAILED", `${location}: the connection was cut`, {
      subject: location,
    });
  return unpacked(Buffer.concat(parts), reply.header("content-encoding"), maxBytes, location);
}

const UNPACKERS: Readonly<
  Record<string, (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer>
> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** Some servers compress whatever they are asked for. */
function unpacked(
  bytes: Buffer,
  encoding: string | undefined,
  maxBytes: number,
  location: Location,
): Buffer | undefined {
  const unpack = UNPACKERS[encoding?.toLowerCase() ?? ""];
  if (!unpack) return bytes;
  try {
    return unpack(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw new MediasearchError("UNREADABLE_MEDIA", `${location}: is damaged on its way`, {
      subject: location,
      cause: error,
    });
  }
}
