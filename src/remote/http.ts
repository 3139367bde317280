import http from "node:http";
import https from "node:https";
import { randomBytes } from "node:crypto";

export interface HttpRequest {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  readonly signal: AbortSignal;
  /** The time-out of the whole exchange, in milliseconds. */
  readonly timeoutMs: number;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

const MAX_ANSWER_BYTES = 64 * 2 ** 20;
/** The system then notices a peer that vanished without a word. */
const SOCKET_KEEP_ALIVE_MS = 30_000;

/**
 * One exchange over HTTP. Not `fetch`: that gives up after five minutes without a header, and
 * recognisers send none before they have finished.
 * Redirects are not followed: the key must not go elsewhere. Rejects with Node's errors, the
 * signal's reason, or a TimeoutError.
 */
export function request(
  url: URL,
  { method = "POST", headers = {}, body, signal, timeoutMs }: HttpRequest,
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const both = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const { request: start } = url.protocol === "https:" ? https : http;
    const bare = new URL(url);
    bare.username = bare.password = "";
    const call = start(bare, {
      method,
      agent: false,
      headers: {
        ...headers,
        ...basicAuthorisation(url, headers),
        ...(body ? { "content-length": String(body.length) } : {}),
      },
    });
    const fail = (error: unknown): void => {
      both.removeEventListener("abort", onAbort);
      call.destroy();
      reject(error as Error);
    };
    const onAbort = (): void => fail(both.reason);
    if (both.aborted) return onAbort();
    both.addEventListener("abort", onAbort, { once: true });
    let hasReply = false;
    call.on("socket", (socket) => socket.setKeepAlive(true, SOCKET_KEEP_ALIVE_MS));
    // A server may refuse and close before it has taken the whole body: its answer counts, not the
    // broken upload.
    call.on("error", (error) => {
      if (!hasReply) fail(error);
    });
    call.on("response", (reply) => {
      hasReply = true;
      const parts: Buffer[] = [];
      let size = 0;
      reply.on("data", (part: Buffer) => {
        size += part.length;
        if (size > MAX_ANSWER_BYTES)
          fail(new Error(`an answer of more than ${MAX_ANSWER_BYTES / 2 ** 20} MiB`));
        else parts.push(part);
      });
      reply.on("error", fail);
      reply.on("end", () => {
        both.removeEventListener("abort", onAbort);
        resolve({
          status: reply.statusCode ?? 0,
          headers: singles(reply.headers),
          text: Buffer.concat(parts).toString("utf8"),
        });
      });
    });
    call.end(body);
  });
}

const singles = (headers: http.IncomingHttpHeaders): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );

function basicAuthorisation(
  { username, password }: URL,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  if (username === "" || headers["authorization"] !== undefined) return {};
  return {
    authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`,
  };
}

/** A part of a form: a field, or a file where it has a name. */
export interface FormPart {
  readonly name: string;
  readonly value: string | Buffer;
  readonly fileName?: string;
  readonly type?: string;
}

/** multipart/form-data, RFC 7578. */
export function formOf(parts: readonly FormPart[]): {
  readonly body: Buffer;
  readonly headers: Record<string, string>;
} {
  const boundary = `mediasearch-${randomBytes(12).toString("hex")}`;
  const blocks = parts.flatMap(({ name, value, fileName, type }) => [
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${fileName ? `; filename="${fileName}"` : ""}\r\n${type ? `content-type: ${type}\r\n` : ""}\r\n`,
    ),
    Buffer.from(value),
    Buffer.from("\r\n"),
  ]);
  return {
    body: Buffer.concat([...blocks, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  };
}

/** Formats an address as messages may show it: without user, password and query. */
export const shownUrl = ({ protocol, host, pathname }: URL): string =>
  `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
