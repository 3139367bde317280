import http from "node:http";
import https from "node:https";
import type { IncomingMessage } from "node:http";
import { agentFor, proxiesOf } from "../proxy.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface HubRequest {
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Goes to the first host only, and never over plain HTTP to another machine. */
  readonly token: string | undefined;
  /** The first byte that is wanted. */
  readonly from: number;
}

const MAX_REDIRECTS = 5;
const STALLED_MS = 60_000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Asks for a file, following redirects (the hub sends large files from other hosts) and by the
 * proxy that the environment names. Rejects when nothing arrives for a minute.
 */
export async function requestFile(url: URL, request: HubRequest): Promise<IncomingMessage> {
  let currentUrl = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const isOwnHost = currentUrl.host === url.host && currentUrl.protocol === url.protocol;
    const reply = await get(currentUrl, {
      ...request,
      token: isOwnHost ? request.token : undefined,
    });
    const { statusCode = 0, headers } = reply;
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return reply;
    reply.destroy();
    const next = new URL(headers.location, currentUrl);
    if (currentUrl.protocol === "https:" && next.protocol !== "https:")
      throw new Error(`${currentUrl.host} redirects to an address without TLS`);
    currentUrl = next;
  }
  throw new Error(`${url.host} redirects in a circle`);
}

async function get(url: URL, request: HubRequest): Promise<IncomingMessage> {
  const { env, signal, token, from } = request;
  const isSafe = url.protocol === "https:" || LOOPBACK.test(url.hostname);
  const agent = await agentFor(url, proxiesOf(env), {});
  const { get: start } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const call = start(url, {
      agent,
      signal,
      headers: {
        "user-agent": "mediasearch",
        ...(from > 0 ? { range: `bytes=${from}-` } : {}),
        ...(token !== undefined && isSafe ? { authorization: `Bearer ${token}` } : {}),
      },
    });
    call.setTimeout(STALLED_MS, () => call.destroy(new Error(`${url.host} sends nothing`)));
    call.on("error", reject);
    call.on("response", resolve);
  });
}
