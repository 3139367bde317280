import type { ByteSource } from "../../../media/byte-source.ts";
import { type ObjectStat, type Objects, readAll } from "../../../objects/object-store.ts";
import { rangedObject } from "../../../objects/ranged.ts";
import { bucketAndKey, type Location } from "../../../location.ts";
import type { MediaSource } from "../media-source.ts";
import { findDeletedObjects } from "./find-deleted.ts";
import { listBucket } from "./list.ts";
import { sortChangedObjects } from "./sort-changes.ts";
import { watchBuckets } from "./watch.ts";

export interface BucketSourceOptions {
  readonly objects: () => Promise<Objects>;
  readonly pollMs?: number | undefined;
}

const DEFAULT_POLL_MS = 60_000;

/** Objects by their `s3://bucket/key` locations. What changes is found by listing again. */
export function openBucketSource({
  objects,
  pollMs = DEFAULT_POLL_MS,
}: BucketSourceOptions): MediaSource {
  const storeOf = async (location: Location) => {
    const { bucket, key } = bucketAndKey(location);
    return { store: (await objects()).bucket(bucket), key };
  };
  const stat = async (
    location: Location,
    signal?: AbortSignal,
  ): Promise<ObjectStat | undefined> => {
    const { store, key } = await storeOf(location);
    return store.stat(key, signal);
  };
  return {
    list: (root, filters) => listBucket(root, filters, objects),
    isCollection: async (root) => root.endsWith("/"),
    stat,
    async head(location, maxBytes, signal) {
      const { store, key } = await storeOf(location);
      return readAll(store.get(key, { end: maxBytes, signal }));
    },
    async open(location, listed, signal) {
      const { store, key } = await storeOf(location);
      const about = listed ?? (await store.stat(key, signal)) ?? { sizeBytes: 0, etag: "" };
      return rangedObject(store, { key, ...about }, signal) satisfies ByteSource;
    },
    async read(location, maxBytes, signal) {
      const { store, key } = await storeOf(location);
      const about = await store.stat(key, signal);
      return about && about.sizeBytes > maxBytes ? undefined : readAll(store.get(key, { signal }));
    },
    watch: async (roots, options) =>
      watchBuckets(roots, { ...options, objects: await objects(), pollMs }),
    sortChanges: (changed, roots, catalog) => sortChangedObjects(changed, roots, catalog, stat),
    async findDeleted(roots, knownFiles) {
      const deleted: Location[] = [];
      const offline = new Map<Location, number>();
      for (const root of roots) {
        const missing = await findDeletedObjects(
          knownFiles.catalog,
          root,
          await objects(),
          knownFiles.signal,
        );
        if (missing.isOffline) offline.set(root, missing.gone.length);
        else deleted.push(...missing.gone);
      }
      return { deleted, forgotten: [], offline };
    },
  };
}
