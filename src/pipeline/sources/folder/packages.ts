import type { Stats } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { MediasearchError } from "../../../errors.ts";
import { readDash } from "../../../media/packages/dash.ts";
import { isHls, readHls } from "../../../media/packages/hls.ts";
import type { NamePattern, PackageParts } from "../../../media/packages/package-parts.ts";

/** A recording that is a manifest and many files: HLS or DASH. */
export interface MediaPackage {
  /** Its manifest, under whose name it is known. */
  readonly path: string;
  /** The files that are heard, in their order. */
  readonly parts: readonly string[];
  /** Every file that belongs to it, other manifests and renditions too. */
  readonly members: ReadonlySet<string>;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Why it can't be read. */
  readonly error?: MediasearchError;
}

const MANIFEST = /\.(?:m3u8|mpd)$/i;
/** A day in segments of two seconds is two thirds; in memory it takes forty times as much. */
const MAX_MANIFEST_BYTES = 5_000_000;
const MAX_MANIFESTS = 100;
/** A day in segments of a second, and some. */
const MAX_PARTS = 100_000;

/** Endings that files of packages have: no others are looked up when they change. */
const PART = /\.(?:m3u8|mpd|ts|m2ts|aac|mp4|m4s|m4a|m4v|mp3|ac3|ec3|cmf[avt]|vtt|webm|init)$/i;
export const mayBelongToPackage = (name: string): boolean => PART.test(name);

/**
 * The packages whose manifests lie in a folder. Only files of this folder and below it belong to
 * one: a manifest that leads elsewhere is told, and one of the web is none.
 */
export async function packagesIn(
  folder: string,
  names: readonly string[],
): Promise<readonly MediaPackage[]> {
  const manifests = names.filter((name) => MANIFEST.test(name)).slice(0, MAX_MANIFESTS);
  const found: MediaPackage[] = [];
  for (const name of manifests) {
    const made = await readPackage(folder, join(folder, name)).catch(() => undefined);
    if (made) found.push(made);
  }
  // The playlists of renditions are packages by themselves only where no other names them.
  return found.filter(
    ({ path }) => !found.some((other) => other.path !== path && other.members.has(path)),
  );
}

/** Only of files: to read a pipe would wait for whoever writes to it. */
async function textOf(path: string): Promise<string> {
  const about = await stat(path);
  return about.isFile() && about.size <= MAX_MANIFEST_BYTES ? readFile(path, "utf8") : "";
}

const readManifest = (path: string, text: string): PackageParts | undefined => {
  if (/\.mpd$/i.test(path)) return /<MPD[\s>]/.test(text) ? readDash(text) : undefined;
  return isHls(text) ? readHls(text) : undefined;
};

/** undefined for what is no manifest, or one of files of the web. */
async function readPackage(folder: string, path: string): Promise<MediaPackage | undefined> {
  const about = await stat(path);
  if (about.isFile() && about.size > MAX_MANIFEST_BYTES) return tooLargeManifest(path, about);
  const said = readManifest(path, await textOf(path));
  if (!said) return undefined;
  // Before anything is made of each.
  if (said.all.length > MAX_PARTS) return tooLargeManifest(path, about);
  return readParts(folder, path, said);
}

async function readParts(
  folder: string,
  path: string,
  said: PackageParts,
): Promise<MediaPackage | undefined> {
  const members = new Set<string>([path]);
  let { heard, problem } = said;
  let isElsewhere = false;
  let from = dirname(path);
  const add = async (base: string, patterns: readonly NamePattern[]): Promise<void> => {
    for (const one of await Promise.all(patterns.map((pattern) => matching(base, pattern))))
      for (const file of one) members.add(file);
  };
  await add(from, said.all);
  for (const [i, name] of said.manifests.slice(0, MAX_MANIFESTS).entries()) {
    const inner = resolve(dirname(path), unescaped(name));
    if (isWeb(name)) return undefined;
    if (!isBeneath(inner, folder)) isElsewhere = true;
    else {
      members.add(inner);
      const rendition = readManifest(inner, await textOf(inner).catch(() => ""));
      if (rendition) await add(dirname(inner), rendition.all);
      if (i === 0 && rendition)
        [heard, problem, from] = [rendition.heard, rendition.problem, dirname(inner)];
    }
  }
  if ([...said.all, ...heard].some((name) => typeof name === "string" && isWeb(name)))
    return undefined;
  const parts = (await Promise.all(heard.map((name) => matching(from, name)))).flat();
  isElsewhere ||= ![...parts, ...members].every((file) => isBeneath(file, folder));
  return describe({ path, folder, parts, members, problem, isElsewhere });
}

const tooLargeManifest = (path: string, { size, mtimeMs }: Stats): MediaPackage => ({
  path,
  parts: [],
  members: new Set([path]),
  sizeBytes: size,
  mtimeMs,
  error: new MediasearchError("UNREADABLE_MEDIA", `${path}: is too large for a manifest`, {
    subject: path,
  }),
});

interface Described {
  readonly path: string;
  readonly folder: string;
  readonly parts: readonly string[];
  readonly members: ReadonlySet<string>;
  readonly problem: string | undefined;
  readonly isElsewhere: boolean;
}

async function describe(read: Described): Promise<MediaPackage> {
  const { path, folder, parts, members, isElsewhere } = read;
  const there: string[] = [];
  let sizeBytes = 0;
  let { mtimeMs } = await stat(path);
  const real = await realpath(folder);
  let isLinked = false;
  const isTooLong = parts.length > MAX_PARTS;
  for (const part of isElsewhere || isTooLong ? [] : parts) {
    const about = await stat(part).catch(() => undefined);
    if (!about?.isFile()) continue;
    // A part may be a link, but not to what lies elsewhere.
    isLinked ||= !isBeneath(await realpath(part), real);
    there.push(part);
    sizeBytes += about.size;
    mtimeMs = Math.max(mtimeMs, about.mtimeMs);
  }
  const missing = there.length === 0 ? "its parts are not there" : undefined;
  const tooLong = isTooLong ? "it names too many parts" : undefined;
  const problem =
    isElsewhere || isLinked
      ? "leads out of its folder, and is not followed"
      : (read.problem ?? tooLong ?? missing);
  return {
    path,
    parts: there,
    members: new Set([...members].filter((file) => isBeneath(file, folder))),
    sizeBytes,
    mtimeMs,
    ...(problem === undefined
      ? {}
      : {
          error: new MediasearchError("UNREADABLE_MEDIA", `${path}: ${problem}`, {
            subject: path,
          }),
        }),
  };
}

const isWeb = (name: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(name);
const isBeneath = (path: string, folder: string): boolean =>
  path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Manifests write names as addresses: without a query, with `%20`. */
function unescaped(name: string): string {
  const bare = name.replace(/[?#].*$/s, "");
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

/** The files that a name or pattern means, in the order of the numbers in them. */
async function matching(base: string, pattern: NamePattern): Promise<readonly string[]> {
  if (typeof pattern === "string") return [resolve(base, unescaped(pattern))];
  // Templates vary the name, seldom the folder: that part of the pattern has no number in it.
  const [, folder = ""] = /^\^((?:[^(]*\/)?)/.exec(pattern.source) ?? [];
  const below = resolve(base, folder.replaceAll("\\", ""));
  const prefix = folder.replaceAll("\\", "");
  const names = await readdir(below).catch(() => []);
  return names
    .flatMap((name) => {
      const numbers = pattern.exec(prefix + name);
      return numbers ? [{ name, number: Number(numbers[1]) }] : [];
    })
    .toSorted((a, b) => a.number - b.number)
    .map(({ name }) => join(below, name));
}
