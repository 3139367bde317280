import { type IncomingMessage, request as httpRequest, type RequestOptions } from "node:http";
import { isIP } from "node:net";
import { MediasearchError } from "../../../errors.ts";
import { agentFor, type ProxySettings } from "../../../proxy.ts";
import { type Backoff, retry } from "../../../retry.ts";
import { brokenReply, faultOf, networkFault, serverFault } from "./faults.ts";
import { createSigner, type Keys } from "./sign.ts";

export interface TransportOptions extends Keys {
  /** `http://host:port` or `https://…`, without a path. */
  readonly endpoint: string;
  /** Any works: the server takes it from the signature. */
  readonly region?: string | undefined;
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  readonly proxies?: ProxySettings | undefined;
  /**
   * How long a connection, an answer, or the next piece of one may take, and for how long a call is
   * tried again. Milliseconds.
   */
  readonly timeoutMs?: number | undefined;
  readonly maxSockets?: number | undefined;
}

export interface Call {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Bucket, schema and table; a nested schema holds slashes. */
  readonly path: readonly string[];
  /** The operation: the bare key that comes first. */
  readonly op?: string | undefined;
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  /**
   * Doing it twice does no harm: tried again after any broken connection. Of the others only what
   * was certainly not carried out is.
   */
  readonly repeatable: boolean;
  /** Another address of the same cluster, instead of the endpoint. */
  readonly endpoint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * For this call alone, instead of the connection's: how long to wait, and for how long to try
   * again.
   */
  readonly timeoutMs?: number | undefined;
  readonly retryMs?: number | undefined;
}

