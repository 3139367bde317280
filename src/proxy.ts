import type { Agent, AgentOptions } from "node:http";

/**
 * As the environment variables of the same names have it: a proxy's URL for each scheme, and the
 * hosts that need none.
 */
export interface ProxySettings {
  readonly https?: string | undefined;
  readonly http?: string | undefined;
  readonly no?: string | undefined;
}

/** Capitals come before small letters; one that is there and empty means no proxy. */
export const proxiesOf = (env: Readonly<Record<string, string | undefined>>): ProxySettings => ({
  https: env["HTTPS_PROXY"] ?? env["https_proxy"],
  http: env["HTTP_PROXY"] ?? env["http_proxy"],
  no: env["NO_PROXY"] ?? env["no_proxy"],
});

/**
 * The proxy for a URL, undefined for none. NO_PROXY: names, suffixes (`.lan`, `*.lan`),
 * `host:port`, or `*` for every host.
 */
export function proxyFor(url: URL, { https, http, no = "" }: ProxySettings): string | undefined {
  const proxy = url.protocol === "https:" ? https : http;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const host = url.hostname.toLowerCase();
  const isExempt = no
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === "*") return true;
      const [, name = entry, wantedPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (wantedPort !== undefined && wantedPort !== port) return false;
      const suffix = name.replace(/^\*/, "");
      return suffix.startsWith(".")
        ? host.endsWith(suffix) || host === suffix.slice(1)
        : host === suffix || host.endsWith(`.${suffix}`);
    });
  return proxy === undefined || proxy === "" || isExempt ? undefined : proxy;
}

/**
 * An agent for requests to a URL, by its proxy if it has one. What TLS needs goes with each
 * request: a proxy's own TLS is not the server's.
 */
export async function agentFor(
  url: URL,
  proxies: ProxySettings,
  options: Pick<AgentOptions, "keepAlive" | "maxSockets">,
): Promise<Agent> {
  const proxy = proxyFor(url, proxies);
  if (proxy === undefined) {
    const { Agent } =
      url.protocol === "https:" ? await import("node:https") : await import("node:http");
    return new Agent(options);
  }
  if (url.protocol === "https:")
    return new (await import("https-proxy-agent")).HttpsProxyAgent(
      proxy,
      options,
    ) as unknown as Agent;
  return new (await import("http-proxy-agent")).HttpProxyAgent(proxy, options) as unknown as Agent;
}
