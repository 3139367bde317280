import { randomBytes } from "node:crypto";
import type { Identity } from "../../app/access/identity.ts";
import { type GroupRule, readGroupRules, ruleFor } from "../../app/access/group-rules.ts";
import type { Settings } from "../../config/settings.ts";
import { MediasearchError } from "../../errors.ts";
import type { Addresses } from "../addresses.ts";
import type { Attempt, Claims, OidcProvider } from "./provider.ts";

/** Where the identity provider sends people back to. */
export const OIDC_CALLBACK = "/signin/oidc/callback";
/** Holds an attempt's name in the browser that began it. */
export const OIDC_COOKIE = "__Host-mediasearch-signin";

/** People who sign in at an identity provider. */
export interface OidcSignIn {
  /** What people know the provider by. */
  readonly name: string;
  /** @param to the view that is shown afterwards. */
  begin(to: string): Promise<{ readonly url: string; readonly cookie: string }>;
  /** @throws CREDENTIALS, UNREACHABLE */
  finish(
    url: URL,
    cookie: string | undefined,
  ): Promise<{ readonly identity: Identity; readonly to: string }>;
  readonly maxAgeSeconds: number;
}

const ATTEMPT_MS = 10 * 60_000;
const MAX_ATTEMPTS = 10_000;
const MAX_GROUPS = 1000;

interface Held {
  readonly attempt: Attempt;
  readonly to: string;
  readonly endsAtMs: number;
}

/**
 * @returns undefined where the settings name no provider.
 * @throws USAGE for settings that are incomplete, and for rules that are wrong.
 */
export async function openOidcSignIn(
  settings: Settings,
  { origin }: Pick<Addresses, "origin">,
): Promise<OidcSignIn | undefined> {
  const { serveOidcIssuer: issuer, serveOidcClientId: clientId, serveOidcGroups } = settings;
  if (issuer === undefined) return undefined;
  if (clientId === undefined || serveOidcGroups === undefined)
    throw new MediasearchError("USAGE", "SERVE_OIDC_ISSUER needs a client id and groups", {
      subject: "SERVE_OIDC_ISSUER",
      hint: "set SERVE_OIDC_CLIENT_ID, and SERVE_OIDC_GROUPS to a file with what each group may do",
    });
  const rules = await readGroupRules(serveOidcGroups);
  const { createOidcProvider } = await import("./provider.ts");
  const provider = createOidcProvider({
    issuer,
    clientId,
    clientSecret: settings.serveOidcClientSecret,
    scope: settings.serveOidcScope,
    redirectUri: `${origin}${OIDC_CALLBACK}`,
  });
  return createSignIn(provider, rules, settings.serveOidcClaim, new URL(issuer).host);
}

function createSignIn(
  provider: OidcProvider,
  rules: readonly GroupRule[],
  claim: string,
  name: string,
): OidcSignIn {
  const attempts = new Map<string, Held>();
  return {
    name,
    maxAgeSeconds: ATTEMPT_MS / 1000,
    async begin(to) {
      const now = Date.now();
      for (const [key, { endsAtMs }] of attempts) if (endsAtMs <= now) attempts.delete(key);
      const { url, attempt } = await provider.begin();
      const [oldest] = attempts.keys();
      if (attempts.size >= MAX_ATTEMPTS && oldest !== undefined) attempts.delete(oldest);
      const cookie = randomBytes(32).toString("base64url");
      attempts.set(cookie, { attempt, to, endsAtMs: now + ATTEMPT_MS });
      return { url, cookie };
    },
    async finish(url, cookie = "") {
      const held = attempts.get(cookie);
      // An answer is good once, whatever comes of it.
      attempts.delete(cookie);
      if (!held || held.endsAtMs <= Date.now())
        throw new MediasearchError("CREDENTIALS", "nobody began to sign in with this browser");
      const claims = await provider.finish(url, held.attempt);
      return { identity: identityOf(claims, rules, claim), to: held.to };
    },
  };
}

/** @throws CREDENTIALS for somebody whom no rule lets in. */
function identityOf(claims: Claims, rules: readonly GroupRule[], claim: string): Identity {
  const text = (name: string): string | undefined => {
    const value = claims[name];
    return typeof value === "string" && value !== "" ? value.slice(0, 200) : undefined;
  };
  const sub = text("sub");
  const rule = ruleFor(rules, groupsOf(claims[claim]));
  if (sub === undefined || !rule)
    throw new MediasearchError("CREDENTIALS", "no rule lets this person in", {
      hint: "SERVE_OIDC_GROUPS says which groups may do what",
    });
  return {
    id: `person:${sub}`,
    name: text("name") ?? text("preferred_username") ?? text("email") ?? sub,
    kind: "person",
    scopes: rule.scopes,
    filters: rule.filter === undefined ? [] : [rule.filter],
    keyId: null,
    expiresAtMs: null,
  };
}

/** Providers send a list, or names in one text. */
function groupsOf(value: unknown): readonly string[] {
  const list = typeof value === "string" ? value.split(/[\s,]+/) : value;
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_GROUPS).filter((group) => typeof group === "string");
}
