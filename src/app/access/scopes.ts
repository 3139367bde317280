import { MediasearchError } from "../../errors.ts";

/** What a key or a person may do, each with what it opens. */
export const SCOPES = {
  search: "search, suggestions, facets, saved searches",
  read: "files, transcripts, captions, speakers, collections, events",
  media: "the recordings themselves: media, waveforms, thumbnails, clips",
  edit: "correct transcripts, rename speakers, collections and tags",
  index: "index folders below the allowed roots, and upload files",
  jobs: "failed files and work under way: list, retry, skip",
  paths: "see where files are on the server, and filter by their paths",
  webhooks: "webhooks and their deliveries",
  keys: "make, list and revoke keys",
  audit: "read the audit",
  metrics: "read the metrics",
} as const;

export type Scope = keyof typeof SCOPES;

export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[];

/**
 * Reads a list of scopes, separated by commas or spaces; `all` stands for every scope.
 * @throws USAGE for a name that is no scope, and for an empty list.
 */
export function parseScopes(text: string): Scope[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== "");
  if (names.length === 1 && names[0] === "all") return [...ALL_SCOPES];
  const unknown = names.find((name) => !Object.hasOwn(SCOPES, name));
  if (names.length === 0 || unknown !== undefined)
    throw new MediasearchError("USAGE", `scopes: ${unknown ?? "empty"}: not a scope`, {
      subject: "scopes",
      hint: `one or more of ${ALL_SCOPES.join(",")}, or all`,
    });
  return ALL_SCOPES.filter((scope) => names.includes(scope));
}
