import type { AssetId, AssetStatus, ReadableCatalog } from "../../../backends/catalog.ts";
import type { ObjectStat, Objects } from "../../../objects/object-store.ts";
import { bucketAndKey, isBelow, objectLocation, type Location } from "../../../location.ts";

export interface MissingObjects {
  readonly gone: readonly AssetId[];
  /** Nothing at all is in the bucket: it may be that of another server. */
  readonly isOffline: boolean;
}

/**
 * Finds objects of the library below a root that are gone from the bucket. Library and listing are
 * both in the order of bytes and are read side by side, in constant memory. What the listing did
 * not tell of is asked for by itself before it counts as deleted; a listing that fails rejects and
 * deletes nothing. A bucket in which nothing is left at all is taken for one of another server.
 */
export async function findDeletedObjects(
  catalog: Pick<ReadableCatalog, "list">,
  root: Location,
  objects: Objects,
  signal: AbortSignal,
): Promise<MissingObjects> {
  const { bucket, key } = bucketAndKey(root);
  const there = objects.bucket(bucket);
  const prefix = key === "" || key.endsWith("/") ? key : `${key}/`;
  const listing = there.list(prefix, signal)[Symbol.asyncIterator]();
  const missing: Location[] = [];
  let object: IteratorResult<ObjectStat, unknown> = await listing.next();
  let isEmpty = object.done === true;
  for await (const asset of catalog.list()) {
    signal.throwIfAborted();
    if (asset.state === "deleted" || !isBelow(asset.id, root)) continue;
    while (!object.done && compareKeys(objectLocation(bucket, object.value.key), asset.id) < 0)
      object = await listing.next();
    if (
      (object.done || objectLocation(bucket, object.value.key) !== asset.id) &&
      (await there.stat(bucketAndKey(asset.id).key, signal)) === undefined
    )
      missing.push(asset.id);
  }
  if (isEmpty && missing.length > 0)
    for await (const _ of there.list("", signal)) {
      isEmpty = false;
      break;
    }
  return { gone: missing, isOffline: isEmpty && missing.length > 0 };
}

/** The order of UTF-8 bytes; that of strings differs for characters beyond the first plane. */
const compareKeys = (a: AssetStatus["id"], b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
