import type { Context } from "../context.ts";
import { bucketAndKey, isObject, type Location } from "../../location.ts";
import type { SearchResult } from "../../results/search-result.ts";

type LinkContext = Pick<Context, "openObjects" | "config">;

/**
 * Gives hits of object stores a URL that opens the file at the moment of the hit. The URL is signed
 * and works for LINK_EXPIRY_SECONDS. The fragment follows https://www.w3.org/TR/media-frags/.
 */
export async function addUrls(
  results: readonly SearchResult[],
  context: LinkContext,
): Promise<SearchResult[]> {
  const urls = new Map<Location, string>();
  for (const { path } of results)
    if (isObject(path) && !urls.has(path)) urls.set(path, await signedUrl(path, context));
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
