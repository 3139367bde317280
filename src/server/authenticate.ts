import type { Identity } from "../app/access/identity.ts";
import { identifyKey, isKeyGood, type KeyRefusal } from "../app/access/keys.ts";
import { createHash } from "node:crypto";
import { HttpError } from "./problem.ts";
import type { Services } from "./route.ts";
import { SESSION_COOKIE } from "./sessions.ts";
import type { Sight } from "./reads/reader.ts";

/** Who asks, and by what he showed it. */
export interface Authenticated {
  readonly identity: Identity;
  /** A browser sends cookies by itself, so that a request by cookie needs a proof of its origin. */
  readonly by: "key" | "session";
}

const MAX_KEY_LENGTH = 8000;

/**
 * Finds out who asks: by key in `Authorization: Bearer` or `X-API-Key`, else by the session cookie.
 * @returns undefined when nobody says who he is.
 * @throws HttpError 401 for a key or session that opens nothing.
 */
export async function authenticate(
  request: Request,
  services: Services,
): Promise<Authenticated | undefined> {
  const key = keyOf(request);
  if (key !== undefined) return { identity: await identityOfKey(key, services), by: "key" };
  const token = cookieOf(request, SESSION_COOKIE);
  const identity = token === undefined ? undefined : services.sessions.find(token);
  if (!identity) return undefined;
  if (
    identity.keyId !== null &&
    !(await isKeyGood(await services.library.records(), identity.keyId))
  )
    throw unauthorized("the key of this session was revoked or has expired");
  return { identity, by: "session" };
}

function keyOf({ headers }: Request): string | undefined {
  const bearer = headers.get("authorization");
  if (bearer !== null) {
    const [, key] = /^Bearer +(\S+)$/i.exec(bearer) ?? [];
    if (key === undefined) throw unauthorized("Authorization: must be Bearer and a key");
    return key;
  }
  return headers.get("x-api-key") ?? undefined;
}

/** @throws HttpError 401 */
export async function identityOfKey(
  key: string,
  { library, noteUse }: Services,
): Promise<Identity> {
  if (key.length > MAX_KEY_LENGTH) throw unauthorized("the key is too long");
  const records = await library.records();
  const found = await identifyKey(records, key);
  if (typeof found === "string") throw unauthorized(REFUSALS[found]);
  if (found.kind === "key" && found.keyId !== null)
    // When it is used is worth knowing and not worth waiting for.
    void noteUse(records, found.keyId).catch(() => {});
  return found;
}

const REFUSALS: Readonly<Record<KeyRefusal, string>> = {
  unknown: "there is no such key",
  expired: "the key has expired",
  revoked: "the key was revoked",
};

export const unauthorized = (message: string): HttpError =>
  new HttpError(401, "CREDENTIALS", message, {
    hint: "send a key as Authorization: Bearer KEY (mediasearch keys create), or sign in at /",
    headers: { "WWW-Authenticate": 'Bearer realm="mediasearch"' },
  });

export function cookieOf({ headers }: Request, name: string): string | undefined {
  for (const part of headers.get("cookie")?.split(";") ?? []) {
    const [key, value] = part.trim().split("=", 2);
    if (key === name && value !== undefined) return value;
  }
  return undefined;
}

/**
 * A page of another site can make a browser send requests with cookies; its origin tells.
 * @throws HttpError 403
 */
export function refuseForeignPage(request: Request, { addresses }: Services): void {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return;
  const origin = request.headers.get("origin");
  if (origin !== null && addresses.isOwnOrigin(origin)) return;
  throw new HttpError(403, "CREDENTIALS", "the request does not come from a page of this server", {
    hint: "programs send a key instead of a cookie",
  });
}

/** What the threads that read need to know of a caller. */
export const sightOf = ({ filters, scopes }: Identity): Sight => ({
  filters,
  seesPaths: scopes.includes("paths"),
  tenant: tenantOf(filters),
});

/** Names callers with the same filters; null for those who see every file. */
export const tenantOf = (filters: readonly string[]): string | null =>
  filters.length === 0
    ? null
    : createHash("sha256").update(JSON.stringify(filters)).digest("base64url").slice(0, 16);
