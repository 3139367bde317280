import { parseBoundedJson } from "../bounded-json.ts";
import { type ErrorCode, MediasearchError } from "../errors.ts";
import type { HttpReply } from "./http.ts";

/**
 * Why there is no answer, in the words of the retry rules:
 * "fatal": no other piece or file will fare better. "rejected": so too, unless the recogniser has
 * taken other pieces: then it is about this one.
 * "size": a shorter piece may be taken. "retry": it may pass. "once": it may pass, but seldom does.
 */
export interface RequestFailure {
  readonly kind: "fatal" | "rejected" | "size" | "retry" | "once";
  readonly error: MediasearchError;
  /** The wait that the server asks for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The server that errors are about, and the secrets that they must never show. */
export interface RemoteServer {
  /** Name of the engine, as in ASR_ENGINE. */
  readonly engine: string;
  /** Its address, as messages may show it. */
  readonly address: string;
  readonly secrets: readonly (string | undefined)[];
  /** The setting that holds the key, for hints. */
  readonly keySetting: string;
  readonly endpointSetting: string;
}

const MAX_QUOTE = 300;

/** Shortens what a server says to one line for people, without keys that it may repeat. */
export function quote(text: string, secrets: RemoteServer["secrets"]): string {
  let clean = text.replace(/\s+/g, " ").trim();
  for (const secret of secrets)
    if (secret !== undefined && secret.length > 3) clean = clean.replaceAll(secret, "…");
  return clean.length > MAX_QUOTE ? `${clean.slice(0, MAX_QUOTE)}…` : clean;
}

export function refusal(
  server: RemoteServer,
  kind: RequestFailure["kind"],
  code: ErrorCode,
  why: string,
  hint?: string,
  cause?: unknown,
): { readonly refused: RequestFailure } {
  const message = `${server.engine} at ${server.address}: ${quote(why, server.secrets)}`;
  return {
    refused: {
      kind,
      error: new MediasearchError(code, message, {
        subject: server.address,
        hint: hint ?? "mediasearch doctor",
        cause,
      }),
    },
  };
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "no machine has this name",
  EAI_AGAIN: "the name can't be looked up just now",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no way to this machine",
  ENETUNREACH: "no way to this network",
  ECONNABORTED: "the connection was cut",
};

/**
 * A failed exchange in the words of the retry rules.
 * @throws the signal's reason when it was ours to stop.
 */
export function fromNetworkError(
  server: RemoteServer,
  error: unknown,
  signal: AbortSignal,
): { readonly refused: RequestFailure } {
  signal.throwIfAborted();
  const { name, code = "", message } = error as Error & { code?: string };
  if (name === "TimeoutError")
    return refusal(
      server,
      "once",
      "TIMED_OUT",
      "no answer in time",
      `raise the time-out of ${server.engine}, or see what the server does`,
      error,
    );
  if (UNREACHABLE[code] !== undefined)
    return refusal(
      server,
      "retry",
      "UNREACHABLE",
      UNREACHABLE[code],
      `start the server, or correct ${server.endpointSetting}`,
      error,
    );
  if (/CERT|SELF_SIGNED|VERIFY|ALTNAME/.test(code))
    return refusal(
      server,
      "fatal",
      "USAGE",
      `its certificate is not trusted (${code})`,
      "NODE_EXTRA_CA_CERTS=FILE names the authority's certificate",
      error,
    );
  if (code.startsWith("HPE_") || code === "EPROTO" || code.startsWith("ERR_SSL"))
    return refusal(
      server,
      "fatal",
      "USAGE",
      `does not speak this protocol (${code})`,
      `http:// or https:// in ${server.endpointSetting}?`,
      error,
    );
  return refusal(server, "once", "ENGINE_FAILED", message, undefined, error);
}

interface ErrorBody {
  readonly message: string;
  readonly code: string;
  /** Whether the failure may pass, where a BYO server says so. */
  readonly retryable: boolean | undefined;
}

/** Reads the message of `{error: {message, code}}`, `{error: "…"}`, `{detail: …}`, or text. */
export function errorBody(text: string): ErrorBody {
  try {
    const body = parseBoundedJson(text) as { error?: unknown; detail?: unknown; message?: unknown };
    const error =
      typeof body.error === "object" && body.error !== null
        ? (body.error as { message?: unknown; code?: unknown; type?: unknown; retryable?: unknown })
        : {};
    const said =
      [error.message, body.error, body.detail, body.message].find(
        (one) => typeof one === "string",
      ) ?? (body.detail === undefined ? text : JSON.stringify(body.detail));
    return {
      message: String(said),
      code: String(error.code ?? error.type ?? ""),
      retryable: typeof error.retryable === "boolean" ? error.retryable : undefined,
    };
  } catch {
    return { message: text.replace(/<[^>]*>/g, " "), code: "", retryable: undefined };
  }
}

const TOO_LARGE =
  /too (?:long|large|big)|larger than|exceeds?\b.*\b(?:size|limit|length|duration|maximum)|maximum (?:content|file|audio)|entity too large/i;

/**
 * An HTTP status other than 200 in the words of the retry rules (engines differ in the texts, not
 * in these).
 */
export function fromStatus(
  server: RemoteServer,
  { status, headers, text }: HttpReply,
): { readonly refused: RequestFailure } {
  const { message, code } = errorBody(text);
  const why = `HTTP ${status}${message === "" ? "" : `: ${message}`}`;
  const answer = (
    kind: RequestFailure["kind"],
    error: ErrorCode,
    hint?: string,
  ): { readonly refused: RequestFailure } => {
    const { refused } = refusal(server, kind, error, why, hint);
    return { refused: { ...refused, retryAfterMs: retryAfter(headers["retry-after"]) } };
  };
  if (status === 401 || status === 403 || status === 407)
    return answer(
      "fatal",
      "CREDENTIALS",
      `set ${server.keySetting} to a key that this server takes`,
    );
  if (/insufficient_quota|billing/.test(code))
    return answer("fatal", "CREDENTIALS", "the account's quota is used up");
  if (status === 413 || ((status === 400 || status === 422) && TOO_LARGE.test(message)))
    return answer("size", "USAGE", "even a short piece is too large for this server");
  if (status === 404 || status === 405)
    return answer(
      "fatal",
      "USAGE",
      `is ${server.endpointSetting} right, and does the server have this model?   mediasearch doctor`,
    );
  if (status >= 300 && status < 400)
    return answer(
      "fatal",
      "USAGE",
      `it sends elsewhere${headers["location"] ? ` (${quote(headers["location"].split("?")[0] ?? "", server.secrets)})` : ""}; put the true address into ${server.endpointSetting}`,
    );
  if (status === 408 || status === 409 || status === 425 || status === 429 || status === 503)
    return answer(
      "retry",
      "UNREACHABLE",
      "the server is busy or starting; the same command goes on later",
    );
  if (status === 502 || status === 504) return answer("retry", "ENGINE_FAILED");
  if (status >= 500) return answer("once", "ENGINE_FAILED", "its own log says more");
  return answer(
    "rejected",
    "USAGE",
    `it does not take these settings; ${server.endpointSetting}, model and language?`,
  );
}

/** Retry-After, RFC 9110 10.2.3: seconds or a date. @returns milliseconds from now. */
export function retryAfter(value: string | undefined, nowMs = Date.now()): number | undefined {
  if (value === undefined || value.trim() === "") return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
