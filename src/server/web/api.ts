import { ApiError, type ClipRequest, createClient, readProblem } from "../../client/client.ts";

export type {
  AuditEntries,
  Collection,
  Count,
  FailedFile,
  Facets,
  File as MediaFile,
  FileList,
  Hit,
  Job,
  Key,
  Line,
  Problem,
  SavedSearch,
  SearchPage,
  SearchRequest,
  Segment,
  Session,
  Status,
  Transcript,
  WaysIn,
  Word,
} from "../../client/client.ts";
export { addressOf, ApiError } from "../../client/client.ts";

/** The server of this page; its cookie says who it is. */
export const api = createClient({ url: "" });

/** What clips can be. */
export type ClipFormat = ClipRequest["format"];

/** Reads an address of the API. @throws ApiError */
export async function read<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { headers: { Accept: "application/json" }, signal });
  if (response.ok) return (await response.json()) as T;
  throw new ApiError(await readProblem(response));
}

/** What went wrong, in words for whoever reads the page. */
export const messageOf = (error: unknown): string =>
  error instanceof ApiError ? error.message : "The server does not answer.";

/** An address with those of the values that are there. */
export function address(
  path: string,
  values: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== "") search.set(name, String(value));
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
