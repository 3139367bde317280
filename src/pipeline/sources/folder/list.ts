import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { MediasearchError, toMediasearchError } from "../../../errors.ts";
import { captionName, possibleCaptionName } from "../../../media/captions/names.ts";
import { isCaptionFolder } from "../../../media/captions/pairing.ts";
import { looksLikeCaptions } from "../../../media/captions/sniff.ts";
import {
  mayBelongToPackage,
  type MediaPackage,
  packagesIn,
} from "../../../media/packages/folder-package.ts";
import { candidateByName, HEAD_BYTES, readHead, sniffFile } from "../../../media/sniff.ts";
import { captionsOf, factsBeside, permissionsOf, workOf } from "./beside.ts";
import { type FolderSidecars, pairNames } from "../../scan/sidecars.ts";
import { isSmallCopy } from "../../scan/numbered-work.ts";
import { realLocation } from "../../same-file.ts";
import type { FileCandidate, ScanItem } from "../../scan/candidate.ts";
import type { ScanFilters } from "../../scan/scan-filters.ts";

import { isLinked } from "./linked.ts";
import { type FollowedEntries, followedEntries, whyNotFollowed } from "./foreign-links.ts";

/**
 * Lists a folder, or a single file, folder by folder in name order. Links are followed; circles and
 * repeats only once.
 */
export async function* listFolder(root: string, filters: ScanFilters): AsyncIterable<ScanItem> {
  const path = resolve(root);
  try {
    const stats = await stat(path);
    const home = filters.within?.find(
      (folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep),
    );
    const isBelowHome = home !== undefined && home !== path;
    if (isBelowHome && (filters.leavesOut(home, path) || filters.excludesFolder(home, path)))
      return;
    if (stats.isDirectory()) yield* scanFolder(home ?? path, path, filters);
    else if (isBelowHome) yield* scanFound(home, path, filters);
    else yield* scanNamed(path, filters);
  } catch (error) {
    yield unreadableItem(path, error);
  }
}

async function* scanFolder(
  root: string,
  folder: string,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  filters.signal.throwIfAborted();
  let entries: readonly Dirent[];
  let refused: FollowedEntries["refused"];
  try {
    const real = await realpath(folder);
    if (filters.seenFolders.has(real)) return;
    if (filters.linked && isLinked(folder, real, filters)) {
      filters.linked.push(() => scanFolder(root, folder, filters));
      return;
    }
    filters.seenFolders.add(real);
    const all = await readdir(folder, { withFileTypes: true });
    ({ entries, refused } = await followedEntries(
      root,
      folder,
      all.filter((entry) => !entry.name.startsWith(".")),
    ));
  } catch (error) {
    yield unreadableItem(folder, error);
    return;
  }
  yield* refusedItems(root, refused, filters);
  entries = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  const below = await namesInCaptionFolders(folder, entries);
  const beside = pairsOf(folder, [...names, ...below], filters);
  // They belong to media here, and are not assets of their own when the walk comes to them.
  for (const name of below)
    if ((await beside.mediaOf(name)).length > 0) filters.seenFiles.add(join(folder, name));
  yield* packageItems(root, await packagesIn(folder, names), beside, filters);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!filters.excludesFolder(root, path)) yield* scanFolder(root, path, filters);
    } else if (entry.isFile() || entry.isSymbolicLink())
      yield* scanEntry(root, path, beside, filters);
  }
}

/** Packages, each as one recording; their files are not listed by themselves any more. */
async function* packageItems(
  root: string,
  packages: readonly MediaPackage[],
  beside: FolderSidecars,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  for (const { path, members, parts, error, ...about } of packages) {
    const isKnown = filters.seenFiles.has(path);
    for (const member of members) filters.seenFiles.add(member);
    if (isKnown || !filters.accepts(root, path)) continue;
    if (error) yield unreadableItem(path, error);
    else {
      const captions = await captionsOf(path, beside);
      const { sizeBytes, mtimeMs } = about;
      const stat = { sizeBytes, mtimeMs: Math.floor(mtimeMs), permissions: "" };
      yield { type: "file", file: { path, kind: "media", parts, ...stat, ...captions } };
    }
  }
}

/** How far above a changed file its package may begin: renditions have folders of their own. */
const MAX_FOLDERS_UP = 2;

