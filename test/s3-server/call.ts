import type { IncomingMessage } from "node:http";
import type { Body } from "./body.ts";
import type { Bucket } from "./buckets.ts";
import { S3Error } from "./s3-error.ts";

/** One request, read and checked. */
export interface Call {
  readonly method: string;
  readonly bucketName: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Body;
  readonly pageSize: number;
  readonly buckets: Map<string, Bucket>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Buffer;
}

export function bucketOf({ buckets, bucketName }: Call): Bucket {
  const bucket = buckets.get(bucketName);
  if (!bucket) throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist");
  return bucket;
}
