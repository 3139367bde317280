import { isIP, BlockList } from "node:net";
import { listItems } from "../config/serve-settings.ts";
import type { Settings } from "../config/settings.ts";
import { MediasearchError } from "../errors.ts";

/** Where the server listens and under which names browsers may reach it. */
export interface Addresses {
  readonly host: string;
  readonly port: number;
  /** As browsers write it: `http://127.0.0.1:7311`. */
  readonly origin: string;
  readonly isLoopback: boolean;
  /** Whether a Host header names this server; another name may be a trap (DNS rebinding). */
  isOwnHost(host: string): boolean;
  /** Whether a page of that origin is this server's own. */
  isOwnOrigin(origin: string): boolean;
  /** The client's address, by the proxies that are trusted. */
  clientAddress(peer: string, forwardedFor: string | undefined): string;
}

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export function parseListen(text: string): Listen {
  const end = text.lastIndexOf(":");
  return { host: text.slice(0, end).replace(/^\[|\]$/g, ""), port: Number(text.slice(end + 1)) };
}

export const isLoopbackHost = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);

/**
 * Decides whether the server may listen there. What other machines can reach needs TLS: a
 * certificate, or a proxy in front.
 * @throws USAGE
 */
export function refuseUnprotected({
  serveListen,
  serveTlsCert,
  serveTlsKey,
  serveProxies,
}: Settings): void {
  if ((serveTlsCert === undefined) !== (serveTlsKey === undefined))
    throw new MediasearchError("USAGE", "a certificate needs its key, and a key its certificate", {
      hint: "mediasearch serve --tls-cert CERT.pem --tls-key KEY.pem",
    });
  const { host } = parseListen(serveListen);
  if (isLoopbackHost(host) || serveTlsCert !== undefined || serveProxies !== "") return;
  throw new MediasearchError(
    "USAGE",
    `${serveListen}: other machines could read along; that needs TLS`,
    {
      subject: "--listen",
      hint: "mediasearch serve --listen ADDRESS --tls-cert CERT.pem --tls-key KEY.pem, or --behind-proxy PROXY for a reverse proxy that does the TLS",
    },
  );
}

/** @param port the one that the system gave, where the settings say 0. */
export function createAddresses(settings: Settings, port: number): Addresses {
  const { host } = parseListen(settings.serveListen);
  const scheme = settings.serveTlsCert === undefined ? "http" : "https";
  const shown = host.includes(":") ? `[${host}]` : host;
  const origin = settings.servePublicUrl ?? `${scheme}://${shown}:${port}`;
  const isLoopback = isLoopbackHost(host);
  const hosts = new Set([new URL(origin).host, `${shown}:${port}`]);
  if (isLoopback)
    for (const name of ["localhost", "127.0.0.1", "[::1]"]) hosts.add(`${name}:${port}`);
  const origins = new Set([new URL(origin).origin]);
  for (const name of hosts) origins.add(`${scheme}://${name}`);
  const proxies = trustedProxies(settings.serveProxies);
  return {
    host,
    port,
    origin,
    isLoopback,
    isOwnHost: (name) => hosts.has(name.toLowerCase()),
    isOwnOrigin: (name) => origins.has(name.toLowerCase()),
    clientAddress(peer, forwardedFor) {
      if (forwardedFor === undefined || !proxies(peer)) return peer;
      // The last address that no trusted proxy wrote itself.
      const chain = forwardedFor.split(",").map((item) => item.trim());
      const client = chain.findLast((item) => isIP(item) !== 0 && !proxies(item));
      return client ?? peer;
    },
  };
}

function trustedProxies(text: string): (address: string) => boolean {
  const list = new BlockList();
  for (const item of listItems(text)) {
    const [address = "", prefix] = item.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (isIP(address) === 0)
      throw new MediasearchError("USAGE", `--behind-proxy: ${item}: not an address`, {
        subject: "--behind-proxy",
        hint: "addresses or networks of proxies, such as 10.0.0.5 or 10.0.0.0/24",
      });
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 6 ? "ipv6" : "ipv4");
  };
}
