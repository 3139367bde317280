import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { rootCertificates } from "node:tls";
import { S3Client } from "@aws-sdk/client-s3";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { MediasearchError } from "../../errors.ts";
import type { S3Options } from "../object-store.ts";
import { boundDocuments } from "./bounded-answers.ts";

/**
 * With the standard waits of the SDK (100 ms, doubled, at most 20 s, with jitter) eight attempts
 * bridge about a quarter of a minute.
 */
const ATTEMPTS = 8;
const S3_CONNECT_MS = 5000;
/** How long a server may send no byte, in milliseconds. */
const SILENCE_MS = 30_000;
const SOCKETS = 32;

/** @throws USAGE for half a key or a certificate file that can't be read. Nothing is sent yet. */
export function s3Client(options: S3Options): S3Client {
  const { endpoint, region, pathStyle, caFile } = options;
  // Other servers than Amazon's need not know the checksums that newer clients add to everything;
  // what is uploaded has one in any case.
  const checksums = endpoint === undefined ? "WHEN_SUPPORTED" : "WHEN_REQUIRED";
  return new S3Client({
    region,
    ...(endpoint === undefined ? { followRegionRedirects: true } : { endpoint }),
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    credentials: s3Credentials(options),
    maxAttempts: ATTEMPTS,
    retryMode: "standard",
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    requestHandler: boundDocuments(
      new NodeHttpHandler({
        connectionTimeout: S3_CONNECT_MS,
        socketTimeout: SILENCE_MS,
        httpAgent: new HttpAgent({ keepAlive: true, maxSockets: SOCKETS, ...proxies() }),
        httpsAgent: new HttpsAgent({
          keepAlive: true,
          maxSockets: SOCKETS,
          ...proxies(),
          ...(caFile === undefined ? {} : { ca: [...rootCertificates, authority(caFile)] }),
        }),
      }),
    ),
  });
}

/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY, where Node knows how (22.21, 24.5 and newer). */
// oxlint-disable-next-line node/no-process-env -- handed on as a whole; Node picks the three names
const proxies = (): { proxyEnv: NodeJS.ProcessEnv } => ({ proxyEnv: process.env });

function s3Credentials({ accessKeyId, secretAccessKey, profile }: S3Options) {
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { accessKeyId, secretAccessKey };
  if (accessKeyId !== undefined || secretAccessKey !== undefined)
    throw new MediasearchError(
      "CREDENTIALS",
      `VAST_ACCESS_KEY_ID and VAST_SECRET_ACCESS_KEY belong together: only ${accessKeyId === undefined ? "the second" : "the first"} is set`,
      { hint: "mediasearch config" },
    );
  // Variables, ~/.aws, SSO, processes, containers, at last the machine's role, which is asked for a
  // second and not again.
  return defaultProvider({
    ...(profile === undefined ? {} : { profile }),
    timeout: 1000,
    maxRetries: 0,
  });
}

function authority(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new MediasearchError("USAGE", `VAST_CA_FILE: ${path} can't be read`, {
      subject: path,
      cause: error,
    });
  }
}
