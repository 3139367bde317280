import { stat } from "node:fs/promises";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import type { UploadOptions, UploadOutcome } from "../object-store.ts";
import {
  compositeSha256,
  compositeTag,
  digestParts,
  partBytes,
  type PartDigest,
  readFilePart,
} from "./parts.ts";
import { toObjectError } from "./errors.ts";
import { until } from "./until.ts";

/** How many parts are under way at once. Each of them is in memory. */
const AT_ONCE = 3;

interface Upload {
  readonly client: S3Client;
  readonly to: { readonly Bucket: string; readonly Key: string };
  readonly path: string;
  readonly sizeBytes: number;
  readonly digests: readonly PartDigest[];
  readonly options: UploadOptions;
}

/**
 * Brings a file into a bucket, checked by SHA-256 part by part. Safe to repeat: what is there
 * already with this content stays, what an earlier attempt brought is not sent again, and an object
 * with other content is replaced only with `overwrite`. The object appears as a whole. Stopped on
 * the way, the parts stay at the server for the next attempt.
 */
export async function uploadFile(
  client: S3Client,
  bucket: string,
  key: string,
  path: string,
  options: UploadOptions,
): Promise<UploadOutcome> {
  const where = `s3://${bucket}/${key}`;
  try {
    const before = await stat(path);
    const digests = await digestParts(path, before.size, options.signal);
    const upload: Upload = {
      client,
      to: { Bucket: bucket, Key: key },
      path,
      sizeBytes: before.size,
      digests,
      options,
    };
    if (await isUploaded(upload, where)) return "present";
    const unchanged = async (): Promise<void> => {
      const now = await stat(path);
      if (now.size !== before.size || now.mtimeMs !== before.mtimeMs)
        throw new MediasearchError("IO_FAILED", `${path}: changed while it was uploaded`, {
          subject: path,
        });
    };
    const isWritten =
      digests.length === 1 ? await putWhole(upload, unchanged) : await putParts(upload, unchanged);
    // The answer to an attempt before may have been lost: then what is there is ours.
    if (!isWritten && !(await isUploaded(upload, where))) throw conflict(where);
    return "uploaded";
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof MediasearchError) throw error;
    throw "syscall" in (error as object) && "path" in (error as object)
      ? toMediasearchError(error, path)
      : toObjectError(error, where);
  }
}

const conflict = (where: string): MediasearchError =>
  new MediasearchError("USAGE", `${where}: there is another object of this name`, {
    subject: where,
    hint: "--force replaces it",
  });

/**
 * Resolves to whether the object exists with this content.
 * @throws USAGE when it has another and may not be replaced.
 */
async function isUploaded(
  { client, to, sizeBytes, digests, options }: Upload,
  where: string,
): Promise<boolean> {
  const head = await client
    .send(new HeadObjectCommand({ ...to, ChecksumMode: "ENABLED" }), until(options.signal))
    .catch((error: unknown) => {
      if (toObjectError(error, where).code === "NOT_FOUND") return undefined;
      throw error;
    });
  if (!head) return false;
  if (head.ContentLength === sizeBytes && isSame(head, digests)) return true;
  if (!options.overwrite) throw conflict(where);
  return false;
}

/**
 * By the server's SHA-256 where it keeps one, else by the tag as Amazon S3 makes it. Anything else
 * is no proof.
 */
function isSame(
  { ChecksumSHA256, ETag }: HeadObjectCommandOutput,
  digests: readonly PartDigest[],
): boolean {
  const [only] = digests;
  // Some servers leave out the number of parts.
  const whole = (sum: string | undefined): string | undefined => sum?.replace(/-\d+$/, "");
  if (ChecksumSHA256 !== undefined)
    return (
      whole(ChecksumSHA256) ===
      (digests.length === 1 ? only?.sha256 : whole(compositeSha256(digests)))
    );
  return ETag?.replaceAll('"', "") === (digests.length === 1 ? only?.md5 : compositeTag(digests));
}

type Check = () => Promise<void>;
const ifAbsent = ({ overwrite }: UploadOptions): { IfNoneMatch?: string } =>
  overwrite ? {} : { IfNoneMatch: "*" };

async function putWhole(
  { client, to, path, sizeBytes, digests, options }: Upload,
  unchanged: Check,
): Promise<boolean> {
  const body = await readFilePart(path, 0, sizeBytes);
  await unchanged();
  const put = { ...to, Body: body, ChecksumSHA256: digests[0]?.sha256 };
  options.onProgress(0);
  const isWritten = await conditional(
    (condition) =>
      client.send(new PutObjectCommand({ ...put, ...condition }), until(options.signal)),
    options,
  );
  options.onProgress(sizeBytes);
  return isWritten;
}

