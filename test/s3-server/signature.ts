import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { S3Error } from "./s3-error.ts";

/**
 * AWS Signature Version 4 as a server checks it: in the Authorization header, or in the query of a
 * presigned address.
 */
export interface Signed {
  readonly method: string;
  /** Path and query exactly as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Keys {
  readonly accessKey: string;
  readonly secretKey: string;
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string): Buffer =>
  createHmac("sha256", key).update(data).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
const MAX_SKEW_MS = 15 * 60_000;

/**
 * @throws S3Error 403 as Amazon S3 words it.
 * @returns what the client says is the hash of the body.
 */
export function checkSignature(request: Signed, keys: Keys, now = Date.now()): string {
  const [path = "", search = ""] = request.url.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const presigned = query.has("X-Amz-Signature");
  const auth = presigned ? fromQuery(query) : fromHeader(request.headers);
  const [accessKey = "", day = "", region = "", service = "", end = ""] =
    auth.credential.split("/");
  if (accessKey !== keys.accessKey)
    throw new S3Error(
      403,
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
    );
  if (service !== "s3" || end !== "aws4_request" || !auth.date.startsWith(day))
    throw new S3Error(403, "AuthorizationHeaderMalformed", "wrong scope");
  const at = Date.parse(
    auth.date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
  if (presigned ? now > at + auth.expiresS * 1000 : Math.abs(now - at) > MAX_SKEW_MS)
    throw new S3Error(
      403,
      presigned ? "AccessDenied" : "RequestTimeTooSkewed",
      presigned
        ? "Request has expired"
        : "The difference between the request time and the current time is too large.",
    );
  if (!auth.signedHeaders.includes("host"))
    throw new S3Error(403, "SignatureDoesNotMatch", "host is not signed");
  query.delete("X-Amz-Signature");
  const payload = presigned
    ? (query.get("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD")
    : String(request.headers["x-amz-content-sha256"] ?? "");
  const canonical = [
    request.method,
    path
      .split("/")
      .map((part) => encode(decodeURIComponent(part)))
      .join("/"),
    [...query]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .toSorted()
      .join("&"),
    ...auth.signedHeaders.map(
      (name) =>
        `${name}:${String(request.headers[name] ?? "")
          .trim()
          .replace(/ +/g, " ")}`,
    ),
    "",
    auth.signedHeaders.join(";"),
    payload,
  ].join("\n");
  const toSign = [
    "AWS4-HMAC-SHA256",
    auth.date,
    `${day}/${region}/${service}/${end}`,
    sha256(canonical),
  ].join("\n");
  const key = [region, service, end].reduce(
    (key, part) => hmac(key, part),
    hmac(`AWS4${keys.secretKey}`, day),
  );
  const expected = hmac(key, toSign);
  const given = Buffer.from(auth.signature, "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new S3Error(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided.",
    );
  return payload;
}

interface Auth {
  readonly credential: string;
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly expiresS: number;
}

function fromQuery(query: URLSearchParams): Auth {
  const expiresS = Number(query.get("X-Amz-Expires"));
  if (!(expiresS >= 1 && expiresS <= 604_800))
    throw new S3Error(
      400,
      "AuthorizationQueryParametersError",
      "X-Amz-Expires must be between 1 and 604800 seconds",
    );
  return {
    credential: query.get("X-Amz-Credential") ?? "",
    date: query.get("X-Amz-Date") ?? "",
    signature: query.get("X-Amz-Signature") ?? "",
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
    expiresS,
  };
}

function fromHeader(headers: IncomingHttpHeaders): Auth {
  const text = headers.authorization ?? "";
  const found =
    /^AWS4-HMAC-SHA256 Credential=(\S+?),\s*SignedHeaders=(\S+?),\s*Signature=([0-9a-f]{64})$/.exec(
      text,
    );
  if (!found) throw new S3Error(403, "AccessDenied", "Access Denied");
  return {
    credential: found[1] ?? "",
    signedHeaders: (found[2] ?? "").split(";"),
    signature: found[3] ?? "",
    date: String(headers["x-amz-date"] ?? ""),
    expiresS: 0,
  };
}
