import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { MediasearchError, toMediasearchError } from "../../../errors.ts";
import { captionName } from "../../../media/captions/names.ts";
import { candidateByName, sniffFile } from "../../../media/sniff.ts";
import { type FolderSidecars, pairNames } from "../../scan/sidecars.ts";
import type { FileCandidate, ScanItem, Sidecar } from "../../scan/candidate.ts";
import type { ScanFilters } from "../../scan/scan-filters.ts";

const permissionsOf = ({ mode, uid, gid }: Stats): string =>
  `${(mode & 0o777).toString(8)}:${uid}:${gid}`;

/** What tells whether a captions file changed or can be read now, without reading it. */
const statKey = (path: string, stats: Stats): string =>
  `${stats.size}:${Math.floor(stats.mtimeMs)}:${permissionsOf(stats)}:${path}`;

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
    if (stats.isDirectory()) yield* scanFolder(home ?? path, path, filters);
    else if (home !== undefined && home !== path) yield* scanFound(home, path, filters);
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
  let entries: Dirent[];
  try {
    const real = await realpath(folder);
    if (filters.seenFolders.has(real)) return;
    filters.seenFolders.add(real);
    entries = (await readdir(folder, { withFileTypes: true })).filter(
      (entry) => !entry.name.startsWith("."),
    );
  } catch (error) {
    yield unreadableItem(folder, error);
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const beside = pairsOf(
    folder,
    entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name),
    filters,
  );
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!filters.excludesFolder(root, path)) yield* scanFolder(root, path, filters);
    } else if (entry.isFile() || entry.isSymbolicLink())
      yield* scanEntry(root, path, beside, filters);
  }
}

const pairsOf = (
  folder: string,
  names: readonly string[],
  { language }: ScanFilters,
): FolderSidecars =>
  pairNames(
    names,
    language,
    async (name) => (await sniffFile(join(folder, name)).catch(() => "not-media")) === "media",
  );

async function* scanEntry(
  root: string,
  path: string,
  beside: FolderSidecars,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  const name = basename(path);
  const kind = captionName(name) ? "captions" : candidateByName(name);
  if (kind === "skip" || !filters.accepts(root, path)) return;
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
  const beside = pairsOf(dirname(path), await readdir(dirname(path)), filters);
  if (!captionName(basename(path))) return yield* scanEntry(root, path, beside, filters);
  const media = await beside.mediaOf(basename(path));
  for (const name of media.length > 0 ? media : [basename(path)])
    yield* scanEntry(root, join(dirname(path), name), beside, filters);
}

/**
 * A file that the user named is never passed over for its name: what it is shows when it is read.
 */
async function* scanNamed(path: string, filters: ScanFilters): AsyncIterable<ScanItem> {
  const beside = pairsOf(
    dirname(path),
    await readdir(dirname(path)).catch(() => [basename(path)]),
    filters,
  );
  if (captionName(basename(path))) {
    const media = await beside.mediaOf(basename(path));
    const owner = media.find((name) => beside.sidecarOf(name) === basename(path)) ?? media[0];
    if (owner !== undefined) yield* scanNamed(join(dirname(path), owner), filters);
    else yield* folderItem(path, "captions", await stat(path), null, filters);
    return;
  }
  yield* folderItem(path, "media", await stat(path), beside, filters);
}

async function* folderItem(
  path: string,
  kind: FileCandidate["kind"],
  stats: Stats,
  beside: FolderSidecars | null,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  if (filters.seenFiles.has(path)) return;
  filters.seenFiles.add(path);
  // Reading one would wait for somebody to write.
  if (!stats.isFile())
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      `${path}: a pipe, socket or device, not a file`,
      { subject: path },
    );
  const captionsBeside =
    beside?.captionsOf(basename(path)).map((name) => join(dirname(path), name)) ?? [];
  const sidecar = beside ? await fileSidecar(path, beside) : null;
  yield {
    type: "file",
    file: {
      path,
      kind,
      sizeBytes: stats.size,
      mtimeMs: Math.floor(stats.mtimeMs),
      permissions: permissionsOf(stats),
      sidecar,
      captionsBeside,
    },
  };
}

async function fileSidecar(path: string, beside: FolderSidecars): Promise<Sidecar | null> {
  const name = beside.sidecarOf(basename(path));
  if (name === null) return null;
  const sidecar = join(dirname(path), name);
  const stats = await stat(sidecar).catch(() => undefined);
  return stats?.isFile()
    ? { path: sidecar, sizeBytes: stats.size, stat: statKey(sidecar, stats) }
    : null;
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
