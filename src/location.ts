import { posix, resolve, sep } from "node:path";
import { MediasearchError } from "./errors.ts";

/**
 * Where a file is: an absolute path on this machine, or `s3://bucket/key` for an object. It is the id of its asset. A key stands in it as it is:
 * nothing is encoded, and "a//b" and "a/b" are two places.
 */
export type Location = string;

const SCHEME = "s3://";

/** The scheme of a location, such as "s3"; "" for a path of this machine. */
export const schemeOf = (location: Location): string =>
  /^([a-z][a-z0-9+.-]*):\/\//.exec(location)?.[1] ?? "";

export const isObject = (place: Location): boolean => place.startsWith(SCHEME);
export const objectLocation = (bucket: string, key: string): Location =>
  `${SCHEME}${bucket}/${key}`;

export function bucketAndKey(place: Location): { readonly bucket: string; readonly key: string } {
  const slash = place.indexOf("/", SCHEME.length);
  return slash < 0
    ? { bucket: place.slice(SCHEME.length), key: "" }
    : { bucket: place.slice(SCHEME.length, slash), key: place.slice(slash + 1) };
}

/** `s3:///key` is in the bucket of MEDIA_BUCKET; every other text stays as it is. */
export const inBucket = (text: string, mediaBucket: string | undefined): string =>
  mediaBucket !== undefined && /^s3:\/\/\//i.test(text)
    ? objectLocation(mediaBucket, text.slice(SCHEME.length + 1))
    : text;

/**
 * What the user wrote as a place.
 * @throws USAGE for an s3:// place without a bucket.
 */
export function toLocation(text: string, cwd: string): Location {
  if (!/^s3:\/\//i.test(text)) return resolve(cwd, text);
  const { bucket, key } = bucketAndKey(SCHEME + text.slice(SCHEME.length));
  if (bucket === "")
    throw new MediasearchError("USAGE", `${text}: which bucket?`, {
      subject: text,
      hint: "s3://BUCKET/KEY, or MEDIA_BUCKET=BUCKET",
    });
  return objectLocation(bucket, key);
}

const separator = (place: Location): string => (isObject(place) ? "/" : sep);

/** The last part of a place, the name of the file. */
export const nameOf = (place: Location): string =>
  place.slice(place.lastIndexOf(separator(place)) + 1);

/** The folder that a file is in, for objects with the slash at its end. */
export function folderOf(place: Location): Location {
  const end = place.lastIndexOf(separator(place));
  return isObject(place) ? place.slice(0, end + 1) : end === 0 ? sep : place.slice(0, end);
}

/** Another file of the same folder. */
export const beside = (place: Location, name: string): Location =>
  isObject(place) ? folderOf(place) + name : posix.join(folderOf(place), name);

const asFolder = (place: Location): string =>
  place.endsWith(separator(place)) ? place : place + separator(place);

export const isBelow = (place: Location, folder: Location): boolean =>
  place.startsWith(asFolder(folder));

/** The way from a folder to what is below it; undefined for what is elsewhere. */
export const nameBelow = (place: Location, folder: Location): string | undefined =>
  isBelow(place, folder) ? place.slice(asFolder(folder).length) : undefined;

/** The nearest folder that all of them are in; of objects of several buckets, "s3://". */
export function commonFolder(places: readonly Location[]): Location {
  let common = folderOf(places[0] ?? sep);
  for (const place of places)
    while (!isBelow(place, common) && common !== sep && common !== SCHEME)
      common = folderOf(common.endsWith("/") && isObject(common) ? common.slice(0, -1) : common);
  return common;
}
