import { MediasearchError } from "../../../errors.ts";

/** A release as the Server header names it: `vast 5.5.0.10`. */
export type Version = readonly [number, number, number, number];

/** The release from which on a cluster has each capability (protocol page §4). */
const SINCE = {
  insertedRowIds: [5, 1, 0, 0],
  sortedTables: [5, 3, 0, 0],
  timeZones: [5, 4, 0, 0],
  vectorIndex: [5, 5, 0, 0],
  sql: [5, 5, 0, 0],
} as const satisfies Readonly<Record<string, Version>>;

export type Feature = keyof typeof SINCE;

/**
 * The oldest release that gives back the ids of inserted rows, which all of this client's writing
 * rests on.
 */
const OLDEST: Version = SINCE.insertedRowIds;

/** @throws USAGE when the server is another one, or a cluster that this client does not know. */
export function parseVersion(server: string | undefined, endpoint: string): Version {
  const hint =
    "check VAST_ENDPOINT: the address of the cluster's DataBase, not of its S3 or of a proxy's own page";
  if (!server?.startsWith("vast"))
    throw new MediasearchError(
      "USAGE",
      `${endpoint}: not a VAST server${server ? ` (it calls itself "${server}")` : ""}`,
      { subject: endpoint, hint },
    );
  const found = /^vast (\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(server);
  const version = found?.slice(1).map(Number) as unknown as Version | undefined;
  if (!version || isBefore(version, OLDEST))
    throw new MediasearchError("USAGE", `${endpoint}: unsupported cluster version "${server}"`, {
      subject: endpoint,
      hint: `VAST ${OLDEST.slice(0, 2).join(".")} or newer is needed`,
    });
  return version;
}

export const supports = (version: Version, feature: Feature): boolean =>
  !isBefore(version, SINCE[feature]);

function isBefore(a: Version, b: Version): boolean {
  const at = a.findIndex((part, i) => part !== b[i]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
