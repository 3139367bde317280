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
  readonly kind: MediaKind;
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

export type MediaKind = "video" | "audio" | "captions" | "other";

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
  readonly kind: MediaKind;
  readonly error: string | null;
  readonly collections: readonly string[];
  readonly tags: readonly string[];
  readonly links: { readonly media: string; readonly captions: string; readonly waveform: string };
}

export interface Segment extends Line {
  readonly index: number;
  readonly confidence: number | null;
  readonly words?: readonly Word[];
}

/** A word with its time, where that is known. */
export interface Word {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Collection {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly fileIds: readonly string[];
}

export interface SavedSearch {
  readonly id: string;
  readonly name: string;
  readonly request: {
    readonly q: string;
    readonly mode?: string;
    readonly groupBy?: string;
    readonly speaker?: string;
    readonly lang?: string;
    readonly origin?: string;
    readonly after?: string;
    readonly before?: string;
    readonly file?: string;
    readonly collection?: string;
    readonly tag?: string;
  };
}

export interface FileList {
  readonly total: number;
  readonly offset: number;
  readonly files: readonly MediaFile[];
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
  /** Collections by id. */
  readonly collections: readonly Count[];
  readonly tags: readonly Count[];
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
  readonly canUpload: boolean;
  readonly roots?: readonly string[];
}

export interface Session {
  readonly name: string;
  readonly scopes: readonly string[];
}

export interface WaysIn {
  readonly oidc: { readonly name: string; readonly href: string } | null;
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
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as they are. */
  readonly bytes?: Blob;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** One call of the API. @throws ApiError */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const { body, bytes, headers = {}, signal } = options;
  const { method = body === undefined ? "GET" : "POST" } = options;
  const sent = body === undefined ? bytes : JSON.stringify(body);
  const response = await fetch(path, {
    method,
    headers: {
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
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
