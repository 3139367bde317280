import type { Context } from "../context.ts";
import { bucketAndKey, isObject, type Location } from "../../location.ts";
import type { SearchResult } from "../../results/moment.ts";

/** The same hits, those in object stores with an address that opens them for a while, at the moment (https://www.w3.org/TR/media-frags/). */
export async function withLinks(
  moments: readonly SearchResult[],
  context: Context,
): Promise<SearchResult[]> {
  const links = new Map<Location, string>();
  for (const { path } of moments)
    if (isObject(path) && !links.has(path)) links.set(path, await linkTo(path, context));
  return moments.map((moment) => {
    const link = links.get(moment.path);
    return link === undefined
      ? moment
      : { ...moment, url: `${link}#t=${Math.floor(moment.startMs / 1000)}` };
  });
}

export async function linkTo(place: Location, context: Context): Promise<string> {
  const { bucket, key } = bucketAndKey(place);
  return (await context.openObjects()).link(bucket, key, context.config.settings.linkSeconds);
}
