import { assemble, type Bucket, startUpload, store, type Stored, uploadOf } from "./buckets.ts";
import type { Answer, Call } from "./call.ts";
import { S3Error } from "./s3-error.ts";
import { elements, type Node, value, xml } from "./xml.ts";

const ok = (body: string): Answer => ({
  status: 200,
  headers: { "content-type": "application/xml" },
  body,
});
const unquoted = (etag: string): string => etag.replace(/^(W\/)?"?|"$/g, "");

export function objectRequest(call: Call, bucket: Bucket): Answer {
  const { method, key, query } = call;
  const upload = query.get("uploadId");
  if (Buffer.byteLength(key) > 1024)
    throw new S3Error(400, "KeyTooLongError", "Your key is too long");
  if (method === "POST" && query.has("uploads"))
    return ok(
      xml("InitiateMultipartUploadResult", [
        ["Bucket", call.bucketName],
        ["Key", key],
        ["UploadId", startUpload(bucket, key, metadataOf(call)).id],
      ]),
    );
  if (upload !== null) return uploadRequest(call, bucket, upload);
  if (method === "PUT") return put(call, bucket);
  if (method === "GET" || method === "HEAD") return get(call, bucket);
  if (method === "DELETE") {
    bucket.objects.delete(key);
    return { status: 204 };
  }
  throw new S3Error(501, "NotImplemented", method);
}

const metadataOf = ({ headers }: Call): Map<string, string> =>
  new Map(
    Object.entries(headers).flatMap(([name, text]) =>
      name.startsWith("x-amz-meta-") ? [[name, String(text)] as const] : [],
    ),
  );

function refuseExisting({ headers, key }: Call, bucket: Bucket): void {
  if (headers["if-none-match"] === "*" && bucket.objects.has(key))
    throw new S3Error(
      412,
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
    );
}

function put(call: Call, bucket: Bucket): Answer {
  refuseExisting(call, bucket);
  const source = call.headers["x-amz-copy-source"];
  const stored =
    source === undefined ? store(call.body, metadataOf(call)) : copied(String(source), call);
  bucket.objects.set(call.key, stored);
  if (source !== undefined)
    return ok(
      xml("CopyObjectResult", [
        ["ETag", `"${stored.etag}"`],
        ["LastModified", stored.modified.toISOString()],
      ]),
    );
  return { status: 200, headers: { etag: `"${stored.etag}"`, ...checksumHeaders(stored) } };
}

function copied(source: string, { buckets }: Call): Stored {
  const [, name = "", key = ""] = /^\/?([^/]+)\/(.*)$/s.exec(decodeURIComponent(source)) ?? [];
  const found = buckets.get(name)?.objects.get(key);
  if (!found) throw new S3Error(404, "NoSuchKey", "The specified key does not exist.");
  return store({ bytes: found.bytes, checksums: new Map() }, found.metadata);
}

const checksumHeaders = ({ checksums, checksumType }: Stored): Record<string, string> =>
  Object.fromEntries(
    [...checksums].flatMap(([name, sum]) => [
      [`x-amz-checksum-${name}`, sum],
      ["x-amz-checksum-type", checksumType],
    ]),
  );

function get({ key, method, headers }: Call, bucket: Bucket): Answer {
  const stored = bucket.objects.get(key);
  if (!stored) throw new S3Error(404, "NoSuchKey", "The specified key does not exist.");
  const { bytes, etag, modified, metadata } = stored;
  if (headers["if-match"] !== undefined && unquoted(headers["if-match"]) !== etag)
    throw new S3Error(
      412,
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
    );
  if (headers["if-none-match"] !== undefined && unquoted(headers["if-none-match"]) === etag)
    throw new S3Error(304, "NotModified", "");
  const about = {
    etag: `"${etag}"`,
    "last-modified": modified.toUTCString(),
    "accept-ranges": "bytes",
    "content-type": "application/octet-stream",
    ...Object.fromEntries(metadata),
    ...(headers["x-amz-checksum-mode"] === "ENABLED" && headers.range === undefined
      ? checksumHeaders(stored)
      : {}),
  };
  const range = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "");
  if (!range)
    return {
      status: 200,
      headers: { ...about, "content-length": bytes.length },
      body: method === "HEAD" ? "" : bytes,
    };
  const [from, to] =
    range[1] === ""
      ? [Math.max(0, bytes.length - Number(range[2])), bytes.length - 1]
      : [
          Number(range[1]),
          Math.min(bytes.length - 1, range[2] === "" ? Infinity : Number(range[2])),
        ];
  if (from >= bytes.length || to < from)
    throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");
  const part = bytes.subarray(from, to + 1);
  return {
    status: 206,
    headers: {
      ...about,
      "content-length": part.length,
      "content-range": `bytes ${from}-${to}/${bytes.length}`,
    },
    body: part,
  };
}

function uploadRequest(call: Call, bucket: Bucket, id: string): Answer {
  const { method, key, query, body } = call;
  const upload = uploadOf(bucket, key, id);
  if (method === "PUT") {
    const number = Number(query.get("partNumber"));
    if (!(number >= 1 && number <= 10_000))
      throw new S3Error(
        400,
        "InvalidArgument",
        "Part number must be an integer between 1 and 10000, inclusive",
      );
    const part = store(body, new Map());
    upload.parts.set(number, part);
    return { status: 200, headers: { etag: `"${part.etag}"`, ...checksumHeaders(part) } };
  }
  if (method === "GET") return listParts(call, bucket, id);
  if (method === "DELETE") {
    bucket.uploads.delete(id);
    return { status: 204 };
  }
  refuseExisting(call, bucket);
  const named = elements(body.bytes.toString(), "Part").map((part) => ({
    number: Number(value(part, "PartNumber")),
    etag: unquoted(value(part, "ETag")),
  }));
  const whole = assemble(upload, named);
  bucket.objects.set(key, whole);
  bucket.uploads.delete(id);
  return ok(
    xml("CompleteMultipartUploadResult", [
      ["Bucket", call.bucketName],
      ["Key", key],
      ["ETag", `"${whole.etag}"`],
    ]),
  );
}

function listParts({ key, query, bucketName, pageSize }: Call, bucket: Bucket, id: string): Answer {
  const after = Number(query.get("part-number-marker") ?? 0);
  const all = [...uploadOf(bucket, key, id).parts]
    .filter(([number]) => number > after)
    .toSorted(([a], [b]) => a - b);
  const page = all.slice(0, pageSize);
  return ok(
    xml("ListPartsResult", [
      ["Bucket", bucketName],
      ["Key", key],
      ["UploadId", id],
      ["IsTruncated", String(all.length > page.length)],
      ["NextPartNumberMarker", page.at(-1)?.[0] ?? 0],
      ...page.map(([number, { etag, bytes, checksums }]): Node => [
        "Part",
        [
          ["PartNumber", number],
          ["ETag", `"${etag}"`],
          ["Size", bytes.length],
          ...[...checksums].map(([name, sum]): Node => [`Checksum${name.toUpperCase()}`, sum]),
        ],
      ]),
    ]),
  );
}
