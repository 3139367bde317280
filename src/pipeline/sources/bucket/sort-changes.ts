import type { AssetId } from "../../../backends/catalog.ts";
import { type Location, nameOf } from "../../../location.ts";
import { possibleCaptionName } from "../../../media/captions/names.ts";
import type { KnownAssets, SortedChanges, SourceStat } from "../media-source.ts";

/** Captions that are gone were perhaps used: `list` finds the media beside their location. */
export async function sortChangedObjects(
  changed: readonly Location[],
  roots: readonly Location[],
  catalog: KnownAssets,
  statObject: (location: Location) => Promise<SourceStat | undefined>,
): Promise<SortedChanges> {
  // A root that is to be listed again is no object, and is not gone for that.
  const isPrefix = async (location: Location): Promise<boolean> =>
    roots.includes(location) && (await catalog.get(location)) === undefined;
  const isGone = (location: Location): Promise<boolean> =>
    statObject(location).then(
      (stat) => stat === undefined,
      () => false,
    );
  const looked = await mapInOrder(changed, async (location) => ({
    location,
    isThere: (await isPrefix(location)) || !(await isGone(location)),
  }));
  const there = new Set<Location>();
  const missing = new Set<Location>();
  for (const { location, isThere } of looked) {
    if (isThere) there.add(location);
    else {
      missing.add(location);
      if (possibleCaptionName(nameOf(location))) there.add(location);
    }
  }
  // Each by itself: a library is larger than what changes at once.
  const gone = await mapInOrder([...missing], async (location): Promise<AssetId[]> => {
    const asset = await catalog.get(location);
    return asset && asset.state !== "deleted" ? [location] : [];
  });
  return { there: [...there], gone: gone.flat() };
}

/** Requests that are under way at a time. */
const AT_ONCE = 16;

async function mapInOrder<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(act))));
  return results;
}
