import { MediasearchError, toMediasearchError } from "../../../errors.ts";
import { captionName } from "../../../media/captions/names.ts";
import { candidateByName, HEAD_BYTES, looksLikeMedia } from "../../../media/sniff.ts";
import {
  type Objects,
  type ObjectStat,
  type ObjectStore,
  readAll,
} from "../../../objects/object-store.ts";
import {
  beside,
  bucketAndKey,
  folderOf,
  nameBelow,
  nameOf,
  objectLocation,
  type Location,
} from "../../../location.ts";
import { type FolderSidecars, pairNames } from "../../scan/sidecars.ts";
import type { FileCandidate, ScanItem, Sidecar } from "../../scan/candidate.ts";
import type { ScanFilters } from "../../scan/scan-filters.ts";

/**
 * Lists the object of that very key, else everything below it. Of unknown names only those without
 * an ending are opened.
 */
export async function* listBucket(
  root: Location,
  filters: ScanFilters,
  objects: () => Promise<Objects>,
): AsyncIterable<ScanItem> {
  const { bucket, key } = bucketAndKey(root);
  // Settings that do not open the store are nobody's file's fault.
  const store = (await objects()).bucket(bucket);
  try {
    const home = filters.within?.find((folder) => nameBelow(root, folder) !== undefined);
    if (home !== undefined) return yield* scanChanged(root, home, store, filters);
    if (key !== "" && !key.endsWith("/") && (yield* scanNamedObject(root, store, filters))) return;
    const isFolder = key === "" || key.endsWith("/");
    // Without the slash it may be a mistyped name; a folder that is empty just now is none.
    const hasObjects = yield* scanBelow(isFolder ? root : `${root}/`, store, filters);
    if (!hasObjects && !isFolder)
      yield {
        type: "unreadable",
        path: root,
        error: new MediasearchError("NOT_FOUND", `${root}: does not exist`, { subject: root }),
      };
  } catch (error) {
    filters.signal.throwIfAborted();
    const mine = toMediasearchError(error, root);
    // Not this root's failure alone: the others would fail in the same way.
    if (mine.code === "CREDENTIALS" || mine.code === "UNREACHABLE") throw mine;
    yield { type: "unreadable", path: root, error: mine };
  }
}

/**
 * A folder is classified when the listing has left it, since captions may stand before or after
 * their media. Memory: the folders above the current key.
 * @returns whether there was any object.
 */
async function* scanBelow(
  root: Location,
  store: ObjectStore,
  filters: ScanFilters,
): AsyncGenerator<ScanItem, boolean> {
  const open: { readonly folder: Location; readonly objects: ObjectStat[] }[] = [];
  let hasObjects = false;
  for await (const object of store.list(bucketAndKey(root).key, filters.signal)) {
    hasObjects = true;
    const location = objectLocation(store.bucket, object.key);
    const folder = folderOf(location);
    while (open.length > 0 && !folder.startsWith(open.at(-1)?.folder ?? ""))
      yield* classifyFolder(open.pop()?.objects ?? [], root, store, filters);
    if (open.at(-1)?.folder !== folder) open.push({ folder, objects: [] });
    open.at(-1)?.objects.push(object);
  }
  while (open.length > 0) yield* classifyFolder(open.pop()?.objects ?? [], root, store, filters);
  return hasObjects;
}

/** The objects of one folder, and which captions belong to which media. */
interface Folder {
  readonly byName: ReadonlyMap<string, ObjectStat>;
  readonly beside: FolderSidecars;
}

function folderOfObjects(
  objects: readonly ObjectStat[],
  store: ObjectStore,
  filters: ScanFilters,
): Folder {
  const byName = new Map(objects.map((object) => [nameOf(`/${object.key}`), object]));
  const isMediaNamed = async (name: string): Promise<boolean> => {
    const object = byName.get(name);
    return object !== undefined && isMedia(name, object, store, filters);
  };
  return {
    byName,
    beside: pairNames(
      [...byName.keys()].filter((name) => name !== "" && !name.startsWith(".")),
      filters.language,
      isMediaNamed,
    ),
  };
}

async function* classifyFolder(
  objects: readonly ObjectStat[],
  root: Location,
  store: ObjectStore,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  const folder = folderOfObjects(objects, store, filters);
  for (const name of folder.byName.keys())
    yield* classifyObject(name, folder, root, store, filters);
}

