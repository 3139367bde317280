import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MediasearchError } from "../../errors.ts";
import {
  ELSEWHERE,
  isBeneath,
  MANIFEST,
  MAX_MANIFESTS,
  type PackageFiles,
  readPackage,
  type ToldPackage,
} from "./read-package.ts";

/** A recording that is a manifest and many files: HLS or DASH. */
export interface MediaPackage {
  /** Its manifest, under whose name it is known. */
  readonly path: string;
  /** The files that are heard, in their order. */
  readonly parts: readonly string[];
  /** The files that are shown, of the best picture; empty where those that are heard have it. */
  readonly shown: readonly string[];
  /** Every file that belongs to it, other manifests and renditions too. */
  readonly members: ReadonlySet<string>;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Why it can't be read. */
  readonly error?: MediasearchError;
}

/** A day in segments of two seconds is two thirds; in memory it takes forty times as much. */
export const MAX_MANIFEST_BYTES = 5_000_000;

/** Endings that files of packages have: no others are looked up when they change. */
const PART = /\.(?:m3u8|mpd|ts|m2ts|aac|mp4|m4s|m4a|m4v|mp3|ac3|ec3|cmf[avt]|vtt|webm|init)$/i;
export const mayBelongToPackage = (name: string): boolean => PART.test(name);

export const isManifest = (name: string): boolean => MANIFEST.test(name);

const FILES: PackageFiles = {
  /** Only of files: to read a pipe would wait for whoever writes to it. */
  async text(path) {
    const about = await stat(path).catch(() => undefined);
    const isSmall = about?.isFile() === true && about.size <= MAX_MANIFEST_BYTES;
    return isSmall ? readFile(path, "utf8").catch(() => "") : "";
  },
  names: (folder) => readdir(folder).catch(() => []),
  resolve: (folder, name) => resolve(folder, name),
  folderOf: dirname,
};

/**
 * The package of which this is the manifest; undefined for any other file.
 * @throws UNREADABLE_MEDIA for a package that can't be read.
 */
export async function packageAt(path: string): Promise<MediaPackage | undefined> {
  if (!isManifest(path)) return undefined;
  const found = await packageOf(dirname(path), path).catch(() => undefined);
  if (found?.error) throw found.error;
  return found;
}

/**
 * The packages whose manifests lie in a folder. Only files of this folder and below it belong to
 * one: a manifest that leads elsewhere is told, and one of the web is none.
 */
export async function packagesIn(
  folder: string,
  names: readonly string[],
): Promise<readonly MediaPackage[]> {
  const manifests = names.filter(isManifest).slice(0, MAX_MANIFESTS);
  const found: MediaPackage[] = [];
  for (const name of manifests) {
    const made = await packageOf(folder, join(folder, name)).catch(() => undefined);
    if (made) found.push(made);
  }
  return outermost(found);
}

/** The playlists of renditions are packages by themselves only where no other names them. */
export const outermost = <T extends Pick<ToldPackage, "path" | "members">>(
  found: readonly T[],
): readonly T[] =>
  found.filter(({ path }) => !found.some((one) => one.path !== path && one.members.has(path)));

async function packageOf(folder: string, path: string): Promise<MediaPackage | undefined> {
  const about = await stat(path);
  const { size, mtimeMs } = about;
  const isTooLarge = about.isFile() && size > MAX_MANIFEST_BYTES;
  const told = isTooLarge ? undefined : await readPackage(folder, path, FILES);
  if (!isTooLarge && !told) return undefined;
  const members = told?.members ?? new Set([path]);
  if (!told || told.problem !== undefined)
    return {
      path,
      parts: [],
      shown: [],
      members,
      sizeBytes: size,
      mtimeMs,
      error: packageError(path, told?.problem ?? "is too large for a manifest"),
    };
  return present(folder, told, mtimeMs);
}

export const packageError = (path: string, problem: string): MediasearchError =>
  new MediasearchError("UNREADABLE_MEDIA", `${path}: ${problem}`, { subject: path });

async function present(
  folder: string,
  { path, members, ...told }: ToldPackage,
  mtimeMs: number,
): Promise<MediaPackage> {
  const real = await realpath(folder);
  const [heard, shown] = [await filesOf(told.parts, real), await filesOf(told.shown, real)];
  const missing = heard.files.length === 0 ? "its parts are not there" : undefined;
  const problem = heard.isLinked || shown.isLinked ? ELSEWHERE : missing;
  return {
    path,
    members,
    parts: heard.files,
    shown: shown.files,
    sizeBytes: heard.sizeBytes,
    mtimeMs: Math.max(mtimeMs, heard.mtimeMs),
    ...(problem === undefined ? {} : { error: packageError(path, problem) }),
  };
}

interface PresentFiles {
  readonly files: readonly string[];
  readonly sizeBytes: number;
  /** Of the last that changed; Unix milliseconds. */
  readonly mtimeMs: number;
  /** Whether one is a link to what lies elsewhere. */
  readonly isLinked: boolean;
}

/** Those of the files that are there. @param real the folder that links may lead to. */
async function filesOf(parts: readonly string[], real: string): Promise<PresentFiles> {
  const files: string[] = [];
  let [sizeBytes, mtimeMs, isLinked] = [0, 0, false];
  for (const part of parts) {
    const about = await stat(part).catch(() => undefined);
    if (!about?.isFile()) continue;
    isLinked ||= !isBeneath(await realpath(part), real);
    files.push(part);
    sizeBytes += about.size;
    mtimeMs = Math.max(mtimeMs, about.mtimeMs);
  }
  return { files, sizeBytes, mtimeMs, isLinked };
}
