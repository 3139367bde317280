import type { Identity } from "../../app/access/identity.ts";
import { cookieOf, identityOfKey } from "../authenticate.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { OIDC_CALLBACK, OIDC_COOKIE, type OidcSignIn } from "../oidc/sign-in.ts";
import { HttpError } from "../problem.ts";
import { type Call, type Reply, type Route, STRING } from "../route.ts";
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
const COOKIE_RULES = "Path=/; HttpOnly; Secure; SameSite=Lax";

export const sessionCookie = (token: string, { sessions }: Services): string =>
  `${SESSION_COOKIE}=${token}; ${COOKIE_RULES}; Max-Age=${sessions.maxAgeSeconds}`;

const END_COOKIE = `${SESSION_COOKIE}=; ${COOKIE_RULES}; Max-Age=0`;

/** @throws NOT_FOUND where the settings name no provider. */
function oidcOf({ oidc }: Services): OidcSignIn {
  if (oidc) return oidc;
  throw new MediasearchError("NOT_FOUND", "people sign in with keys here", {
    hint: "SERVE_OIDC_ISSUER names an identity provider",
  });
}

/** A view of this page: an address of elsewhere would make the server vouch for it. */
const ownView = (to: unknown): string =>
  typeof to === "string" && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : "/";

async function finishOidc(
  { request, address }: Call,
  services: Services,
): Promise<Exclude<Reply, Response>> {
  throttleSignIn(address, services);
  const oidc = oidcOf(services);
  // Behind a proxy the request does not name the address that the provider was told.
  const { pathname, search } = new URL(request.url);
  const url = new URL(`${services.addresses.origin}${pathname}${search}`);
  try {
    const { identity, to } = await oidc.finish(url, cookieOf(request, OIDC_COOKIE));
    return {
      status: 303,
      json: undefined,
      headers: {
        Location: to,
        "Set-Cookie": sessionCookie(services.sessions.start(identity), services),
        "Cache-Control": "no-store",
      },
      signedIn: identity,
    };
  } catch (error) {
    services.log("error", "sign-in at the provider failed", {
      error: toMediasearchError(error).message,
    });
    return {
      status: 303,
      json: undefined,
      headers: { Location: "/signin?failed=provider", "Cache-Control": "no-store" },
      isRefusal: true,
    };
  }
}

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
    method: "get",
    path: "/v1/session/ways",
    id: "listWaysIn",
    tag: "session",
    summary: "Tell how people can sign in",
    scope: "public",
    answers: { 200: { description: "the ways", schema: "WaysIn" } },
    handle: async (_call, { oidc }) => ({
      json: { key: true, oidc: oidc ? { name: oidc.name, href: "/signin/oidc" } : null },
    }),
  },
  {
    method: "get",
    path: "/signin/oidc",
    id: "signInByProvider",
    tag: "session",
    summary: "Sign in at the identity provider",
    scope: "public",
    query: { to: { schema: STRING(500), description: "the view that is shown afterwards" } },
    answers: { 303: { description: "the provider is at Location" } },
    async handle({ query, address }, services) {
      throttleSignIn(address, services);
      const oidc = oidcOf(services);
      const { url, cookie } = await oidc.begin(ownView(query["to"]));
      return {
        status: 303,
        json: undefined,
        headers: {
          Location: url,
          "Set-Cookie": `${OIDC_COOKIE}=${cookie}; ${COOKIE_RULES}; Max-Age=${oidc.maxAgeSeconds}`,
          "Cache-Control": "no-store",
        },
      };
    },
  },
  {
    method: "get",
    path: OIDC_CALLBACK,
    id: "finishSignIn",
    tag: "session",
    summary: "Take whoever comes back from the identity provider",
    scope: "public",
    // Providers send parameters of their own.
    takesAnyQuery: true,
    answers: { 303: { description: "signed in, or not; the page is at Location" } },
    audit: "sign-in",
    handle: finishOidc,
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
