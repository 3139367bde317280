import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { badRequest, TabularError } from "../errors.ts";

export interface Keys {
  readonly accessKey: string;
  readonly secretKey: string;
}

interface SignedRequest {
  readonly method: string;
  /** As on the wire: path, and query with its question mark. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

const CREDENTIAL =
  /^AWS4-HMAC-SHA256 +Credential=([^/]+)\/(\d{8})\/([^/]*)\/([^/]+)\/aws4_request, *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/;
const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const MAX_SKEW_MS = 15 * 60_000;

const sha256 = (data: Uint8Array | string): string =>
  createHash("sha256").update(data).digest("hex");
const hmac = (key: Uint8Array | string, data: string): Buffer =>
  createHmac("sha256", key).update(data).digest();
const forbidden = (code: string, message: string): TabularError =>
  new TabularError(403, code, message);

/**
 * Checks a request's signature (AWS Signature Version 4, service `s3`, any region). The path may
 * have been encoded once more before signing, as the Python SDK's library does, or not, as S3 asks.
 * @throws TabularError 403, or 400 where the body isn't what its digest says
 */
export function verify(
  request: SignedRequest,
  { accessKey, secretKey }: Keys,
  now = Date.now(),
): void {
  const match = CREDENTIAL.exec(request.headers.authorization ?? "");
  if (match === null)
    throw forbidden("AccessDenied", "the request is not signed with AWS Signature Version 4");
  const [, user = "", day = "", region = "", service = "", signedHeaders = "", signature = ""] =
    match;
  if (user !== accessKey) throw forbidden("InvalidAccessKeyId", "the access key is not known here");
  if (service !== "s3")
    throw forbidden(
      "SignatureDoesNotMatch",
      `the signature is for the service ${service}, not for s3`,
    );
  const date = header(request.headers, "x-amz-date");
  checkDate(date, day, now);
  const digest = payloadDigest(request);
  const names = signedHeaders.split(";");
  if (!names.includes("host") || !names.includes("x-amz-date"))
    throw forbidden("AccessDenied", "host and x-amz-date must be signed");
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [region, "s3", "aws4_request"].reduce<Buffer>(hmac, hmac(`AWS4${secretKey}`, day));
  for (const canonical of canonicalRequests(request, names, digest)) {
    const wanted = createHmac("sha256", key)
      .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`)
      .digest();
    if (timingSafeEqual(wanted, Buffer.from(signature, "hex"))) return;
  }
  throw forbidden("SignatureDoesNotMatch", "the signature does not match the request");
}

const header = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(",") : (value ?? "")).trim().replaceAll(/ +/g, " ");
};

function checkDate(date: string, day: string, now: number): void {
  const match = DATE.exec(date);
  if (match === null || !date.startsWith(day))
    throw forbidden("AccessDenied", "x-amz-date is missing or not the date of the credential");
  const [, ...parts] = match;
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts.map(Number);
  if (Math.abs(Date.UTC(y, mo - 1, d, h, mi, s) - now) > MAX_SKEW_MS)
    throw forbidden("RequestTimeTooSkewed", "the request's time is too far from the server's");
}

function payloadDigest({ headers, body }: SignedRequest): string {
  const digest = sha256(body);
  const said = header(headers, "x-amz-content-sha256");
  if (said !== "" && said !== digest)
    throw badRequest("the body's SHA-256 is not x-amz-content-sha256", "XAmzContentSHA256Mismatch");
  return digest;
}

function* canonicalRequests(
  { method, url, headers }: SignedRequest,
  names: readonly string[],
  digest: string,
): Generator<string> {
  const at = url.indexOf("?");
  const path = at === -1 ? url : url.slice(0, at);
  const query = at === -1 ? "" : url.slice(at + 1);
  const pairs = query === "" ? [] : query.split("&");
  const withEquals = (pair: string): string => (pair.includes("=") ? pair : `${pair}=`);
  const queries = new Set([
    pairs.toSorted().map(withEquals).join("&"),
    pairs.map(withEquals).toSorted().join("&"),
  ]);
  const signed = names.map((name) => `${name}:${header(headers, name)}\n`).join("");
  for (const canonicalPath of new Set([path, encodeAgain(path)]))
    for (const canonicalQuery of queries)
      yield [method, canonicalPath, canonicalQuery, signed, names.join(";"), digest].join("\n");
}

const encodeAgain = (path: string): string =>
  path
    .split("/")
    .map((part) =>
      encodeURIComponent(part).replaceAll(
        /[!'()*]/g,
        (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join("/");
