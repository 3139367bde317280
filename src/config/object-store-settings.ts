import type { S3Options } from "../objects/object-store.ts";
import { address, bucket, parseInteger, path, type SettingTable, yesNo } from "./setting.ts";

/** Object stores that speak S3. A VAST cluster has the same keys, region and authority. */
export interface ObjectStoreSettings {
  readonly s3Endpoint: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly awsProfile: string | undefined;
  readonly region: string;
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
}: ObjectStoreSettings): S3Options => ({
  endpoint: s3Endpoint,
  region,
  accessKeyId,
  secretAccessKey,
  profile: awsProfile,
  caFile,
  pathStyle,
});

export const OBJECT_STORE_SETTINGS: SettingTable<ObjectStoreSettings> = {
  s3Endpoint: {
    env: "VAST_S3_ENDPOINT",
    alsoEnv: ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
    help: "address of the object store: VAST S3, or any other S3 server",
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
    help: "certificates (PEM) of the authority that signed the cluster's certificate",
    parse: path,
    fallback: () => undefined,
    fallbackText: "the authorities that Node trusts",
  },
  pathStyle: {
    env: "VAST_S3_PATH_STYLE",
    help: "whether the bucket is part of the path of an address, not of the host name",
    parse: yesNo,
    fallback: () => undefined,
    fallbackText: "true with an address of your own, false with Amazon S3",
  },
  linkSeconds: {
    env: "LINK_EXPIRY_SECONDS",
    help: "how long links of `search --links` work, in seconds",
    // Signature version 4 allows a week.
    parse: parseInteger(1, 604_800),
    fallback: () => 3600,
    fallbackText: "3600",
    inProjectFile: "always",
    mostInProjectFile: () => 86_400,
  },
  bucketPollMs: {
    env: "BUCKET_POLL_MS",
    help: "with --watch, how often a bucket is listed, in milliseconds",
    parse: parseInteger(100, 86_400_000),
    fallback: () => 30_000,
    fallbackText: "30000",
    inProjectFile: "always",
  },
};
