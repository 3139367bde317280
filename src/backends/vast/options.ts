import { readFileSync } from "node:fs";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { proxiesOf } from "../../proxy.ts";
import type { Host, OpenOptions } from "../backend-module.ts";
import type { VastOptions } from "./open.ts";
import { replicaFolderOf } from "./library-key.ts";

/**
 * Says how to reach the cluster that the settings name, and where this machine keeps its copy.
 * @throws USAGE without an address or with an unreadable certificate file, CREDENTIALS without
 * keys.
 */
export async function vastOptions(
  { settings, env, signal }: Host,
  openLocal: OpenOptions["openLocal"],
): Promise<VastOptions> {
  const {
    vastEndpoint: endpoint,
    databaseBucket: bucket,
    databaseSchema: schema,
    region,
    caFile,
    vastTimeoutMs,
    replicaMaxAgeMs,
    searchOn,
    replicaMaxSegments,
  } = settings;
  if (endpoint === undefined)
    throw new MediasearchError("USAGE", "BACKEND=vast needs the address of the cluster", {
      subject: "VAST_ENDPOINT",
      hint: "VAST_ENDPOINT=https://cluster.example BACKEND=vast mediasearch status",
    });
  return {
    endpoint,
    bucket,
    schema,
    region,
    replicaMaxAgeMs,
    searchOn,
    replicaMaxSegments,
    signal,
    ...(await keysOf(settings)),
    ca: caFile === undefined ? undefined : readAuthority(caFile),
    proxies: proxiesOf(env),
    timeoutMs: vastTimeoutMs,
    replica: { folder: replicaFolderOf(settings), openStore: openLocal },
  };
}

async function keysOf({
  accessKeyId,
  secretAccessKey,
  awsProfile,
}: Host["settings"]): Promise<
  Pick<VastOptions, "accessKeyId" | "secretAccessKey" | "sessionToken">
> {
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { accessKeyId, secretAccessKey };
  const hint =
    "set VAST_ACCESS_KEY_ID and VAST_SECRET_ACCESS_KEY, or their _FILE forms, or a profile with AWS_PROFILE";
  if (accessKeyId !== undefined || secretAccessKey !== undefined)
    throw new MediasearchError(
      "CREDENTIALS",
      "VAST_ACCESS_KEY_ID and VAST_SECRET_ACCESS_KEY belong together: only one of them is set",
      { hint },
    );
  // Variables, ~/.aws, SSO, processes, containers, at last the machine's role: as for the object
  // store.
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  try {
    return await defaultProvider({
      ...(awsProfile === undefined ? {} : { profile: awsProfile }),
      timeout: 1000,
      maxRetries: 0,
    })();
  } catch (error) {
    throw new MediasearchError("CREDENTIALS", "there are no keys for the cluster", {
      hint,
      cause: error,
    });
  }
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new MediasearchError(
      "USAGE",
      `VAST_CA_FILE: ${toMediasearchError(error, path).message}`,
      { subject: path, cause: error },
    );
  }
}