/**
 * The package that a file belongs to, whose manifest lies in its folder or above it; the outermost
 * one, since renditions have manifests too.
 */
async function packageOf(root: string, path: string): Promise<MediaPackage | undefined> {
  let folder = dirname(path);
  let outermost: MediaPackage | undefined;
  for (let up = 0; up <= MAX_FOLDERS_UP && mayBelongToPackage(path); up++) {
    const names = await readdir(folder).catch(() => []);
    outermost =
      (await packagesIn(folder, names)).find(({ members }) => members.has(path)) ?? outermost;
    if (folder === root || dirname(folder) === folder) break;
    folder = dirname(folder);
  }
  return outermost;
}

function* refusedItems(
  root: string,
  refused: FollowedEntries["refused"],
  filters: ScanFilters,
): Iterable<ScanItem> {
  for (const { path, error } of refused)
    if (filters.accepts(root, path) && isOurs(path)) yield unreadableItem(path, error);
}

/**
 * Whether a link that is not followed is worth a word: to what could be media, captions or a
 * folder.
 */
const isOurs = (path: string): boolean =>
  captionName(basename(path)) !== null || candidateByName(basename(path)) !== "skip";

const pairsOf = (
  folder: string,
  names: readonly string[],
  { language }: ScanFilters,
): FolderSidecars =>
  pairNames(names, language, {
    isMedia: async (name) =>
      (await sniffFile(join(folder, name)).catch(() => "not-media")) === "media",
    isCaptions: async (name) =>
      readHead(join(folder, name), HEAD_BYTES).then(
        (head) => looksLikeCaptions(head, name),
        () => false,
      ),
  });

/** Folders of captions hold a few files for each film; more than this is something else. */
const MAX_NAMES_BELOW = 20_000;

/** The captions in `Subs/` and in `Subs/NAME/`, as names below the folder. */
async function namesInCaptionFolders(
  folder: string,
  entries: readonly { readonly name: string; readonly isDirectory: () => boolean }[],
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name } of entries.filter((one) => one.isDirectory() && isCaptionFolder(one.name)))
    for (const below of await followedIn(folder, join(folder, name))) {
      const path = `${name}/${below.name}`;
      if (!below.isDirectory()) names.push(path);
      else
        for (const inner of await followedIn(folder, join(folder, path)))
          names.push(`${path}/${inner.name}`);
      if (names.length > MAX_NAMES_BELOW) return [];
    }
  return names.filter((name) => captionName(basename(name)));
}

/** What a folder holds, without links that are not followed; nothing where it can't be read. */
async function followedIn(root: string, folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return (await followedEntries(root, folder, entries)).entries;
}

/**
 * The folder whose media a file may belong to, and its name in there: captions may lie in `Subs/`.
 */
function homeOf(path: string): { readonly folder: string; readonly name: string } {
  let folder = dirname(path);
  let name = basename(path);
  for (let depth = 0; depth < 2; depth++) {
    const isBelow = isCaptionFolder(basename(folder)) || isCaptionFolder(basename(dirname(folder)));
    if (!isBelow || dirname(folder) === folder || !captionName(basename(path))) break;
    name = `${basename(folder)}/${name}`;
    folder = dirname(folder);
  }
  return { folder, name };
}

/** The pairs around one file. */
async function pairsAround(
  folder: string,
  filters: ScanFilters,
  fallback: readonly string[] = [],
): Promise<FolderSidecars> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (fallback.length === 0) throw error;
    return null;
  });
  if (entries === null) return pairsOf(folder, fallback, filters);
  const followed = (await followedEntries(folder, folder, entries)).entries;
  const names = followed.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  return pairsOf(folder, [...names, ...(await namesInCaptionFolders(folder, entries))], filters);
}

async function* scanEntry(
  root: string,
  path: string,
  beside: FolderSidecars,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  const name = basename(path);
  const kind = captionName(name) ? "captions" : candidateByName(name);
  if (kind === "skip" || !filters.accepts(root, path)) return;
  if (isSmallCopy(name, beside.mediaNames)) return;
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) yield* scanFolder(root, path, filters);
    if (!stats.isFile()) return;
    if (kind === "captions") {
      if ((await beside.mediaOf(name)).length === 0)
        yield* folderItem(path, "captions", stats, null, filters);
    } else if (kind === "media" || (stats.size > 0 && (await sniffFile(path)) === "media"))
      yield* folderItem(path, "media", stats, beside, filters);
  } catch (error) {
    // An unknown file that can't be opened is none of our business; one with a media name is.
    if (kind !== "sniff") yield unreadableItem(path, error);
  }
}

