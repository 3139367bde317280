import type { Identity } from "../../app/access/identity.ts";
import { cookieOf, identityOfKey } from "../authenticate.ts";
import { HttpError } from "../problem.ts";
import { type Route, STRING } from "../route.ts";
import type { Services } from "../route.ts";
import { SESSION_COOKIE } from "../sessions.ts";
import { formatInstant } from "../../text/format.ts";

const sessionOf = ({ id, name, kind, scopes, expiresAtMs }: Identity) => ({
  id,
  name,
  kind,
  scopes,
  expiresAt: expiresAtMs === null ? null : formatInstant(expiresAtMs),
});

/** Lax, so that a link from elsewhere finds its reader signed in; changes need the origin too. */
export const sessionCookie = (token: string, { sessions }: Services): string =>
  `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=${sessions.maxAgeSeconds}`;

const END_COOKIE = `${SESSION_COOKIE}=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0`;

/** Guesses of keys and links are counted by address. @throws HttpError 429 */
export function throttleSignIn(address: string, { limits }: Services): void {
  const { isAllowed, resetSeconds } = limits.signIns.take(address);
  if (!isAllowed)
    throw new HttpError(429, "RATE_LIMITED", "too many attempts to sign in", {
      headers: { "Retry-After": String(resetSeconds) },
    });
}

export const SESSION_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/signin/link",
    id: "signInByLink",
    tag: "session",
    summary: "Sign in by the one-time link that the server printed",
    scope: "public",
    query: { token: { schema: STRING(200), required: true } },
    answers: { 303: { description: "signed in; the page is at Location" } },
    audit: "sign-in",
    async handle({ query, address }, services) {
      throttleSignIn(address, services);
      const session = services.sessions.redeem(String(query["token"]));
      if (!session)
        return {
          status: 303,
          json: undefined,
          headers: { Location: "/signin?failed=link" },
          isRefusal: true,
        };
      return {
        status: 303,
        json: undefined,
        headers: {
          Location: "/",
          "Set-Cookie": sessionCookie(session.token, services),
          "Cache-Control": "no-store",
        },
        signedIn: session.identity,
      };
    },
  },
  {
    method: "post",
    path: "/v1/session",
    id: "signIn",
    tag: "session",
    summary: "Sign in with a key; the answer sets a cookie",
    scope: "public",
    body: "SessionRequest",
    answers: { 201: { description: "who is signed in", schema: "Session" } },
    audit: "sign-in",
    async handle({ body, address }, services) {
      throttleSignIn(address, services);
      const identity = await identityOfKey((body as { readonly key: string }).key, services);
      return {
        status: 201,
        json: sessionOf(identity),
        headers: {
          "Set-Cookie": sessionCookie(services.sessions.start(identity), services),
          "Cache-Control": "no-store",
        },
        signedIn: identity,
      };
    },
  },
  {
    method: "get",
    path: "/v1/session",
    id: "readSession",
    tag: "session",
    summary: "Tell who is signed in, and what he may do",
    scope: "any",
    answers: { 200: { description: "who it is", schema: "Session" } },
    handle: async ({ identity }) => ({ json: sessionOf(identity) }),
  },
  {
    method: "delete",
    path: "/v1/session",
    id: "signOut",
    tag: "session",
    summary: "Sign out",
    scope: "any",
    answers: { 204: { description: "signed out" } },
    async handle({ request }, { sessions }) {
      const token = cookieOf(request, SESSION_COOKIE);
      if (token !== undefined) sessions.end(token);
      return new Response(null, { status: 204, headers: { "Set-Cookie": END_COOKIE } });
    },
  },
];
