import { newBucket, type Stored } from "./buckets.ts";
import { type Answer, bucketOf, type Call } from "./call.ts";
import { S3Error } from "./s3-error.ts";
import { elements, type Node, value, xml } from "./xml.ts";

const ok = (body: string): Answer => ({
  status: 200,
  headers: { "content-type": "application/xml" },
  body,
});

export function bucketRequest(call: Call): Answer {
  const { method, bucketName, buckets, query } = call;
  if (bucketName === "")
    return ok(
      xml("ListAllMyBucketsResult", [
        ["Buckets", [...buckets.keys()].map((name): Node => ["Bucket", [["Name", name]]])],
      ]),
    );
  if (method === "PUT") {
    buckets.set(bucketName, buckets.get(bucketName) ?? newBucket());
    return { status: 200 };
  }
  const bucket = bucketOf(call);
  if (method === "HEAD") return { status: 200 };
  if (method === "DELETE") {
    if (bucket.objects.size > 0)
      throw new S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
    buckets.delete(bucketName);
    return { status: 204 };
  }
  if (method === "POST" && query.has("delete")) {
    for (const one of elements(call.body.bytes.toString(), "Object"))
      bucket.objects.delete(value(one, "Key"));
    return ok(xml("DeleteResult", []));
  }
  if (method === "GET" && query.has("uploads")) return listUploads(call);
  if (method === "GET" && query.get("list-type") === "2") return listObjects(call);
  throw new S3Error(501, "NotImplemented", `${method} ?${query.toString()}`);
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const contentsOf = (key: string, { bytes, etag, modified }: Stored): Node => [
  "Contents",
  [
    ["Key", key],
    ["LastModified", modified.toISOString()],
    ["ETag", `"${etag}"`],
    ["Size", bytes.length],
    ["StorageClass", "STANDARD"],
  ],
];

/** The name after which a page begins. */
function startOf(query: URLSearchParams): string {
  const token = query.get("continuation-token");
  if (token === null) return query.get("start-after") ?? "";
  return Buffer.from(token, "base64url").toString();
}

/** ListObjectsV2, with delimiter, paging and encoding. */
function listObjects(call: Call): Answer {
  const { query, pageSize } = call;
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const after = startOf(query);
  const most = Math.min(pageSize, Number(query.get("max-keys") ?? pageSize));
  const encode = (text: string): string =>
    query.get("encoding-type") === "url" ? encodeURIComponent(text).replaceAll("%2F", "/") : text;
  const groups = new Map<string, Node>();
  for (const [key, object] of [...bucketOf(call).objects].toSorted(([a], [b]) => byBytes(a, b))) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const name = cut < 0 ? key : key.slice(0, cut + delimiter.length);
    if (byBytes(name, after) <= 0 || groups.has(name)) continue;
    groups.set(
      name,
      cut < 0 ? contentsOf(encode(key), object) : ["CommonPrefixes", [["Prefix", encode(name)]]],
    );
    if (groups.size > most) break;
  }
  const page = [...groups].slice(0, most);
  const isTruncated = groups.size > most;
  const encoding: Node[] = query.get("encoding-type") === "url" ? [["EncodingType", "url"]] : [];
  const next: Node[] = isTruncated
    ? [["NextContinuationToken", Buffer.from(page.at(-1)?.[0] ?? "").toString("base64url")]]
    : [];
  return ok(
    xml("ListBucketResult", [
      ["Name", call.bucketName],
      ["Prefix", encode(prefix)],
      ["KeyCount", page.length],
      ["MaxKeys", most],
      ["IsTruncated", String(isTruncated)],
      ...encoding,
      ...next,
      ...page.map(([, node]) => node),
    ]),
  );
}

function listUploads(call: Call): Answer {
  const prefix = call.query.get("prefix") ?? "";
  const uploads = [...bucketOf(call).uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .toSorted((a, b) => byBytes(a.key, b.key));
  return ok(
    xml("ListMultipartUploadsResult", [
      ["Bucket", call.bucketName],
      ["IsTruncated", "false"],
      ...uploads.map(({ key, id, initiated }): Node => [
        "Upload",
        [
          ["Key", key],
          ["UploadId", id],
          ["Initiated", initiated.toISOString()],
        ],
      ]),
    ]),
  );
}
