import type { Context } from "../context.ts";
import { bucketAndKey, isLink, isRemote, type Location } from "../../location.ts";
import type { SearchResult } from "../../results/search-result.ts";

type LinkContext = Pick<Context, "openObjects" | "config">;

/** A URL that opens a recording that is no file of this machine: a link is one itself. */
export const openUrl = async (location: Location, context: LinkContext): Promise<string> =>
  isLink(location) ? location : signedUrl(location, context);

/**
 * Gives hits of object stores and links a URL that opens the file at the moment of the hit. The URL
 * is signed and works for LINK_EXPIRY_SECONDS. The fragment follows
 * https://www.w3.org/TR/media-frags/.
 */
export async function addUrls(
  results: readonly SearchResult[],
  context: LinkContext,
): Promise<SearchResult[]> {
  const urls = new Map<Location, string>();
  for (const { path } of results)
    if (isRemote(path) && !urls.has(path)) urls.set(path, await openUrl(path, context));
  return results.map((result) => {
    const url = urls.get(result.path);
    return url === undefined
      ? result
      : { ...result, url: `${url}#t=${Math.floor(result.startMs / 1000)}` };
  });
}

/** A URL that opens an object without credentials for LINK_EXPIRY_SECONDS. */
export async function signedUrl(location: Location, context: LinkContext): Promise<string> {
  const { bucket, key } = bucketAndKey(location);
  return (await context.openObjects()).link(bucket, key, context.config.settings.linkSeconds);
}
