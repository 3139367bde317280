import { createHash } from "node:crypto";
import type { Identity } from "../app/access/identity.ts";
import { HttpError } from "./problem.ts";

/** Answers to requests with an `Idempotency-Key`, so that a repeated one is not done twice. */
export interface Idempotency {
  /**
   * Runs `act`, or gives the answer that the same request had before.
   * @throws HttpError 409 while the first one is under way; 422 for another request under that key.
   */
  once(request: KeyedRequest, act: () => Promise<Response>): Promise<Response>;
}

/** What of a route decides whether keys count. */
interface KeyedRoute {
  readonly method: string;
  readonly scope: string;
  readonly takesBytes?: boolean;
}

export interface KeyedRequest {
  readonly identity: Identity;
  readonly key: string;
  /** Tells requests apart: method, address and body. */
  readonly digest: string;
}

interface Kept {
  readonly digest: string;
  readonly endsAtMs: number;
  /** undefined while the request is under way. */
  answer: { readonly status: number; readonly headers: Headers; readonly body: string } | undefined;
}

const KEPT_MS = 3_600_000;
const MAX_KEPT = 10_000;
const MAX_BODY = 1_000_000;
/** Letters of all answers together. */
const MAX_KEPT_LETTERS = 32_000_000;
const KEY = /^[\x21-\x7e]{1,200}$/;

export function createIdempotency(now: () => number = Date.now): Idempotency {
  const kept = new Map<string, Kept>();
  let letters = 0;

  function forget(name: string): void {
    letters -= kept.get(name)?.answer?.body.length ?? 0;
    kept.delete(name);
  }

  function forgetOld(): void {
    for (const [name, { endsAtMs, answer }] of kept) {
      const isRoom = kept.size < MAX_KEPT && letters <= MAX_KEPT_LETTERS;
      if (endsAtMs > now() && isRoom) return;
      // What is under way is not done a second time, however many others come.
      if (answer || endsAtMs <= now()) forget(name);
    }
  }

  return {
    async once({ identity, key, digest }, act) {
      const name = JSON.stringify([identity.id, key]);
      const known = kept.get(name);
      if (known && known.endsAtMs > now()) return repeat(known, digest);
      forget(name);
      forgetOld();
      const entry: Kept = { digest, endsAtMs: now() + KEPT_MS, answer: undefined };
      kept.set(name, entry);
      try {
        const response = await act();
        if (!isDocument(response)) {
          forget(name);
          return response;
        }
        const body = await response.clone().text();
        if (body.length > MAX_BODY) forget(name);
        else {
          entry.answer = { status: response.status, headers: new Headers(response.headers), body };
          letters += body.length;
        }
        return response;
      } catch (error) {
        // What failed may be tried again under the same key.
        forget(name);
        throw error;
      }
    },
  };
}

/** Streams have no end that could be waited for. */
const isDocument = ({ headers, body }: Response): boolean =>
  body === null || /^application\/(?:[\w.+-]*\+)?json/.test(headers.get("content-type") ?? "");

function repeat({ digest, answer }: Kept, asked: string): Response {
  if (digest !== asked)
    throw new HttpError(422, "USAGE", "this Idempotency-Key was another request's", {
      hint: "give each request a key of its own",
    });
  if (!answer)
    throw new HttpError(409, "STORE_BUSY", "the first request with this key is under way", {
      headers: { "Retry-After": "1" },
    });
  const headers = new Headers(answer.headers);
  headers.set("Idempotency-Replayed", "true");
  return new Response(answer.body === "" ? null : answer.body, { status: answer.status, headers });
}

/**
 * @returns undefined for a request without a key, and where doing it again does no harm.
 * @throws HttpError 400 for a key that is none.
 */
export function keyedRequest(
  request: Request,
  { method, takesBytes, scope }: KeyedRoute,
  identity: Identity,
  body: unknown,
): KeyedRequest | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null || method !== "post" || takesBytes === true || scope === "public")
    return undefined;
  if (!KEY.test(key))
    throw new HttpError(400, "USAGE", "Idempotency-Key: must be 1 to 200 visible letters");
  const { pathname, search } = new URL(request.url);
  const digest = createHash("sha256")
    .update(JSON.stringify([pathname, search, body ?? null]))
    .digest("base64url");
  return { identity, key, digest };
}