async function* classifyObject(
  name: string,
  folder: Folder,
  root: Location,
  store: ObjectStore,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  const object = folder.byName.get(name);
  if (!object || name === "") return;
  const location = objectLocation(store.bucket, object.key);
  if (hasHiddenPart(nameBelow(location, root) ?? name) || !filters.accepts(root, location)) return;
  if (captionName(name)) {
    if ((await folder.beside.mediaOf(name)).length === 0)
      yield* objectItem(location, "captions", object, null, filters);
  } else if (await isMedia(name, object, store, filters))
    yield* objectItem(location, "media", object, folder, filters);
}

const hasHiddenPart = (way: string): boolean => way.split("/").some((part) => part.startsWith("."));

async function isMedia(
  name: string,
  { key, sizeBytes, etag }: ObjectStat,
  store: ObjectStore,
  filters: ScanFilters,
): Promise<boolean> {
  const kind = candidateByName(name);
  if (kind !== "sniff") return kind === "media";
  // A request for each: only for what can't be told otherwise.
  if (name.includes(".") || sizeBytes === 0) return false;
  return looksLikeMedia(
    await readAll(store.get(key, { end: HEAD_BYTES, etag, signal: filters.signal })),
  );
}

/**
 * An object that the user named is never passed over for its name.
 * @returns whether there is one.
 */
async function* scanNamedObject(
  location: Location,
  store: ObjectStore,
  filters: ScanFilters,
): AsyncGenerator<ScanItem, boolean> {
  const folder = await siblings(location, store, filters);
  const name = nameOf(location);
  const object = folder.byName.get(name);
  if (!object) return false;
  if (!captionName(name)) yield* objectItem(location, "media", object, folder, filters);
  else {
    const media = await folder.beside.mediaOf(name);
    const owner = media.find((one) => folder.beside.sidecarOf(one) === name) ?? media[0];
    if (owner === undefined) yield* objectItem(location, "captions", object, null, filters);
    else yield* scanNamedObject(beside(location, owner), store, filters);
  }
  return true;
}

/** A key that changed: itself, or the media that its captions belong to, by the rules of a walk. */
async function* scanChanged(
  location: Location,
  root: Location,
  store: ObjectStore,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  const folder = await siblings(location, store, filters);
  const name = nameOf(location);
  const owners = captionName(name) ? await folder.beside.mediaOf(name) : [];
  for (const one of owners.length > 0 ? owners : [name])
    yield* classifyObject(one, folder, root, store, filters);
}

/**
 * The objects of the folder whose names begin as this one does without its endings: itself, and
 * what belongs to it.
 */
async function siblings(
  location: Location,
  store: ObjectStore,
  filters: ScanFilters,
): Promise<Folder> {
  const name = nameOf(location);
  const stem = captionName(name)?.stem ?? name.replace(/\.[^.]*$/, "");
  const folder = bucketAndKey(folderOf(location)).key;
  const objects: ObjectStat[] = [];
  for await (const object of store.list(folder + stem, filters.signal))
    if (!object.key.slice(folder.length).includes("/")) objects.push(object);
  return folderOfObjects(objects, store, filters);
}

function objectSidecar(location: Location, { byName, beside: pairs }: Folder): Sidecar | null {
  const name = pairs.sidecarOf(nameOf(location));
  const object = name === null ? undefined : byName.get(name);
  if (name === null || !object) return null;
  const path = beside(location, name);
  const { sizeBytes, mtimeMs, etag } = object;
  return { path, sizeBytes, etag, stat: `${etag}:${sizeBytes}:${mtimeMs}:${path}` };
}

function* objectItem(
  path: Location,
  kind: FileCandidate["kind"],
  { sizeBytes, mtimeMs, etag }: ObjectStat,
  folder: Folder | null,
  { seenFiles }: ScanFilters,
): Iterable<ScanItem> {
  if (seenFiles.has(path)) return;
  seenFiles.add(path);
  const captionsBeside =
    folder?.beside.captionsOf(nameOf(path)).map((name) => beside(path, name)) ?? [];
  yield {
    type: "file",
    file: {
      path,
      kind,
      sizeBytes,
      mtimeMs,
      permissions: "",
      etag,
      sidecar: folder && objectSidecar(path, folder),
      captionsBeside,
    },
  };
}
