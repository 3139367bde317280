import { lookup as lookupHost } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

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
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  PRIVATE.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  // Also IPv4 addresses in the old form of IPv6, and this machine's own.
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  // Teredo has an IPv4 address in it.
  ["2001::", 32],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
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
 * Whether the host of a URL is written as an address that is private. A name is looked up later.
 */
export function hasPrivateHost({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return isIP(host) !== 0 && isPrivateAddress(host);
}

/** The reason that a request through `publicLookup` fails with. */
export class PrivateAddressError extends Error {
  constructor() {
    super("its name leads to a private address");
  }
}

/**
 * The address that is connected to is the one that was checked: names can change between the two.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookupHost(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, "", 0);
    const addresses = found as readonly { readonly address: string; readonly family: number }[];
    if (addresses.length === 0 || addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(new PrivateAddressError(), "", 0);
    if (options.all) return callback(null, [...addresses]);
    const [first] = addresses;
    callback(null, first?.address ?? "", first?.family ?? 4);
  });
};
