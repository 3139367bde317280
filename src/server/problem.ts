import { type ErrorCode, MediasearchError, toMediasearchError } from "../errors.ts";
import { withoutFolders } from "./reads/files.ts";
import { Overloaded } from "./reads/pool.ts";
import { JobsFull } from "./work/jobs.ts";

/** `Problem` of docs/schemas/api.v1.json: an error by RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly hint: string | null;
  readonly requestId: string;
  readonly excerpt?: { readonly text: string; readonly at: number };
  readonly errors?: readonly ProblemPart[];
}

export interface ProblemPart {
  readonly parameter?: string;
  readonly pointer?: string;
  readonly detail: string;
}

/** An error of HTTP itself, which the command line does not know. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly errors: readonly ProblemPart[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      readonly hint?: string;
      readonly errors?: readonly ProblemPart[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
    this.hint = more.hint ?? null;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

/** The status of each code; docs/errors.md has their meanings. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  BUG: 500,
  USAGE: 400,
  PARTIAL: 500,
  NO_STORE: 404,
  STORE_BUSY: 409,
  CREDENTIALS: 403,
  SCHEMA_MISMATCH: 500,
  MODEL_MISMATCH: 409,
  MISSING_MODEL: 503,
  MISSING_TOOL: 503,
  UNREADABLE_MEDIA: 422,
  IO_FAILED: 502,
  WORKER_CRASHED: 500,
  TIMED_OUT: 504,
  ENGINE_FAILED: 502,
  ENGINE_REFUSED: 422,
  OUT_OF_MEMORY: 507,
  UNREACHABLE: 503,
  NOT_FOUND: 404,
  NO_SPACE: 507,
  OVER_LIMIT: 503,
  INTERRUPTED: 503,
  TERMINATED: 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: "The request is wrong",
  401: "Nobody is signed in",
  403: "Not allowed",
  404: "Not found",
  405: "The method does not fit",
  410: "Gone",
  409: "In the way of something else",
  411: "The length is missing",
  412: "It was changed meanwhile",
  413: "Too large",
  415: "The type does not fit",
  416: "Not in range",
  421: "Not this server",
  428: "Say which version",
  422: "It can't be processed",
  429: "Too many requests",
  500: "A defect of the server",
  502: "Something behind the server failed",
  503: "Not now",
  504: "It took too long",
  507: "No room",
};

const RETRY_LATER: ReadonlySet<number> = new Set([409, 503]);
const ERRORS_PAGE = "urn:mediasearch:error:";

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Makes of anything thrown what the client is told. A defect tells no details; the log has them.
 */
export function toProblem(error: unknown, requestId: string, seesPaths: boolean): ProblemAnswer {
  if (error instanceof HttpError) {
    const { status, code, message, hint, errors, headers } = error;
    return {
      problem: {
        ...base(status, code),
        detail: message,
        hint,
        requestId,
        ...(errors ? { errors } : {}),
      },
      headers,
    };
  }
  if (error instanceof Overloaded || error instanceof JobsFull)
    return {
      problem: {
        ...base(503, "OVERLOADED"),
        detail: "too many requests are waiting",
        hint: "come again in a moment",
        requestId,
      },
      headers: { "Retry-After": error instanceof Overloaded ? "1" : "60" },
    };
  const mine = toMediasearchError(error);
  const status = STATUS[mine.code];
  const shown = (message: string): string => (seesPaths ? message : withoutFolders(message));
  return {
    problem: {
      ...base(status, mine.code),
      detail: mine.code === "BUG" ? "something unexpected happened" : shown(mine.message),
      hint: mine.hint === undefined ? null : shown(mine.hint),
      requestId,
      ...(mine.excerpt ? { excerpt: mine.excerpt } : {}),
    },
    headers: RETRY_LATER.has(status) ? { "Retry-After": "5" } : {},
  };
}

const base = (status: number, code: string) => ({
  type: ERRORS_PAGE + code,
  title: TITLES[status] ?? "Error",
  status,
  code,
});

export const problemResponse = ({ problem, headers }: ProblemAnswer): Response =>
  new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...headers, "Content-Type": "application/problem+json" },
  });

/** @throws USAGE naming the part of the request that is wrong. */
export const usageError = (subject: string, message: string, hint?: string): MediasearchError =>
  new MediasearchError("USAGE", `${subject}: ${message}`, { subject, hint });
