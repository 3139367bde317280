import { homedir } from "node:os";
import { join, posix, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { MediasearchError } from "./errors.ts";

/**
 * Where a file is: an absolute path on this machine, or `s3://bucket/key` for an object. It is the
 * id of its asset. A key stands in it as it is:
 * nothing is encoded, and "a//b" and "a/b" are two locations.
 */
export type Location = string;

const SCHEME = "s3://";

/** The scheme of a location, such as "s3"; "" for a path of this machine. */
export const schemeOf = (location: Location): string =>
  /^([a-z][a-z0-9+.-]*):\/\//.exec(location)?.[1] ?? "";

export const isObject = (location: Location): boolean => location.startsWith(SCHEME);
export const objectLocation = (bucket: string, key: string): Location =>
  `${SCHEME}${bucket}/${key}`;

export function bucketAndKey(location: Location): {
  readonly bucket: string;
  readonly key: string;
} {
  const slash = location.indexOf("/", SCHEME.length);
  return slash < 0
    ? { bucket: location.slice(SCHEME.length), key: "" }
    : { bucket: location.slice(SCHEME.length, slash), key: location.slice(slash + 1) };
}

/** `s3:///key` is in the bucket of MEDIA_BUCKET; every other text stays as it is. */
export const inBucket = (text: string, mediaBucket: string | undefined): string =>
  mediaBucket !== undefined && /^s3:\/\/\//i.test(text)
    ? objectLocation(mediaBucket, text.slice(SCHEME.length + 1))
    : text;

/** `~` at the beginning is the home folder, as in a shell that did not see it (`--store=~/x`). */
export const expandHome = (text: string): string =>
  text === "~" || text.startsWith("~/") ? join(homedir(), text.slice(1)) : text;

/**
 * What the user wrote as a location.
 * @throws USAGE for an s3:// location without a bucket.
 */
export function toLocation(text: string, cwd: string): Location {
  const [, scheme = ""] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text) ?? [];
  if (/^(https?|ftps?|sftp|rtmps?|rtsp)$/i.test(scheme))
    throw new MediasearchError("USAGE", `${text}: ${scheme}:// addresses are not read`, {
      subject: text,
      hint: "download it, then mediasearch index FILE",
    });
  if (scheme.toLowerCase() !== "s3") return resolve(cwd, expandHome(text));
  const { bucket, key } = bucketAndKey(SCHEME + text.slice(SCHEME.length));
  if (bucket === "")
    throw new MediasearchError("USAGE", `${text}: which bucket?`, {
      subject: text,
      hint: "s3://BUCKET/KEY, or MEDIA_BUCKET=BUCKET",
    });
  return objectLocation(bucket, key);
}

/** A URL that other programs understand: `file:` for a path, an object's location as it is. */
export const locationUrl = (location: Location): string =>
  isObject(location) ? location : pathToFileURL(location).href;

const separator = (location: Location): string => (isObject(location) ? "/" : sep);

/** The last part of a location, the name of the file. */
export const nameOf = (location: Location): string =>
  location.slice(location.lastIndexOf(separator(location)) + 1);

/** The folder that a file is in, for objects with the slash at its end. */
export function folderOf(location: Location): Location {
  const end = location.lastIndexOf(separator(location));
  if (isObject(location)) return location.slice(0, end + 1);
  // A library from elsewhere may hold what is no path; every walk upwards ends at the root.
  return end <= 0 ? sep : location.slice(0, end);
}

/** Another file of the same folder. */
export const beside = (location: Location, name: string): Location =>
  isObject(location) ? folderOf(location) + name : posix.join(folderOf(location), name);

const asFolder = (location: Location): string =>
  location.endsWith(separator(location)) ? location : location + separator(location);

export const isBelow = (location: Location, folder: Location): boolean =>
  location.startsWith(asFolder(folder));

/** The way from a folder to what is below it; undefined for what is elsewhere. */
export const nameBelow = (location: Location, folder: Location): string | undefined =>
  isBelow(location, folder) ? location.slice(asFolder(folder).length) : undefined;

/** The nearest folder that all of them are in; of objects of several buckets, "s3://". */
export function commonFolder(locations: readonly Location[]): Location {
  let common = folderOf(locations[0] ?? sep);
  for (const location of locations)
    while (!isBelow(location, common) && common !== sep && common !== SCHEME)
      common = folderOf(common.endsWith("/") && isObject(common) ? common.slice(0, -1) : common);
  return common;
}
