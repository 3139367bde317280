import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { MediasearchError, toMediasearchError } from "../../../errors.ts";
import { captionName } from "../../../media/captions/names.ts";
import { candidateByName, sniffFile } from "../../../media/sniff.ts";
import { isObject } from "../../../location.ts";
import { type FolderSidecars, pairNames } from "../../scan/sidecars.ts";
import type { Candidate, ScanItem, ScanOptions, Sidecar } from "../../scan/candidate.ts";
import { scanBucket } from "../bucket/scan.ts";
import { createScanFilters, type ScanFilters } from "../../scan/scan-filters.ts";

const rightsOf = ({ mode, uid, gid }: Stats): string =>
  `${(mode & 0o777).toString(8)}:${uid}:${gid}`;

/** What tells whether a captions file changed or can be read now, without reading it. */
const statKey = (path: string, at: Stats): string =>
  `${at.size}:${Math.floor(at.mtimeMs)}:${rightsOf(at)}:${path}`;

/**
 * Every media file below the roots, and every captions file that has no media beside it, each once, folder by folder in
 * name order. Names beginning with a dot are passed over; links are followed, circles and repeats only once.
 * What can't be read is an item of its own, never an exception.
 */
export async function* scan(
  roots: readonly string[],
  options: ScanOptions,
): AsyncIterable<ScanItem> {
  const walker = createScanFilters(options);
  for (const root of roots) {
    if (isObject(root)) {
      yield* scanBucket(root, walker);
      continue;
    }
    const path = resolve(root);
    try {
      const at = await stat(path);
      const home = options.within?.find(
        (folder) =>
          path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep),
      );
      if (at.isDirectory()) yield* scanFolder(home ?? path, path, walker);
      else if (home !== undefined && home !== path) yield* scanFound(home, path, walker);
      else yield* scanNamed(path, walker);
    } catch (error) {
      yield unreadable(path, error);
    }
  }
}

async function* scanFolder(
  root: string,
  folder: string,
  walker: ScanFilters,
): AsyncIterable<ScanItem> {
  walker.signal.throwIfAborted();
  let entries: Dirent[];
  try {
    const real = await realpath(folder);
    if (walker.seenFolders.has(real)) return;
    walker.seenFolders.add(real);
    entries = (await readdir(folder, { withFileTypes: true })).filter(
      (entry) => !entry.name.startsWith("."),
    );
  } catch (error) {
    yield unreadable(folder, error);
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const beside = pairsOf(
    folder,
    entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name),
    walker,
  );
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!walker.excludesFolder(root, path)) yield* scanFolder(root, path, walker);
    } else if (entry.isFile() || entry.isSymbolicLink())
      yield* scanEntry(root, path, beside, walker);
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
  walker: ScanFilters,
): AsyncIterable<ScanItem> {
  const name = basename(path);
  const kind = captionName(name) ? "captions" : candidateByName(name);
  if (kind === "skip" || !walker.accepts(root, path)) return;
  try {
    const at = await stat(path);
    if (at.isDirectory()) yield* scanFolder(root, path, walker);
    if (!at.isFile()) return;
    if (kind === "captions") {
      if ((await beside.mediaOf(name)).length === 0)
        yield* emit(path, "captions", at, null, walker);
    } else if (kind === "media" || (at.size > 0 && (await sniffFile(path)) === "media"))
      yield* emit(path, "media", at, beside, walker);
  } catch (error) {
    // An unknown file that can't be opened is none of our business; one with a media name is.
    if (kind !== "sniff") yield unreadable(path, error);
  }
}

/** As in a walk; captions stand for the media that they belong to. */
async function* scanFound(
  root: string,
  path: string,
  walker: ScanFilters,
): AsyncIterable<ScanItem> {
  const beside = pairsOf(dirname(path), await readdir(dirname(path)), walker);
  if (!captionName(basename(path))) return yield* scanEntry(root, path, beside, walker);
  const media = await beside.mediaOf(basename(path));
  for (const name of media.length > 0 ? media : [basename(path)])
    yield* scanEntry(root, join(dirname(path), name), beside, walker);
}

/** A file that the user named is never passed over for its name: what it is shows when it is read. */
async function* scanNamed(path: string, walker: ScanFilters): AsyncIterable<ScanItem> {
  const beside = pairsOf(
    dirname(path),
    await readdir(dirname(path)).catch(() => [basename(path)]),
    walker,
  );
  if (captionName(basename(path))) {
    const media = await beside.mediaOf(basename(path));
    const owner = media.find((name) => beside.sidecarOf(name) === basename(path)) ?? media[0];
    if (owner !== undefined) yield* scanNamed(join(dirname(path), owner), walker);
    else yield* emit(path, "captions", await stat(path), null, walker);
    return;
  }
  yield* emit(path, "media", await stat(path), beside, walker);
}

async function* emit(
  path: string,
  kind: Candidate["kind"],
  at: Stats,
  beside: FolderSidecars | null,
  walker: ScanFilters,
): AsyncIterable<ScanItem> {
  if (walker.seenFiles.has(path)) return;
  walker.seenFiles.add(path);
  // Reading one would wait for somebody to write.
  if (!at.isFile())
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      `${path}: a pipe, socket or device, not a file`,
      { subject: path },
    );
  const captionsBeside =
    beside?.captionsOf(basename(path)).map((name) => join(dirname(path), name)) ?? [];
  const sidecar = beside ? await sidecarOf(path, beside) : null;
  yield {
    type: "file",
    file: {
      path,
      kind,
      sizeBytes: at.size,
      mtimeMs: Math.floor(at.mtimeMs),
      permissions: rightsOf(at),
      sidecar,
      captionsBeside,
    },
  };
}

async function sidecarOf(path: string, beside: FolderSidecars): Promise<Sidecar | null> {
  const name = beside.sidecarOf(basename(path));
  if (name === null) return null;
  const sidecar = join(dirname(path), name);
  const at = await stat(sidecar).catch(() => undefined);
  return at?.isFile() ? { path: sidecar, sizeBytes: at.size, stat: statKey(sidecar, at) } : null;
}

function unreadable(path: string, error: unknown): ScanItem {
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
