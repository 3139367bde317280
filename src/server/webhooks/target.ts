import { lookup as lookupHost } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { MediasearchError } from "../../errors.ts";

/** Addresses that are nobody's on the internet (IANA's special-purpose registries). */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  PRIVATE.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 128],
  ["::1", 128],
  ["64:ff9b::", 96],
  ["100::", 64],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  PRIVATE.addSubnet(network, prefix, "ipv6");

/**
 * Whether an address belongs to this machine or its network; an IPv4 address in IPv6 counts as
 * IPv4.
 */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  const version = isIP(plain);
  if (version === 0) return true;
  if (version === 6 && /^::ffff:/i.test(plain)) return true;
  return PRIVATE.check(plain, version === 6 ? "ipv6" : "ipv4");
}

/**
 * Reads where a webhook is to be sent.
 * @throws USAGE for what is no address of the internet over TLS, unless private ones are allowed.
 */
export function parseTarget(text: string, allowsPrivate: boolean): URL {
  const url = URL.parse(text);
  const refuse = (why: string): never => {
    throw new MediasearchError("USAGE", `url: ${why}`, {
      subject: "url",
      hint: "an address such as https://example.org/hook; SERVE_WEBHOOK_PRIVATE allows others",
    });
  };
  if (!url) return refuse("is no address");
  if (url.username !== "" || url.password !== "") return refuse("must have no password in it");
  if (!["https:", "http:"].includes(url.protocol)) return refuse("must be https");
  if (allowsPrivate) return url;
  if (url.protocol !== "https:") return refuse("must be https");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && isPrivateAddress(host)) return refuse("is a private address");
  return url;
}

/**
 * The address that is connected to is the one that was checked: names can change between the two.
 */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookupHost(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, "", 0);
    const addresses = found as readonly { readonly address: string; readonly family: number }[];
    if (addresses.length === 0 || addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(new Error("its name leads to a private address"), "", 0);
    if (options.all) return callback(null, [...addresses]);
    const [first] = addresses;
    callback(null, first?.address ?? "", first?.family ?? 4);
  });
};

const TIMEOUT_MS = 10_000;

/** Posts a body. Redirects are not followed. @returns the status; rejects when nobody answers. */
export function postTo(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  allowsPrivate: boolean,
): Promise<number> {
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = start(url, {
      method: "POST",
      headers: { ...headers, "Content-Length": String(Buffer.byteLength(body)) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(allowsPrivate ? {} : { lookup: publicLookup }),
    });
    request.on("response", (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.on("error", reject);
    request.end(body);
  });
}
