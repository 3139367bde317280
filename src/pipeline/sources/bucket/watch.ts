import { setTimeout as sleep } from "node:timers/promises";
import { toMediasearchError } from "../../../errors.ts";
import type { Objects } from "../../../objects/object-store.ts";
import { bucketAndKey, objectLocation, type Location } from "../../../location.ts";

export interface BucketWatchOptions {
  readonly objects: Objects;
  readonly signal: AbortSignal;
  readonly pollMs: number;
  /** Told once each: a bucket that can't be listed, or can be again. */
  readonly onNotice: (text: string) => void;
}

/** By location, what tells whether it changed. */
type Listing = ReadonlyMap<Location, string>;

/**
 * Locations that came, changed or went below `s3://` roots, found by listing them again and again;
 * a batch a listing. The first listing is made before this resolves, so that what comes while the
 * roots are looked through is not missed. A listing that fails changes nothing, and is told; one
 * that is empty where there were objects is not believed while the rest of the bucket is empty too.
 */
export async function watchBuckets(
  roots: readonly Location[],
  options: BucketWatchOptions,
): Promise<AsyncIterable<readonly Location[]>> {
  const { signal, pollMs, onNotice } = options;
  const seen = new Map<Location, Listing | undefined>();
  const away = new Set<Location>();
  const look = async (root: Location): Promise<Listing | undefined> => {
    try {
      const now = await listing(root, options);
      const before = seen.get(root)?.size ?? 0;
      if (now.size === 0 && before > 0 && (await isEmptyBucket(root, options)))
        throw new Error(`nothing is in it; ${before} objects kept`);
      if (away.delete(root)) onNotice(`${root} is back`);
      return now;
    } catch (error) {
      signal.throwIfAborted();
      if (!away.has(root))
        onNotice(
          `${root} can't be listed, waiting: ${toMediasearchError(error).message.replace(`${root}: `, "")}`,
        );
      away.add(root);
      return undefined;
    }
  };
  for (const root of roots) seen.set(root, await look(root));

  return (async function* () {
    for (;;) {
      await sleep(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      for (const root of roots) {
        const now = await look(root);
        if (!now) continue;
        const before = seen.get(root);
        seen.set(root, now);
        const changed = before ? changedObjects(before, now) : [root];
        if (changed.length > 0) yield changed;
      }
    }
  })();
}

async function listing(root: Location, { objects, signal }: BucketWatchOptions): Promise<Listing> {
  const { bucket, key } = bucketAndKey(root);
  const listed = new Map<Location, string>();
  for await (const { key: one, sizeBytes, mtimeMs, etag } of objects
    .bucket(bucket)
    .list(key, signal)) {
    // The root itself, or what is below it; "talks2" is not below "talks".
    if (one === key || key === "" || key.endsWith("/") || one.startsWith(`${key}/`))
      listed.set(objectLocation(bucket, one), `${etag}:${sizeBytes}:${mtimeMs}`);
  }
  return listed;
}

async function isEmptyBucket(
  root: Location,
  { objects, signal }: BucketWatchOptions,
): Promise<boolean> {
  for await (const _ of objects.bucket(bucketAndKey(root).bucket).list("", signal)) return false;
  return true;
}

function changedObjects(before: Listing, now: Listing): Location[] {
  const changed = [...now]
    .filter(([location, key]) => before.get(location) !== key)
    .map(([location]) => location);
  return [...changed, ...[...before.keys()].filter((location) => !now.has(location))];
}
