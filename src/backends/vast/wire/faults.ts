import { type ErrorCode, MediasearchError } from "../../../errors.ts";

/**
 * What the server answered instead of 200; kept as the `cause` of ours. Status 0: no whole answer
 * came.
 */
export class Fault extends Error {
  readonly status: number;
  /**
   * S3-style code such as NoSuchKey, SlowDown, TabularUnsupportedColumnType; a system code
   * (ECONNRESET) when there was no answer.
   */
  readonly code: string;
  readonly requestId: string | undefined;

  constructor(status: number, code: string, message: string, requestId?: string) {
    super(message);
    this.name = "Fault";
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

export const faultOf = (error: unknown): Fault | undefined =>
  error instanceof MediasearchError && error.cause instanceof Fault ? error.cause : undefined;

/**
 * Whether two transactions changed the same thing. If so, the whole transaction may be run again.
 */
export const isConflict = (error: unknown): boolean => faultOf(error)?.status === 409;
export const isMissing = (error: unknown): boolean => faultOf(error)?.status === 404;
/** Whether no answer came, so that nobody knows whether the call was carried out. */
export const isUnanswered = (error: unknown): boolean => faultOf(error)?.status === 0;

const BY_STATUS: Readonly<
  Record<number, readonly [code: ErrorCode, what: string, hint: string | undefined]>
> = {
  400: [
    "BUG",
    "the cluster refused the request",
    "report it with the message above; the cluster may be of a release that nobody has tried yet",
  ],
  401: [
    "CREDENTIALS",
    "the keys were refused",
    "check VAST_ACCESS_KEY_ID and VAST_SECRET_ACCESS_KEY",
  ],
  403: [
    "CREDENTIALS",
    "the keys were refused, or lack the right",
    "check VAST_ACCESS_KEY_ID and VAST_SECRET_ACCESS_KEY, the rights of the key's identity policy, and this machine's clock",
  ],
  404: ["NOT_FOUND", "not there", "check VAST_DATABASE_BUCKET and VAST_DATABASE_SCHEMA"],
  405: ["BUG", "the cluster does not know the request", undefined],
  409: ["STORE_BUSY", "another transaction changed the same rows", "run the same command again"],
  501: ["BUG", "the cluster can't do that", undefined],
  507: ["NO_SPACE", "the cluster is full", "free some space on the cluster, or raise the quota"],
};

/** S3's error document, or whatever a proxy answered. `subject` names endpoint and operation. */
export function serverFault(
  status: number,
  body: string,
  subject: string,
  requestIdHeader?: string,
): MediasearchError {
  const tag = (name: string): string | undefined => {
    const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
    return value
      ?.replace(
        /&(lt|gt|quot|apos|amp);/g,
        (_, entity: string) => ({ lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" })[entity] ?? "",
      )
      .trim();
  };
  const code = tag("Code") ?? String(status);
  const fault = new Fault(
    status,
    code,
    tag("Message") ?? body.slice(0, 200).replace(/\s+/g, " ").trim(),
    tag("RequestId") ?? requestIdHeader,
  );
  const [ours, what, hint] = BY_STATUS[status] ?? [
    "UNREACHABLE",
    "the cluster can't answer just now",
    "try again; VAST's own logs know the request id",
  ];
  const details = [code, fault.message, fault.requestId && `request ${fault.requestId}`]
    .filter(Boolean)
    .join(", ");
  return new MediasearchError(ours, `${subject}: ${what} (HTTP ${status}: ${details})`, {
    subject,
    hint,
    cause: fault,
  });
}

const NETWORK_FAULTS: readonly (readonly [codes: RegExp, what: string, hint: string])[] = [
  [
    /^(ECONNREFUSED)$/,
    "nothing listens there",
    "check VAST_ENDPOINT, its port, and that the cluster is up",
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "its name is not known", "check VAST_ENDPOINT and the DNS"],
  [
    /CERT|SIGNATURE|SSL|TLS|ALTNAME/,
    "its TLS certificate is not trusted",
    "give the certificate of your own CA with VAST_CA_FILE",
  ],
  [
    /TIMED|TIMEOUT/,
    "it does not answer",
    "check the network; VAST_TIMEOUT_MS sets how long to wait",
  ],
];

export function networkFault(
  error: Error & { readonly code?: string },
  subject: string,
): MediasearchError {
  const code = error.code ?? "ECONNRESET";
  const [, what, hint] = NETWORK_FAULTS.find(([codes]) => codes.test(code)) ?? [
    undefined,
    "the connection broke",
    "check the network, and run the same command again",
  ];
  return new MediasearchError(
    "UNREACHABLE",
    `${subject}: ${what} (${[code, error.message].filter(Boolean).join(": ")})`,
    { subject, hint, cause: new Fault(0, code, error.message) },
  );
}

/** Makes the error for a reply that breaks the protocol. It counts as no reply. */
export const brokenReply = (subject: string, what: string): MediasearchError =>
  networkFault(Object.assign(new Error(what), { code: "EBROKENREPLY" }), subject);
