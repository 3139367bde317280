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
  const there = new Set<Location>();
  const missing = new Set<Location>();
  for (const location of changed) {
    if ((await isPrefix(location)) || !(await isGone(location))) there.add(location);
    else {
      missing.add(location);
      if (possibleCaptionName(nameOf(location))) there.add(location);
    }
  }
  const gone: AssetId[] = [];
  if (missing.size > 0)
    for await (const { id, state } of catalog.list())
      if (state !== "deleted" && missing.has(id)) gone.push(id);
  return { there: [...there], gone };
}