/** As in a walk; captions stand for the media that they belong to. */
async function* scanFound(
  root: string,
  path: string,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  const error = await whyNotFollowed(root, path);
  if (error) return yield unreadableItem(path, error);
  const { folder, name } = homeOf(path);
  const beside = await pairsAround(folder, filters);
  const whole = await packageOf(root, path);
  if (whole) return yield* packageItems(root, [whole], beside, filters);
  if (!possibleCaptionName(basename(path))) return yield* scanEntry(root, path, beside, filters);
  const media = await beside.mediaOf(name);
  for (const one of media.length > 0 ? media : [name])
    yield* scanEntry(root, join(folder, one), beside, filters);
}

/**
 * A file that the user named is never passed over for its name: what it is shows when it is read.
 */
async function* scanNamed(path: string, filters: ScanFilters): AsyncIterable<ScanItem> {
  const { folder, name } = homeOf(path);
  const beside = await pairsAround(folder, filters, [name]);
  const whole = await packageOf(folder, path);
  if (whole?.path === path)
    return yield* packageItems(folder, [whole], beside, { ...filters, accepts: () => true });
  if (captionName(basename(path)) || (await isCaptionsFile(path))) {
    const owner = await ownerOf(name, beside);
    if (owner !== undefined) yield* scanNamed(join(folder, owner), filters);
    else yield* folderItem(path, "captions", await stat(path), null, filters);
    return;
  }
  yield* folderItem(path, "media", await stat(path), beside, filters);
}

/** Whether a file that only may be captions by its name is. */
const isCaptionsFile = async (path: string): Promise<boolean> =>
  possibleCaptionName(basename(path)) !== null &&
  readHead(path, HEAD_BYTES).then(
    (head) => looksLikeCaptions(head, basename(path)),
    () => false,
  );

/** The media that uses these captions, else one that they belong to. */
async function ownerOf(name: string, beside: FolderSidecars): Promise<string | undefined> {
  const media = await beside.mediaOf(name);
  for (const one of media) if ((await beside.sidecarOf(one)) === name) return one;
  return media[0];
}

async function* folderItem(
  path: string,
  kind: FileCandidate["kind"],
  stats: Stats,
  beside: FolderSidecars | null,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  if (filters.seenFiles.has(path)) return;
  const real = await realLocation(path);
  if (filters.linked && isLinked(path, real, filters)) {
    filters.linked.push(() => orUnreadable(path, folderItem(path, kind, stats, beside, filters)));
    return;
  }
  filters.seenFiles.add(path);
  // Reading one would wait for somebody to write.
  if (!stats.isFile())
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      `${path}: a pipe, socket or device, not a file`,
      { subject: path },
    );
  const first = filters.firstNames.get(real);
  if (first !== undefined) return yield { type: "alias", path, of: first };
  filters.firstNames.set(real, path);
  yield {
    type: "file",
    file: {
      path,
      kind,
      sizeBytes: stats.size,
      mtimeMs: Math.floor(stats.mtimeMs),
      permissions: permissionsOf(stats),
      ...(await captionsOf(path, beside)),
      factsBeside: beside ? await factsBeside(path) : [],
      work: beside && kind === "media" ? workOf(dirname(path), beside) : undefined,
    },
  };
}

async function* orUnreadable(
  path: string,
  items: AsyncIterable<ScanItem>,
): AsyncIterable<ScanItem> {
  try {
    yield* items;
  } catch (error) {
    yield unreadableItem(path, error);
  }
}

function unreadableItem(path: string, error: unknown): ScanItem {
  const mapped = toMediasearchError(error, path);
  // Bytes that are no UTF-8 come out of readdir as U+FFFD, under which no file is found.
  const isUnnamed = path.includes("\ufffd") && mapped.code === "NOT_FOUND";
  return {
    type: "unreadable",
    path,
    error: isUnnamed
      ? new MediasearchError("UNREADABLE_MEDIA", `${path}: its name is not valid UTF-8`, {
          subject: path,
          hint: "rename it",
          cause: error,
        })
      : mapped,
  };
}
