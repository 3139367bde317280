import type { Agent } from "node:http";

/**
 * As the environment variables of the same names have it: a proxy's URL for each scheme, and the
 * hosts that need none.
 */
export interface ProxySettings {
  readonly https?: string | undefined;
  readonly http?: string | undefined;
  readonly no?: string | undefined;
}

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
 * Connections are kept, at most `maxSockets` of them. What TLS needs goes with each request: a
 * proxy's own TLS is not the server's.
 */
export async function agentFor(
  url: URL,
  proxies: ProxySettings,
  maxSockets: number,
): Promise<Agent> {
  const options = { keepAlive: true, maxSockets };
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
