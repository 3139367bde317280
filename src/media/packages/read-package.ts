import { readDash } from "./dash.ts";
import { isHls, readHls } from "./hls.ts";
import type { NamePattern, PackageParts } from "./package-parts.ts";

/** Where the files of packages are: folders, or the objects of a bucket. */
export interface PackageFiles {
  /** A small text; "" for what is not there, too large or no file. */
  text(path: string): Promise<string>;
  /** The names in a folder; none where it can't be read. */
  names(folder: string): Promise<readonly string[]>;
  /** The path of a name that a manifest writes relative to a folder, with `/`. */
  resolve(folder: string, name: string): string;
  folderOf(path: string): string;
}

/** A package as its manifests tell it. */
export interface ToldPackage {
  readonly path: string;
  /** The files that are heard, in their order. */
  readonly parts: readonly string[];
  /** The files that are shown, of the best picture; empty where those that are heard have it. */
  readonly shown: readonly string[];
  /** Every file that belongs to it, other manifests and renditions too. */
  readonly members: ReadonlySet<string>;
  /** Why it can't be read. */
  readonly problem: string | undefined;
}

/** A day in segments of a second, and some. */
const MAX_PARTS = 100_000;
export const MAX_MANIFESTS = 100;

export const MANIFEST = /\.(?:m3u8|mpd)$/i;

const isWeb = (name: NamePattern): boolean =>
  typeof name === "string" && /^[a-z][a-z0-9+.-]+:\/\//i.test(name);

const parse = (path: string, text: string): PackageParts | undefined => {
  if (/\.mpd$/i.test(path)) return /<MPD[\s>]/.test(text) ? readDash(text) : undefined;
  return isHls(text) ? readHls(text) : undefined;
};

/** A rendition: names, and the folder that they are relative to. */
interface Rendition {
  readonly base: string;
  readonly names: readonly NamePattern[];
}

/**
 * Reads a manifest and those that it names.
 * @returns undefined for what is no manifest, or one of files of the web.
 */
export async function readPackage(
  folder: string,
  path: string,
  files: PackageFiles,
): Promise<ToldPackage | undefined> {
  const said = parse(path, await files.text(path));
  if (!said) return undefined;
  const told = { path, parts: [], shown: [], members: new Set([path]) };
  // Before anything is made of each.
  if (said.all.length > MAX_PARTS) return { ...told, problem: "is too large for a manifest" };
  const own = files.folderOf(path);
  const inner = await readInner(folder, own, said, files);
  if (!inner) return undefined;
  const heard = inner.heard ?? { base: own, names: said.heard };
  const shown = inner.shown ?? { base: own, names: said.shown ?? [] };
  if ([...said.all, ...heard.names].some(isWeb)) return undefined;
  const [parts, pictures] = [await find(heard, files), await find(shown, files)];
  const members = new Set([path, ...inner.manifests]);
  for (const rendition of [{ base: own, names: said.all }, ...inner.all])
    for (const file of await find(rendition, files)) members.add(file);
  const isWithin = [...parts, ...pictures, ...members].every((file) => isBeneath(file, folder));
  return {
    path,
    parts,
    shown: pictures,
    members: new Set([...members].filter((file) => isBeneath(file, folder))),
    problem:
      isWithin && !inner.isElsewhere
        ? (inner.problem ?? said.problem ?? tooMany(parts, pictures))
        : ELSEWHERE,
  };
}

export const ELSEWHERE = "leads out of its folder, and is not followed";

const tooMany = (...lists: readonly (readonly string[])[]): string | undefined =>
  lists.some(({ length }) => length > MAX_PARTS) ? "it names too many parts" : undefined;

export const isBeneath = (path: string, folder: string): boolean =>
  path.startsWith(
    /[/\\]$/.test(folder) ? folder : `${folder}${folder.includes("\\") ? "\\" : "/"}`,
  );

interface InnerManifests {
  readonly manifests: readonly string[];
  readonly all: readonly Rendition[];
  readonly heard: Rendition | undefined;
  readonly shown: Rendition | undefined;
  readonly problem: string | undefined;
  readonly isElsewhere: boolean;
}

/** The manifests of renditions, the heard one first; undefined where one is of the web. */
async function readInner(
  folder: string,
  base: string,
  said: PackageParts,
  files: PackageFiles,
): Promise<InnerManifests | undefined> {
  const manifests: string[] = [];
  const all: Rendition[] = [];
  let [heard, shown]: (Rendition | undefined)[] = [];
  let problem: string | undefined;
  let isElsewhere = false;
  for (const [i, name] of said.manifests.slice(0, MAX_MANIFESTS).entries()) {
    if (isWeb(name)) return undefined;
    const path = files.resolve(base, unescaped(name));
    if (!isBeneath(path, folder)) {
      isElsewhere = true;
      continue;
    }
    manifests.push(path);
    const rendition = parse(path, await files.text(path));
    if (!rendition) continue;
    const [own, names] = [files.folderOf(path), rendition.heard];
    all.push({ base: own, names: rendition.all });
    if (i === 0) [heard, problem] = [{ base: own, names }, rendition.problem];
    else if (name === said.pictures) shown = { base: own, names };
  }
  return { manifests, all, heard, shown, problem, isElsewhere };
}

/** Manifests write names as addresses: without a query, with `%20`. */
function unescaped(name: string): string {
  const bare = name.replace(/[?#].*$/s, "");
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

const find = async ({ base, names }: Rendition, files: PackageFiles): Promise<readonly string[]> =>
  (await Promise.all(names.map((name) => matching(base, name, files)))).flat();

/** The files that a name or pattern means, in the order of the numbers in them. */
async function matching(
  base: string,
  pattern: NamePattern,
  files: PackageFiles,
): Promise<readonly string[]> {
  if (typeof pattern === "string") return [files.resolve(base, unescaped(pattern))];
  // Templates vary the name, seldom the folder: that part of the pattern has no number in it.
  const [, folder = ""] = /^\^((?:[^(]*\/)?)/.exec(pattern.source) ?? [];
  const prefix = folder.replaceAll("\\", "");
  const below = files.resolve(base, prefix);
  return (await files.names(below))
    .flatMap((name) => {
      const numbers = pattern.exec(prefix + name);
      return numbers ? [{ name, number: Number(numbers[1]) }] : [];
    })
    .toSorted((a, b) => a.number - b.number)
    .map(({ name }) => files.resolve(below, name));
}
