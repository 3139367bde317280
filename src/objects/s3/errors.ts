import { MediasearchError } from "../../errors.ts";

const REFUSED = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "AccessDenied",
  "Forbidden",
  "ExpiredToken",
  "InvalidToken",
  "CredentialsProviderError",
  "TokenRefreshRequired",
  "AuthorizationHeaderMalformed",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
]);
const CERTIFICATE =
  /^(CERT_|ERR_TLS_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT))/;
const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPIPE",
  "ECONNABORTED",
  "EPROTO",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

interface Foreign {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly status: number;
}

function facts(error: unknown): Foreign {
  const {
    name = "",
    message = String(error),
    code = "",
    $metadata,
  } = (error ?? {}) as {
    name?: string;
    message?: string;
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return {
    name,
    message: message.split("\n")[0] ?? "",
    code: String(code),
    status: $metadata?.httpStatusCode ?? 0,
  };
}

/**
 * What the SDK or the network said about an object, in our terms. Neither keys nor signatures are
 * part of it. `where` is the object or bucket.
 */
export function toObjectError(error: unknown, where: string): MediasearchError {
  if (error instanceof MediasearchError) return error;
  const { name, message, code, status } = facts(error);
  const fail = (
    kind: ConstructorParameters<typeof MediasearchError>[0],
    text: string,
    hint?: string,
  ): MediasearchError =>
    new MediasearchError(kind, `${where}: ${text}`, { subject: where, hint, cause: error });
  if (name === "UnboundedAnswer") return fail("IO_FAILED", message);
  if (name === "RequestTimeTooSkewed")
    return fail(
      "CREDENTIALS",
      "refused: this machine's clock is wrong",
      "set the clock, then run again",
    );
  if (name === "NoSuchBucket")
    return fail(
      "NOT_FOUND",
      "there is no such bucket",
      "check the name, VAST_S3_ENDPOINT and VAST_REGION",
    );
  if (name === "NoSuchKey" || name === "NotFound" || status === 404)
    return fail("NOT_FOUND", "does not exist");
  if (name === "PreconditionFailed" || status === 412)
    return fail("IO_FAILED", "changed while it was read");
  if (REFUSED.has(name) || status === 401 || status === 403)
    return fail(
      "CREDENTIALS",
      `refused (${name})`,
      "check VAST_ACCESS_KEY_ID and VAST_SECRET_ACCESS_KEY, or AWS_PROFILE: mediasearch config",
    );
  if (CERTIFICATE.test(code) || CERTIFICATE.test(name))
    return fail(
      "UNREACHABLE",
      `the server's certificate is not trusted (${code || name})`,
      "VAST_CA_FILE=FILE names the authority's certificate",
    );
  if (
    NETWORK_CODES.has(code) ||
    NETWORK_CODES.has(name) ||
    name === "TimeoutError" ||
    status >= 500 ||
    status === 429 ||
    /socket hang up|aborted/.test(message)
  )
    return fail(
      "UNREACHABLE",
      `the object store does not answer (${code || name}${status > 0 ? ` ${status}` : ""})`,
      "check VAST_S3_ENDPOINT and the network; the same command goes on",
    );
  if (name === "PermanentRedirect" || status === 301)
    return fail("UNREACHABLE", "the bucket is in another region", "VAST_REGION=REGION");
  return fail("IO_FAILED", `${name || "failed"}: ${message}`);
}

/** Whether another attempt may succeed: the connection broke, or the server was busy. */
export const isPassing = (error: MediasearchError): boolean =>
  error.code === "UNREACHABLE" && !error.message.includes("certificate");
