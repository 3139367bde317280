import * as client from "openid-client";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { isLoopbackHost } from "../addresses.ts";

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** What is asked for, separated by spaces. */
  readonly scope: string;
  /** Where the provider sends people back to. */
  readonly redirectUri: string;
}

/** What must be the same when somebody comes back. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export type Claims = Readonly<Record<string, unknown>>;

/** Signs people in by the authorization code flow with PKCE (OpenID Connect Core, RFC 7636). */
export interface OidcProvider {
  /** @returns the address that a browser is sent to, and what to keep until it comes back. */
  begin(): Promise<{ readonly url: string; readonly attempt: Attempt }>;
  /**
   * Checks what the provider says of whoever came back with this address.
   * @throws CREDENTIALS for an answer that is none for this attempt; UNREACHABLE.
   */
  finish(url: URL, attempt: Attempt): Promise<Claims>;
}

const TIMEOUT_S = 10;

/** The provider is asked what it can do at the first attempt; one that is away is asked again. */
export function createOidcProvider(settings: OidcSettings): OidcProvider {
  let discovered: Promise<client.Configuration> | undefined;
  const configuration = (): Promise<client.Configuration> =>
    (discovered ??= discover(settings).catch((error: unknown) => {
      discovered = undefined;
      throw providerError(settings, error);
    }));
  return {
    async begin() {
      const config = await configuration();
      const verifier = client.randomPKCECodeVerifier();
      const attempt = { verifier, state: client.randomState(), nonce: client.randomNonce() };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: settings.redirectUri,
        scope: settings.scope,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state: attempt.state,
        nonce: attempt.nonce,
      });
      return { url: url.href, attempt };
    },
    async finish(url, { verifier, state, nonce }) {
      const config = await configuration();
      try {
        const tokens = await client.authorizationCodeGrant(config, url, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims() ?? { sub: "" };
        if (config.serverMetadata().userinfo_endpoint === undefined) return claims;
        // Many providers tell groups only there.
        const more = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
        return { ...claims, ...more };
      } catch (error) {
        throw providerError(settings, error);
      }
    },
  };
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  const url = new URL(issuer);
  return client.discovery(url, clientId, clientSecret, undefined, {
    timeout: TIMEOUT_S,
    // Only a provider on this machine may do without TLS.
    ...(url.protocol === "http:" && isLoopbackHost(url.hostname)
      ? { execute: [client.allowInsecureRequests] }
      : {}),
  });
}

/** Answers of a provider may hold tokens: only its code of an error is told. */
function providerError({ issuer }: OidcSettings, error: unknown): MediasearchError {
  const { error: code, code: reason } = error as {
    readonly error?: string;
    readonly code?: string;
  };
  const mine = toMediasearchError(error);
  const isAway = mine.code === "UNREACHABLE" || mine.code === "TIMED_OUT";
  return new MediasearchError(
    isAway ? "UNREACHABLE" : "CREDENTIALS",
    `${new URL(issuer).host}: did not let this person in (${code ?? reason ?? "no answer"})`,
    {
      subject: issuer,
      cause: error,
      hint: "check SERVE_OIDC_ISSUER, SERVE_OIDC_CLIENT_ID and the redirect address at the provider",
    },
  );
}
