import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** The package has no types; this is what the tests use of it. */
interface Provider {
  callback(): RequestListener;
}
type ProviderClass = new (issuer: string, configuration: object) => Provider;

export const CLIENT_ID = "mediasearch";
export const CLIENT_SECRET = "a secret of forty letters, more or less";

/** Starts an identity provider in which the groups of each person are as given, by name. */
export async function startProvider(
  redirectUri: string,
  groups: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const name = "oidc-provider";
  const { Provider } = (await import(name)) as { readonly Provider: ProviderClass };
  const server = await listen();
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] }],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name"], groups: ["groups"] },
    scopes: ["openid", "profile", "groups"],
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, name: `${id} of the tests`, groups: groups[id] ?? [] }),
    }),
    cookies: { keys: ["a key of the tests"] },
  });
  server.on("request", provider.callback());
  return issuer;
}

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

/** Follows redirects as a browser does, with cookies, and fills in the forms of the provider. */
export async function signInAs(
  person: string,
  start: string,
): Promise<{ readonly url: string; readonly cookies: Map<string, string> }> {
  const cookies = new Map<string, string>();
  const ask = async (url: string, body?: URLSearchParams): Promise<Response> => {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { Cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
      ...(body ? { method: "POST", body } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(key, value);
    }
    return response;
  };
  let url = start;
  let response = await ask(url);
  for (let steps = 0; steps < 20; steps++) {
    const location = response.headers.get("location");
    if (location !== null) {
      url = new URL(location, url).href;
      // What the server shows to whoever is signed in, or is not, is no step any more.
      if (new URL(url).origin === new URL(start).origin && !url.includes("/signin/oidc/"))
        return { url, cookies };
      response = await ask(url);
      continue;
    }
    const page = await response.text();
    const [, prompt = ""] = /name="prompt" value="(\w+)"/.exec(page) ?? [];
    const [, action = url] = /action="([^"]+)"/.exec(page) ?? [];
    if (prompt === "") throw new Error(`no form: ${response.status} ${page.slice(0, 500)}`);
    url = new URL(action, url).href;
    response = await ask(url, new URLSearchParams({ prompt, login: person, password: "x" }));
  }
  throw new Error("the sign-in has no end");
}
