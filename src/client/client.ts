import { OPERATIONS } from "./operations.ts";
import type { Bytes, Operations, Problem } from "./types.ts";

export type * from "./types.ts";

export interface ClientOptions {
  /** Where the server is, such as `https://media.example`; for a page of the server itself "". */
  readonly url: string;
  /** A key; undefined in a page, where a cookie says who it is. */
  readonly key?: string | undefined;
  /** What sends requests; that of the platform unless given. */
  readonly fetch?: typeof fetch;
}

/** Beside what an operation takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export type OperationName = keyof Operations;

type Method<K extends OperationName> = (
  request: Operations[K]["request"],
  options?: CallOptions,
) => Promise<Operations[K]["answer"]>;

/** A method for each operation of the API, and `open` for answers that are no JSON. */
export type Client = { readonly [K in OperationName]: Method<K> } & {
  /**
   * The answer as it came: texts, recordings, streams.
   * @throws ApiError
   */
  open<K extends OperationName>(
    operation: K,
    request: Operations[K]["request"],
    options?: CallOptions,
  ): Promise<Response>;
};

/** What the server refused, in its own words. */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ApiError";
    this.problem = problem;
  }
}

/**
 * Talks to `mediasearch serve`. Works in Node and in browsers, and depends on nothing.
 *
 * Methods reject with ApiError for what the server refuses, and with what `fetch` rejects with when
 * there is no answer.
 */
export function createClient(options: ClientOptions): Client {
  const open = (name: OperationName, request: object, more: CallOptions = {}): Promise<Response> =>
    send(options, name, request as Sent, more);
  const names = Object.keys(OPERATIONS) as OperationName[];
  const methods = names.map((name) => [
    name,
    async (request: object, more?: CallOptions) => readAnswer(await open(name, request, more)),
  ]);
  return { ...Object.fromEntries(methods), open } as Client;
}

interface Sent {
  readonly [name: string]: unknown;
  readonly body?: unknown;
  readonly bytes?: Bytes;
}

async function send(
  { url, key, fetch: ask = fetch }: ClientOptions,
  name: OperationName,
  request: Sent,
  { signal, headers }: CallOptions,
): Promise<Response> {
  const [method, , ...inQuery]: readonly [string, string, ...string[]] = OPERATIONS[name];
  const { body, bytes } = request;
  const sent = body === undefined ? bytes : JSON.stringify(body);
  const response = await ask(`${url}${addressOf(name, request, inQuery)}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.ok) return response;
  throw new ApiError(await readProblem(response));
}

/** The address of an operation, for players and links too. */
export function addressOf<K extends OperationName>(
  name: K,
  request: Operations[K]["request"],
  inQuery: readonly string[] = OPERATIONS[name].slice(2),
): string {
  const values = request as Sent;
  const path = OPERATIONS[name][1].replaceAll(/\{(\w+)\}/g, (_, part: string) =>
    encodeURIComponent(String(values[part])),
  );
  const search = new URLSearchParams();
  for (const parameter of inQuery) {
    const value = values[parameter];
    if (value !== undefined && value !== "") search.set(parameter, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function readAnswer(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/json")) return response.json();
  return type === "" ? undefined : response;
}

/** A proxy between may answer with a page of its own. */
export async function readProblem(response: Response): Promise<Problem> {
  const title = response.statusText === "" ? "The server refused" : response.statusText;
  const { status } = response;
  const plain: Problem = {
    type: "about:blank",
    title,
    status,
    detail: title,
    code: "UNREACHABLE",
    hint: null,
    requestId: response.headers.get("x-request-id") ?? "",
  };
  try {
    return { ...plain, ...((await response.json()) as object) };
  } catch {
    return plain;
  }
}
