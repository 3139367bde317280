import { homedir } from "node:os";
import { join, posix, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { MediasearchError } from "./errors.ts";

/**
 * Where a file is: an absolute path on this machine, `s3://bucket/key` for an object, or a link
 * (`https://…`, `http://…`). It is the id of its asset. A key stands in it as it is: nothing is
 * encoded, and "a//b" and "a/b" are two locations. A link is normalized (WHATWG URL) and has no
 * fragment, but for a captions file whose address does not say what it is: there the fragment is
 * the name that the file goes by, and no server sees it.
 */
export type Location = string;

const SCHEME = "s3://";

/** The scheme of a location, such as "s3"; "" for a path of this machine. */
export const schemeOf = (location: Location): string =>
  /^([a-z][a-z0-9+.-]*):\/\//.exec(location)?.[1] ?? "";

export const isObject = (location: Location): boolean => location.startsWith(SCHEME);
export const isLink = (location: Location): boolean => /^https?:\/\//.test(location);
/** Whether it is no path of this machine. */
export const isRemote = (location: Location): boolean => isObject(location) || isLink(location);
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
 * @throws USAGE for an s3:// location without a bucket, a link with a password in it, and an
 * address that can't be read.
 */
export function toLocation(text: string, cwd: string): Location {
  const [, scheme = ""] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text) ?? [];
  if (/^https?$/i.test(scheme)) return toLink(text);
  if (/^(ftps?|sftp|rtmps?|rtsp)$/i.test(scheme))
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

/** Locations are ids of assets, and have at most 4,096 bytes (`text/untrusted.ts`). */
const MAX_LINK_LENGTH = 4000;

/** @throws USAGE. A password is never repeated, since the location is shown in every output. */
function toLink(text: string): Location {
  const url = URL.parse(text);
  if (!url || text.length > MAX_LINK_LENGTH)
    throw new MediasearchError("USAGE", "that is no link", {
      hint: "mediasearch index https://example.org/talk.mp3",
    });
  if (url.username !== "" || url.password !== "")
    throw new MediasearchError("USAGE", `${url.host}: a link must have no password in it`, {
      subject: url.host,
      hint: "download it, then mediasearch index FILE",
    });
  url.hash = "";
  return url.href;
}

/** A URL that other programs understand: `file:` for a path, every other location as it is. */
export const locationUrl = (location: Location): string =>
  isRemote(location) ? location : pathToFileURL(location).href;

const separator = (location: Location): string => (isRemote(location) ? "/" : sep);

/** The last part of a location, the name of the file. Of a link, as people write it. */
export const nameOf = (location: Location): string =>
  isLink(location)
    ? linkName(location)
    : location.slice(location.lastIndexOf(separator(location)) + 1);

function linkName(location: Location): string {
  const [, path = "", fragment] = /^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(location) ?? [];
  const name = fragment ?? path.slice(path.lastIndexOf("/") + 1);
  try {
    // A name with an encoded slash in it would be taken for a way to another folder.
    return decodeURIComponent(name).replaceAll(/[/\\\0]/g, "_");
  } catch {
    return name;
  }
}

/** A link without what follows its path. */
const linkPath = (location: Location): string => location.replace(/[?#].*$/s, "");

/** The folder that a file is in, for objects with the slash at its end. */
export function folderOf(location: Location): Location {
  if (isRemote(location)) {
    const path = isLink(location) ? linkPath(location) : location;
    return path.slice(0, path.lastIndexOf("/") + 1);
  }
  const end = location.lastIndexOf(sep);
  // A library from elsewhere may hold what is no path; every walk upwards ends at the root.
  return end <= 0 ? sep : location.slice(0, end);
}

/** Another file of the same folder. */
export const beside = (location: Location, name: string): Location =>
  isRemote(location) ? folderOf(location) + name : posix.join(folderOf(location), name);

const asFolder = (location: Location): string =>
  location.endsWith(separator(location)) ? location : location + separator(location);

export const isBelow = (location: Location, folder: Location): boolean =>
  location.startsWith(asFolder(folder));

/** Whether it is the folder itself or below it. */
export const isWithin = (location: Location, folder: Location): boolean =>
  location === folder || isBelow(location, folder);

/** The way from a folder to what is below it; undefined for what is elsewhere. */
export const nameBelow = (location: Location, folder: Location): string | undefined =>
  isBelow(location, folder) ? location.slice(asFolder(folder).length) : undefined;

/** Where every walk upwards ends. */
const TOPS: readonly Location[] = [sep, SCHEME, "https://", "http://"];

/** The nearest folder that all of them are in; of objects of several buckets, "s3://". */
export function commonFolder(locations: readonly Location[]): Location {
  let common = folderOf(locations[0] ?? sep);
  for (const location of locations)
    while (!isBelow(location, common) && !TOPS.includes(common))
      common = folderOf(common.endsWith("/") && isRemote(common) ? common.slice(0, -1) : common);
  return common;
}