export interface ClusterReply {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface Transport {
  readonly endpoint: string;
  readonly timeoutMs: number;
  /** The whole reply of a call that succeeded. Rejects with what faults.ts makes of the rest. */
  send(call: Call): Promise<ClusterReply>;
  /** The reply as a stream; `body` rejects when it is cut or pauses for too long. */
  open(
    call: Call,
  ): Promise<{ readonly headers: ClusterReply["headers"]; readonly body: AsyncIterable<Buffer> }>;
  close(): void;
}

/** The waits between attempts, here and wherever work on the cluster is repeated. */
export const BACKOFF: Backoff = { baseDelayMs: 50, maxDelayMs: 5000 };

const EMPTY_BODY = new Uint8Array();
const ERROR_BODY_BYTES = 65_536;
/** Of an answer that is read as a whole: a page of names, statistics, ids of rows. */
const MAX_BODY_BYTES = 64 * 2 ** 20;

/** HTTP/1.1 by node:http, because GET and DELETE carry bodies, which fetch refuses. */
export async function createTransport(options: TransportOptions): Promise<Transport> {
  const { endpoint, timeoutMs = 30_000 } = options;
  const sign = createSigner(options, options.region ?? "us-east-1");
  const main = new URL(endpoint);
  const newAgent = (url: URL): ReturnType<typeof agentFor> =>
    agentFor(url, options.proxies ?? {}, {
      keepAlive: true,
      maxSockets: options.maxSockets ?? 32,
    });
  const agents = new Map([[main.origin, await newAgent(main)]]);
  // Certificates are always verified, against the name that the user gave.
  const tls = {
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(isIP(main.hostname) ? {} : { servername: main.hostname }),
  };
  const { request: httpsRequest } = await import("node:https");

  const attempt = async (call: Call): Promise<IncomingMessage> => {
    const url = urlOf(call.endpoint ?? endpoint, call);
    let agent = agents.get(url.origin);
    if (!agent) agents.set(url.origin, (agent = await newAgent(url)));
    const body = call.body ?? EMPTY_BODY;
    const headers = {
      ...call.headers,
      ...(await sign({ method: call.method, url, body })),
      "user-agent": "mediasearch",
      ...contentLengthHeader(call, body),
    };
    const subject = subjectOf(url, call);
    const reply = await exchange(
      url.protocol === "https:" ? httpsRequest : httpRequest,
      url,
      { ...tls, method: call.method, headers, agent, signal: call.signal },
      body,
      call.timeoutMs ?? timeoutMs,
      subject,
    );
    if (reply.statusCode === 200) return reply;
    throw serverFault(
      reply.statusCode ?? 0,
      (await collect(watched(reply, timeoutMs, subject), ERROR_BODY_BYTES)).toString(),
      subject,
      header(reply, "x-amz-request-id"),
    );
  };
  // One of many addresses is tried once, because the endpoint can answer as well.
  const open = (call: Call): Promise<IncomingMessage> =>
    repeat(
      () => attempt(call),
      call,
      call.retryMs ?? (call.endpoint === undefined ? timeoutMs : 0),
    );

  return {
    endpoint,
    timeoutMs,
    async open(call) {
      const reply = await open(call);
      return {
        headers: headersOf(reply),
        body: watched(reply, timeoutMs, subjectOf(urlOf(endpoint, call), call)),
      };
    },
    send: (call) =>
      repeat(
        async () => {
          const reply = await attempt(call);
          const subject = subjectOf(urlOf(endpoint, call), call);
          const body = await collect(watched(reply, timeoutMs, subject), MAX_BODY_BYTES + 1);
          if (body.length > MAX_BODY_BYTES) throw brokenReply(subject, "its answer is too large");
          return { headers: headersOf(reply), body };
        },
        call,
        call.retryMs ?? timeoutMs,
      ),
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** Escapes as RFC 3986 says. The path must be signed as it is sent. */
const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export function urlOf(
  endpoint: string,
  { path, op, params = {} }: Pick<Call, "path" | "op" | "params">,
): URL {
  const pairs = Object.entries(params)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`);
  const query = [...(op === undefined ? [] : [op]), ...pairs].join("&");
  return new URL(
    `/${path.join("/").split("/").map(percentEncode).join("/")}${query === "" ? "" : `?${query}`}`,
    endpoint,
  );
}

const subjectOf = (url: URL, { method, path, op }: Call): string =>
  `${url.origin} ${method} /${path.join("/")}${op === undefined ? "" : `?${op}`}`;

/**
 * The header of the length. A body must never be chunked; a GET without a body has no such header.
 */
const contentLengthHeader = ({ method }: Call, body: Uint8Array): Record<string, string> =>
  body.length > 0 || (method !== "GET" && method !== "HEAD")
    ? { "content-length": String(body.length) }
    : {};

const header = (reply: IncomingMessage, name: string): string | undefined => headersOf(reply)[name];
const headersOf = ({ headers }: IncomingMessage): ClusterReply["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value,
    ]),
  );

type Requester = typeof httpRequest;

/**
 * Makes one request up to the head of its answer, which may take `timeoutMs` from the last sign of
 * life.
 */
function exchange(
  send: Requester,
  url: URL,
  options: RequestOptions,
  body: Uint8Array,
  timeoutMs: number,
  subject: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = send(url, options);
    const tooLong = setTimeout(
      () =>
        request.destroy(
          Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: "ETIMEDOUT" }),
        ),
      timeoutMs,
    );
    request.on(
      "socket",
      (socket) => socket.connecting && socket.once("connect", () => tooLong.refresh()),
    );
    request.on("finish", () => tooLong.refresh());
    request.once("response", (reply) => {
      clearTimeout(tooLong);
      resolve(reply);
    });
    request.on("error", (error) => {
      clearTimeout(tooLong);
      const { signal } = options;
      reject(signal?.aborted ? (signal.reason as Error) : networkFault(error, subject));
    });
    request.end(body);
  });
}

/**
 * Yields the parts of a reply. It must reject when the reply ends before it is whole, or when the
 * server is silent for too long.
 */
async function* watched(
  reply: IncomingMessage,
  timeoutMs: number,
  subject: string,
): AsyncIterable<Buffer> {
  const listen = (): NodeJS.Timeout =>
    setTimeout(
      () =>
        reply.destroy(
          Object.assign(new Error(`the answer stopped for ${timeoutMs} ms`), { code: "ETIMEDOUT" }),
        ),
      timeoutMs,
    );
  let silence = listen();
  try {
    for await (const chunk of reply) {
      // While the reader is busy with a part, the silence of the server is not measured.
      clearTimeout(silence);
      yield chunk as Buffer;
      silence = listen();
    }
  } catch (error) {
    throw error instanceof MediasearchError ? error : networkFault(error as Error, subject);
  } finally {
    clearTimeout(silence);
    reply.destroy();
  }
}

async function collect(chunks: AsyncIterable<Buffer>, mostBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    if ((size += chunk.length) >= mostBytes) break;
  }
  return Buffer.concat(parts);
}

/**
 * SlowDown means "not carried out", and so does a connection that was never made: any call is tried
 * again then. Others only when they may be repeated.
 */
function mayRetry(error: unknown, { repeatable }: Pick<Call, "repeatable">): boolean {
  const fault = faultOf(error);
  if (!fault) return false;
  if (fault.status === 503 && (fault.code === "SlowDown" || repeatable)) return true;
  if (fault.status !== 0 || /CERT|SIGNATURE|ALTNAME|ENOTFOUND/.test(fault.code)) return false;
  return repeatable || fault.code === "ECONNREFUSED" || fault.code === "EAI_AGAIN";
}

/**
 * Repeats `act` for `budgetMs` at most. It must sign anew each time, because a signature holds the
 * time.
 */
const repeat = <T>(act: () => Promise<T>, call: Call, budgetMs: number): Promise<T> =>
  retry(act, (error) => (mayRetry(error, call) ? {} : undefined), {
    ...BACKOFF,
    budgetMs,
    signal: call.signal,
  });
