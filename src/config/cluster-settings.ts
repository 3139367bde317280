import type { S3Options } from "../objects/object-store.ts";
import { join } from "node:path";
import { cacheFolder } from "./library-settings.ts";
import { address, bucket, integer, oneOf, path, type Table, yesNo } from "./setting.ts";

/** A VAST cluster, and object stores that speak S3: the same keys open both. */
export interface ClusterSettings {
  readonly vastEndpoint: string | undefined;
  readonly s3Endpoint: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly awsProfile: string | undefined;
  readonly region: string;
  readonly databaseBucket: string;
  readonly databaseSchema: string;
  readonly vastTimeoutMs: number;
  readonly replicaFolder: string;
  readonly replicaMaxAgeMs: number;
  readonly fallback: "none" | "local";
  readonly mediaBucket: string | undefined;
  readonly caFile: string | undefined;
  readonly pathStyle: boolean | undefined;
  readonly linkSeconds: number;
  readonly bucketPollMs: number;
}

/** What opens the object store. */
export const s3Options = ({
  s3Endpoint,
  region,
  accessKeyId,
  secretAccessKey,
  awsProfile,
  caFile,
  pathStyle,
}: ClusterSettings): S3Options => ({
  endpoint: s3Endpoint,
  region,
  accessKeyId,
  secretAccessKey,
  profile: awsProfile,
  caFile,
  pathStyle,
});

export const CLUSTER_SETTINGS: Table<ClusterSettings> = {
  vastEndpoint: {
    env: "VAST_ENDPOINT",
    help: "address of VAST DataBase",
    parse: address,
    fallback: () => undefined,
    fallbackText: "none",
  },
  s3Endpoint: {
    env: "VAST_S3_ENDPOINT",
    alsoEnv: ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
    help: "address of the object store: VAST S3, or any other that speaks S3",
    parse: address,
    fallback: () => undefined,
    fallbackText: "Amazon S3 in the region",
  },
  accessKeyId: {
    env: "VAST_ACCESS_KEY_ID",
    help: "access key for VAST DataBase and the object store",
    parse: (text) => text.trim(),
    fallback: () => undefined,
    fallbackText: "what AWS tools would use: variables, profile, role",
    isSecret: true,
  },
  secretAccessKey: {
    env: "VAST_SECRET_ACCESS_KEY",
    help: "secret of the access key",
    parse: (text) => text.trim(),
    fallback: () => undefined,
    fallbackText: "as the access key",
    isSecret: true,
  },
  awsProfile: {
    env: "AWS_PROFILE",
    help: "profile of ~/.aws that holds the keys",
    parse: (text) => text.trim(),
    fallback: () => undefined,
    fallbackText: "default",
  },
  region: {
    env: "VAST_REGION",
    alsoEnv: ["AWS_REGION", "AWS_DEFAULT_REGION"],
    help: "region that requests are signed for",
    parse: (text) => text.trim(),
    fallback: () => "us-east-1",
    fallbackText: "us-east-1",
  },
  databaseBucket: {
    env: "VAST_DATABASE_BUCKET",
    help: "bucket of VAST DataBase that holds the library",
    parse: bucket,
    fallback: () => "mediasearch-db",
    fallbackText: "mediasearch-db",
  },
  databaseSchema: {
    env: "VAST_DATABASE_SCHEMA",
    help: "schema in that bucket",
    parse: (text) => text.trim(),
    fallback: () => "mediasearch",
    fallbackText: "mediasearch",
  },
  vastTimeoutMs: {
    env: "VAST_TIMEOUT_MS",
    help: "how long to wait for an answer of the cluster, and to try again, in milliseconds",
    parse: integer(100, 3_600_000),
    fallback: () => 30_000,
    fallbackText: "30000",
    inProjectFile: "always",
  },
  replicaFolder: {
    env: "REPLICA_FOLDER",
    help: "where this machine keeps its copy of a cluster's library, which answers its searches",
    parse: path,
    fallback: () => join(cacheFolder(), "replica"),
    fallbackText: "replica in the user's cache folder",
  },
  replicaMaxAgeMs: {
    env: "REPLICA_MAX_AGE_MS",
    help: "a copy older than so many milliseconds is brought up to date before it answers",
    parse: integer(0, 31_536_000_000),
    fallback: () => 60_000,
    fallbackText: "60000",
    inProjectFile: "always",
  },
  fallback: {
    env: "FALLBACK",
    help: "when the cluster is away: none stops indexing, local goes on in a file of this machine and hands over later",
    parse: oneOf("none", "local"),
    fallback: () => "none",
    fallbackText: "none",
    inProjectFile: "always",
  },
  mediaBucket: {
    env: "MEDIA_BUCKET",
    help: "bucket that `s3:///path` means",
    parse: bucket,
    fallback: () => undefined,
    fallbackText: "none",
  },
  caFile: {
    env: "VAST_CA_FILE",
    alsoEnv: ["AWS_CA_BUNDLE"],
    help: "certificates (PEM) of the authority that signed the cluster's own",
    parse: path,
    fallback: () => undefined,
    fallbackText: "the authorities that Node trusts",
  },
  pathStyle: {
    env: "VAST_S3_PATH_STYLE",
    help: "whether buckets stand in the path of addresses, not in the host name",
    parse: yesNo,
    fallback: () => undefined,
    fallbackText: "true with an address of your own, false with Amazon S3",
  },
  linkSeconds: {
    env: "LINK_EXPIRY_SECONDS",
    help: "how long links of `search --links` are good",
    // Signature version 4 allows a week.
    parse: integer(1, 604_800),
    fallback: () => 3600,
    fallbackText: "3600",
    inProjectFile: "always",
  },
  bucketPollMs: {
    env: "BUCKET_POLL_MS",
    help: "with --watch, how often a bucket is listed, in milliseconds",
    parse: integer(100, 86_400_000),
    fallback: () => 30_000,
    fallbackText: "30000",
    inProjectFile: "always",
  },
};
