import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";

export interface Server {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const clientOf = ({ endpoint, ...credentials }: Server): S3Client =>
  new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials,
    maxAttempts: 2,
    requestChecksumCalculation: "WHEN_SUPPORTED",
    responseChecksumValidation: "WHEN_SUPPORTED",
  });

type Facts = Record<string, unknown>;

/** What a call came to: an error by its name and status, else what matters of the answer. */
async function outcome<T>(call: Promise<T>, facts: (answer: T) => unknown): Promise<unknown> {
  try {
    return await facts(await call);
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return `${name} ${$metadata?.httpStatusCode ?? ""}`.trim();
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");
const MEGABYTE = 1_048_576;

/**
 * The same calls of the SDK, with the checksums that it sends by itself, to any server: what comes
 * back, without times and ids.
 */
export async function observe(server: Server, Bucket: string): Promise<Facts> {
  const client = clientOf(server);
  await client.send(new CreateBucketCommand({ Bucket }));
  const facts: Facts = {
    ...(await objects(client, Bucket)),
    ...(await listings(client, Bucket)),
    ...(await parts(client, Bucket)),
    ...(await links(client, Bucket)),
  };
  client.destroy();
  return facts;
}

async function objects(client: S3Client, Bucket: string): Promise<Facts> {
  const put = (Key: string, Body: string, more: object = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = (more: object = {}) =>
    client.send(new GetObjectCommand({ Bucket, Key: "a", ...more }));
  const text = async ({
    Body,
    ContentRange,
    ContentLength,
  }: {
    Body?: { transformToString(): Promise<string> } | undefined;
    ContentRange?: string | undefined;
    ContentLength?: number | undefined;
  }) => [await Body?.transformToString(), ContentRange, ContentLength];
  return {
    put: await outcome(
      put("a", "0123456789", { Metadata: { colour: "blue" } }),
      ({ ETag }) => ETag,
    ),
    putNoBucket: await outcome(
      client.send(new PutObjectCommand({ Bucket: "no-such-bucket-here", Key: "a", Body: "x" })),
      () => "ok",
    ),
    putStream: await outcome(
      client.send(
        new PutObjectCommand({
          Bucket,
          Key: "stream",
          Body: Readable.from([Buffer.alloc(10_000, "one "), Buffer.from("two")]),
          ContentLength: 10_003,
        }),
      ),
      ({ ETag }) => ETag,
    ),
    putStreamOfSmallChunks: await outcome(
      client.send(
        new PutObjectCommand({
          Bucket,
          Key: "stream",
          Body: Readable.from([Buffer.from("one "), Buffer.from("two")]),
          ContentLength: 7,
        }),
      ),
      ({ ETag }) => ETag,
    ),
    putIfAbsent: await outcome(put("a", "x", { IfNoneMatch: "*" }), () => "ok"),
    putIfAbsentNew: await outcome(put("new", "x", { IfNoneMatch: "*" }), () => "ok"),
    putWrongSum: await outcome(
      put("sum", "x", { ChecksumSHA256: sha256(Buffer.from("y")) }),
      () => "ok",
    ),
    putRightSum: await outcome(
      put("sum", "x", { ChecksumSHA256: sha256(Buffer.from("x")) }),
      () => "ok",
    ),
    headSum: await outcome(
      client.send(new HeadObjectCommand({ Bucket, Key: "sum", ChecksumMode: "ENABLED" })),
      ({ ChecksumSHA256, ETag, ContentLength }) => [ChecksumSHA256, ETag, ContentLength],
    ),
    get: await outcome(get(), text),
    getMetadata: await outcome(get(), ({ Metadata }) => Metadata),
    getRange: await outcome(get({ Range: "bytes=2-4" }), text),
    getTail: await outcome(get({ Range: "bytes=7-" }), text),
    getLast: await outcome(get({ Range: "bytes=-3" }), text),
    getLong: await outcome(get({ Range: "bytes=8-100" }), text),
    getBeyond: await outcome(get({ Range: "bytes=10-20" }), text),
    getIfMatch: await outcome(get({ IfMatch: '"781e5e245d69b566979b86e28d23f2c7"' }), text),
    getIfMatchWrong: await outcome(get({ IfMatch: '"0123"' }), text),
    getIfNoneMatch: await outcome(get({ IfNoneMatch: '"781e5e245d69b566979b86e28d23f2c7"' }), text),
    getMissing: await outcome(get({ Key: "none" }), text),
    headMissing: await outcome(
      client.send(new HeadObjectCommand({ Bucket, Key: "none" })),
      () => "ok",
    ),
    copy: await outcome(
      client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/a` })),
      ({ CopyObjectResult }) => CopyObjectResult?.ETag,
    ),
    remove: await outcome(
      client.send(new DeleteObjectCommand({ Bucket, Key: "copy" })),
      () => "ok",
    ),
    removeMissing: await outcome(
      client.send(new DeleteObjectCommand({ Bucket, Key: "copy" })),
      () => "ok",
    ),
  };
}

async function listings(client: S3Client, Bucket: string): Promise<Facts> {
  for (const Key of ["l/1", "l/2", "l/a/3", "l/b/4", "l/ü ?&", "l2"])
    await client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
  const list = (more: object) =>
    outcome(
      client.send(new ListObjectsV2Command({ Bucket, ...more })),
      ({ Contents = [], CommonPrefixes = [], IsTruncated, KeyCount, NextContinuationToken }) => [
        Contents.map(({ Key, Size }) => `${Key} ${Size}`),
        CommonPrefixes.map(({ Prefix }) => Prefix),
        IsTruncated ?? false,
        KeyCount,
        NextContinuationToken !== undefined,
      ],
    );
  return {
    list: await list({ Prefix: "l/" }),
    listUrl: await list({ Prefix: "l/", EncodingType: "url" }),
    listNothing: await list({ Prefix: "nothing" }),
    listPage: await list({ Prefix: "l", MaxKeys: 2 }),
    listAfter: await list({ Prefix: "l", StartAfter: "l/a/3" }),
    listFolders: await list({ Prefix: "l/", Delimiter: "/" }),
    listNoBucket: await outcome(
      client.send(new ListObjectsV2Command({ Bucket: "no-such-bucket-here" })),
      () => "ok",
    ),
  };
}

async function parts(client: S3Client, Bucket: string): Promise<Facts> {
  const Key = "parts";
  const bodies = [Buffer.alloc(5 * MEGABYTE, "a"), Buffer.from("the end")];
  const begin = async (): Promise<string> =>
    (
      await client.send(
        new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: "SHA256" }),
      )
    ).UploadId ?? "";
  const UploadId = await begin();
  const sent = [];
  for (const [i, Body] of bodies.entries())
    sent.push(
      await client.send(
        new UploadPartCommand({
          Bucket,
          Key,
          UploadId,
          PartNumber: i + 1,
          Body,
          ChecksumSHA256: sha256(Body),
        }),
      ),
    );
  const named = sent.map(({ ETag }, i) => ({
    ETag,
    PartNumber: i + 1,
    ChecksumSHA256: sha256(bodies[i] ?? Buffer.of()),
  }));
  const complete = (id: string, Parts: typeof named, more: object = {}) =>
    outcome(
      client.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key,
          UploadId: id,
          MultipartUpload: { Parts },
          ...more,
        }),
      ),
      ({ ETag }) => ETag,
    );
  const facts: Facts = {
    partTags: sent.map(({ ETag }) => ETag),
    partWrongSum: await outcome(
      client.send(
        new UploadPartCommand({
          Bucket,
          Key,
          UploadId,
          PartNumber: 3,
          Body: "x",
          ChecksumSHA256: sha256(Buffer.from("y")),
        }),
      ),
      () => "ok",
    ),
    uploads: await outcome(
      client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key })),
      ({ Uploads = [] }) => Uploads.map((one) => one.Key),
    ),
    listParts: await outcome(
      client.send(new ListPartsCommand({ Bucket, Key, UploadId })),
      ({ Parts = [] }) => Parts.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]),
    ),
    invisible: await outcome(client.send(new HeadObjectCommand({ Bucket, Key })), () => "there"),
    completeWrongTag: await complete(
      UploadId,
      named.map((part) => ({ ...part, ETag: '"0123456789abcdef0123456789abcdef"' })),
    ),
    complete: await complete(UploadId, named),
    head: await outcome(
      client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" })),
      ({ ChecksumSHA256, ETag, ContentLength }) => [ChecksumSHA256, ETag, ContentLength],
    ),
    completeAgain: await complete(await begin(), named),
    unknownUpload: await outcome(
      client.send(
        new UploadPartCommand({ Bucket, Key, UploadId: "none", PartNumber: 1, Body: "x" }),
      ),
      () => "ok",
    ),
  };
  const small = await begin();
  const tags = [];
  for (const PartNumber of [1, 2])
    tags.push({
      PartNumber,
      ETag: (
        await client.send(
          new UploadPartCommand({
            Bucket,
            Key,
            UploadId: small,
            PartNumber,
            Body: "small",
            ChecksumSHA256: sha256(Buffer.from("small")),
          }),
        )
      ).ETag,
      ChecksumSHA256: sha256(Buffer.from("small")),
    });
  return { ...facts, tooSmall: await complete(small, tags) };
}

async function links(client: S3Client, Bucket: string): Promise<Facts> {
  const link = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "l/ü ?&" }), {
    expiresIn: 60,
  });
  const answer = async (url: string, headers: Record<string, string> = {}): Promise<unknown> => {
    const response = await fetch(url, { headers });
    return [response.status, response.ok ? await response.text() : ""];
  };
  return {
    link: await answer(link),
    linkRange: await answer(link, { range: "bytes=0-0" }),
    linkForged: await answer(
      link
        .replace(/X-Amz-Signature=./, "X-Amz-Signature=0")
        .replace(/X-Amz-Signature=0(.*)$/, "X-Amz-Signature=f$1"),
    ),
  };
}
