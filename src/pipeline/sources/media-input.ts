import { readFile, stat } from "node:fs/promises";
import type { ByteSource, MediaInput } from "../../media/byte-source.ts";
import { readAll } from "../../objects/object-store.ts";
import { rangedObject } from "../../objects/ranged.ts";
import { bucketAndKey, isObject, type Location } from "../../location.ts";
import type { OpenObjects } from "../scan/candidate.ts";

/** An object as it was listed; it must still be that when it is read. */
export interface ListedObject {
  readonly sizeBytes: number;
  readonly etag: string;
}

interface Access {
  readonly objects: OpenObjects;
  readonly signal: AbortSignal;
}

/** What media is read from: the path itself, or pieces of the object. */
export async function mediaInput(
  place: Location,
  listed: ListedObject | undefined,
  { objects, signal }: Access,
): Promise<MediaInput> {
  if (!isObject(place)) return place;
  const { bucket, key } = bucketAndKey(place);
  const store = (await objects()).bucket(bucket);
  const about = listed ?? (await store.stat(key, signal)) ?? { sizeBytes: 0, etag: "" };
  return rangedObject(store, { key, ...about }, signal) satisfies ByteSource;
}

/** A small file as a whole. `mostBytes`: it is read only when it is no larger; undefined otherwise. */
export async function readPlace(
  place: Location,
  mostBytes: number,
  { objects, signal }: Access,
): Promise<Buffer | undefined> {
  if (!isObject(place))
    return (await stat(place)).size > mostBytes ? undefined : readFile(place, { signal });
  const { bucket, key } = bucketAndKey(place);
  const store = (await objects()).bucket(bucket);
  const about = await store.stat(key, signal);
  return about && about.sizeBytes > mostBytes ? undefined : readAll(store.get(key, { signal }));
}