/**
 * @returns false when there is one already. A server that does not know the condition is asked
 * without it: the look before has to do.
 */
async function conditional(
  send: (condition: { IfNoneMatch?: string }) => Promise<unknown>,
  options: UploadOptions,
): Promise<boolean> {
  try {
    await send(ifAbsent(options));
    return true;
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 412 || status === 409) return false;
    if (status !== 501 || options.overwrite) throw error;
    await send({});
    return true;
  }
}

async function putParts(upload: Upload, unchanged: Check): Promise<boolean> {
  const { client, to, path, sizeBytes, digests, options } = upload;
  const call = until(options.signal);
  const earlier = await findUnfinished(upload);
  const UploadId =
    earlier?.id ??
    (
      await client.send(
        new CreateMultipartUploadCommand({ ...to, ChecksumAlgorithm: "SHA256" }),
        call,
      )
    ).UploadId;
  const size = partBytes(sizeBytes);
  const parts = new Map<number, CompletedPart>(earlier?.parts);
  let doneBytes = [...parts.keys()].reduce(
    (sum, number) => sum + Math.min(size, sizeBytes - (number - 1) * size),
    0,
  );
  const left = digests.map((_, i) => i + 1).filter((number) => !parts.has(number));
  const sendParts = async (): Promise<void> => {
    for (let number = left.shift(); number !== undefined; number = left.shift()) {
      const start = (number - 1) * size;
      const body = await readFilePart(path, start, Math.min(size, sizeBytes - start));
      const ChecksumSHA256 = digests[number - 1]?.sha256;
      const { ETag } = await client.send(
        new UploadPartCommand({ ...to, UploadId, PartNumber: number, Body: body, ChecksumSHA256 }),
        call,
      );
      parts.set(number, { ETag, ChecksumSHA256, PartNumber: number });
      options.onProgress((doneBytes += body.length));
    }
  };
  options.onProgress(doneBytes);
  await Promise.all(Array.from({ length: AT_ONCE }, sendParts));
  try {
    await unchanged();
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...to, UploadId })).catch(() => {});
    throw error;
  }
  const Parts = [...parts.values()].toSorted((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
  const isWritten = await conditional(
    (condition) =>
      client.send(
        new CompleteMultipartUploadCommand({
          ...to,
          UploadId,
          MultipartUpload: { Parts },
          ...condition,
        }),
        call,
      ),
    options,
  ).catch((error: unknown) => {
    // An attempt whose answer was lost has completed the upload.
    if ((error as Error).name === "NoSuchUpload") return false;
    throw error;
  });
  if (!isWritten)
    await client.send(new AbortMultipartUploadCommand({ ...to, UploadId })).catch(() => {});
  return isWritten;
}

/**
 * The newest upload of this key that was not finished, with those of its parts that are as ours
 * are.
 */
async function findUnfinished({
  client,
  to,
  digests,
  options,
}: Upload): Promise<
  { readonly id: string; readonly parts: ReadonlyMap<number, CompletedPart> } | undefined
> {
  const call = until(options.signal);
  const { Uploads = [] } = await client.send(
    new ListMultipartUploadsCommand({ Bucket: to.Bucket, Prefix: to.Key }),
    call,
  );
  const [newest] = Uploads.filter(({ Key }) => Key === to.Key).toSorted(
    (a, b) => (b.Initiated?.getTime() ?? 0) - (a.Initiated?.getTime() ?? 0),
  );
  if (!newest?.UploadId) return undefined;
  const parts = new Map<number, CompletedPart>();
  let marker: string | undefined;
  do {
    const page = await client.send(
      new ListPartsCommand({ ...to, UploadId: newest.UploadId, PartNumberMarker: marker }),
      call,
    );
    for (const { PartNumber = 0, ETag, ChecksumSHA256 } of page.Parts ?? []) {
      const digest = digests[PartNumber - 1];
      const isOurs =
        digest !== undefined &&
        (ChecksumSHA256 === undefined
          ? ETag?.replaceAll('"', "") === digest.md5
          : ChecksumSHA256 === digest.sha256);
      if (isOurs) parts.set(PartNumber, { ETag, PartNumber, ChecksumSHA256: digest.sha256 });
    }
    marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return { id: newest.UploadId, parts };
}
