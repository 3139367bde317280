/** Shapes of docs/schemas/api.v1.json, as far as the page shows them. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly hint: string | null;
}

export interface Line {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
  readonly text: string;
}

export interface Hit extends Line {
  readonly number: number;
  readonly fileId: string;
  readonly file: string;
  readonly score: number;
  readonly recordedAt: string | null;
  /** Ranges of `text` that match, in UTF-16 units, the end excluded. */
  readonly highlights: readonly (readonly [number, number])[];
  readonly moment: { readonly hits: readonly Line[] };
  readonly before?: readonly Line[];
  readonly after?: readonly Line[];
}

export interface SearchPage {
  readonly total: number;
  readonly moments: number;
  readonly totalIs: "all" | "ranked";
  readonly offset: number;
  readonly didYouMean: string | null;
  readonly note?: string | null;
  readonly hits: readonly Hit[];
  readonly groups?: readonly { fileId: string; file: string; hits: readonly number[] }[];
}

export interface MediaFile {
  readonly id: string;
  readonly file: string;
  readonly path?: string;
  readonly state: string;
  readonly language: string | null;
  readonly durationMs: number | null;
  readonly segments: number;
  readonly speakers: readonly string[];
  readonly recorded: string | null;
  readonly indexed: string | null;
  readonly kind: "video" | "audio" | "captions" | "other";
  readonly links: { readonly media: string; readonly captions: string; readonly waveform: string };
}

export interface Segment extends Line {
  readonly index: number;
  readonly confidence: number | null;
}

export interface Transcript {
  readonly language: string;
  readonly revision: string;
  readonly total: number;
  readonly segments: readonly Segment[];
}

export interface Count {
  readonly value: string;
  readonly count: number;
}

export interface Facets {
  readonly files: number;
  readonly speakers: readonly Count[];
  readonly languages: readonly Count[];
  readonly origins: readonly Count[];
  readonly years: readonly Count[];
}

export interface Job {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly progress: { done: number; total: number | null; unit: string; file: string | null };
  readonly result?: { readonly href?: string };
  readonly error?: Problem;
}

export interface FailedFile {
  readonly fileId: string;
  readonly file: string;
  readonly state: string;
  readonly reason: string;
  readonly hint: string | null;
  readonly attempts: number;
}

export interface Status {
  readonly version: string;
  readonly files: Readonly<Record<string, number>>;
  readonly durationMs: number;
  readonly indexing: boolean;
  readonly canIndex: boolean;
  readonly roots?: readonly string[];
}

export interface Session {
  readonly name: string;
  readonly scopes: readonly string[];
}

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly filter: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

/** What the server refused, in its own words. */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** One call of the API. @throws ApiError */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const { body, method = body === undefined ? "GET" : "POST", headers = {}, signal } = options;
  const response = await fetch(path, {
    method,
    headers: {
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  throw new ApiError(await readProblem(response));
}

async function readProblem(response: Response): Promise<Problem> {
  const title = response.statusText || "The server refused";
  try {
    return { title, detail: title, hint: null, ...((await response.json()) as object) } as Problem;
  } catch {
    return { title, status: response.status, detail: title, hint: null };
  }
}

/** An address with those of the values that are there. */
export function address(
  path: string,
  values: Readonly<Record<string, string | number | undefined>>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== "") search.set(name, String(value));
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
