import { MediasearchError, toMediasearchError } from "../../../errors.ts";
import { captionName } from "../../../media/captions/names.ts";
import { candidateByName, HEAD_BYTES, looksLikeMedia } from "../../../media/sniff.ts";
import { type ObjectStat, type ObjectStore, readAll } from "../../../objects/object-store.ts";
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
import type { Candidate, ScanItem, Sidecar } from "../../scan/candidate.ts";
import type { ScanFilters } from "../../scan/scan-filters.ts";

/**
 * What is at or below an `s3://` place, as `scan` has it for folders: an object of that very key, else everything below it.
 * Names beginning with a dot are passed over, below the root; unknown names without an ending are looked into.
 */
export async function* scanBucket(root: Location, walker: ScanFilters): AsyncIterable<ScanItem> {
  const { bucket, key } = bucketAndKey(root);
  // Settings that do not open the store are nobody's file's fault.
  const store = (await walker.objects()).bucket(bucket);
  try {
    const home = walker.within?.find((folder) => nameBelow(root, folder) !== undefined);
    if (home !== undefined) return yield* scanChanged(root, home, store, walker);
    if (key !== "" && !key.endsWith("/") && (yield* scanNamedObject(root, store, walker))) return;
    const isFolder = key === "" || key.endsWith("/");
    // Without the slash it may be a mistyped name; a folder that is empty just now is none.
    const found = yield* scanBelow(isFolder ? root : `${root}/`, store, walker);
    if (!found && !isFolder)
      yield {
        type: "unreadable",
        path: root,
        error: new MediasearchError("NOT_FOUND", `${root}: does not exist`, { subject: root }),
      };
  } catch (error) {
    walker.signal.throwIfAborted();
    const mine = toMediasearchError(error, root);
    // Not this root's failure alone: the others would fail in the same way.
    if (mine.code === "CREDENTIALS" || mine.code === "UNREACHABLE") throw mine;
    yield { type: "unreadable", path: root, error: mine };
  }
}

/** Every folder is judged when the listing has left it, since captions may stand before or after their media. Memory: the folders above the current key. @returns whether there was any object. */
async function* scanBelow(
  root: Location,
  store: ObjectStore,
  walker: ScanFilters,
): AsyncGenerator<ScanItem, boolean> {
  const open: { readonly folder: Location; readonly objects: ObjectStat[] }[] = [];
  let found = false;
  for await (const object of store.list(bucketAndKey(root).key, walker.signal)) {
    found = true;
    const place = objectLocation(store.bucket, object.key);
    const folder = folderOf(place);
    while (open.length > 0 && !folder.startsWith(open.at(-1)?.folder ?? ""))
      yield* judge(open.pop()?.objects ?? [], root, store, walker);
    if (open.at(-1)?.folder !== folder) open.push({ folder, objects: [] });
    open.at(-1)?.objects.push(object);
  }
  while (open.length > 0) yield* judge(open.pop()?.objects ?? [], root, store, walker);
  return found;
}

/** The objects of one folder, and which captions belong to which media. */
interface Folder {
  readonly byName: ReadonlyMap<string, ObjectStat>;
  readonly beside: FolderSidecars;
}

function folderOfObjects(
  objects: readonly ObjectStat[],
  store: ObjectStore,
  walker: ScanFilters,
): Folder {
  const byName = new Map(objects.map((object) => [nameOf(`/${object.key}`), object]));
  const isMediaNamed = async (name: string): Promise<boolean> => {
    const object = byName.get(name);
    return object !== undefined && isMedia(name, object, store, walker);
  };
  return {
    byName,
    beside: pairNames(
      [...byName.keys()].filter((name) => name !== "" && !name.startsWith(".")),
      walker.language,
      isMediaNamed,
    ),
  };
}

async function* judge(
  objects: readonly ObjectStat[],
  root: Location,
  store: ObjectStore,
  walker: ScanFilters,
): AsyncIterable<ScanItem> {
  const folder = folderOfObjects(objects, store, walker);
  for (const name of folder.byName.keys()) yield* judgeOne(name, folder, root, store, walker);
}

async function* judgeOne(
  name: string,
  folder: Folder,
  root: Location,
  store: ObjectStore,
  walker: ScanFilters,
): AsyncIterable<ScanItem> {
  const object = folder.byName.get(name);
  if (!object || name === "") return;
  const place = objectLocation(store.bucket, object.key);
  if (isHidden(nameBelow(place, root) ?? name) || !walker.accepts(root, place)) return;
  if (captionName(name)) {
    if ((await folder.beside.mediaOf(name)).length === 0)
      yield* emit(place, "captions", object, null, walker);
  } else if (await isMedia(name, object, store, walker))
    yield* emit(place, "media", object, folder, walker);
}

const isHidden = (way: string): boolean => way.split("/").some((part) => part.startsWith("."));

async function isMedia(
  name: string,
  { key, sizeBytes, etag }: ObjectStat,
  store: ObjectStore,
  walker: ScanFilters,
): Promise<boolean> {
  const kind = candidateByName(name);
  if (kind !== "sniff") return kind === "media";
  // A request for each: only for what can't be told otherwise.
  if (name.includes(".") || sizeBytes === 0) return false;
  return looksLikeMedia(
    await readAll(store.get(key, { end: HEAD_BYTES, etag, signal: walker.signal })),
  );
}

/** An object that the user named is never passed over for its name. @returns whether there is one. */
async function* scanNamedObject(
  place: Location,
  store: ObjectStore,
  walker: ScanFilters,
): AsyncGenerator<ScanItem, boolean> {
  const folder = await siblings(place, store, walker);
  const name = nameOf(place);
  const object = folder.byName.get(name);
  if (!object) return false;
  if (!captionName(name)) yield* emit(place, "media", object, folder, walker);
  else {
    const media = await folder.beside.mediaOf(name);
    const owner = media.find((one) => folder.beside.sidecarOf(one) === name) ?? media[0];
    if (owner === undefined) yield* emit(place, "captions", object, null, walker);
    else yield* scanNamedObject(beside(place, owner), store, walker);
  }
  return true;
}

/** A key that changed: itself, or the media that its captions belong to, by the rules of a walk. */
async function* scanChanged(
  place: Location,
  root: Location,
  store: ObjectStore,
  walker: ScanFilters,
): AsyncIterable<ScanItem> {
  const folder = await siblings(place, store, walker);
  const name = nameOf(place);
  const owners = captionName(name) ? await folder.beside.mediaOf(name) : [];
  for (const one of owners.length > 0 ? owners : [name])
    yield* judgeOne(one, folder, root, store, walker);
}

/** The objects of the folder whose names begin as this one does without its endings: itself, and what belongs to it. */
async function siblings(place: Location, store: ObjectStore, walker: ScanFilters): Promise<Folder> {
  const name = nameOf(place);
  const stem = captionName(name)?.stem ?? name.replace(/\.[^.]*$/, "");
  const folder = bucketAndKey(folderOf(place)).key;
  const objects: ObjectStat[] = [];
  for await (const object of store.list(folder + stem, walker.signal))
    if (!object.key.slice(folder.length).includes("/")) objects.push(object);
  return folderOfObjects(objects, store, walker);
}

function sidecarOf(place: Location, { byName, beside: pairs }: Folder): Sidecar | null {
  const name = pairs.sidecarOf(nameOf(place));
  const object = name === null ? undefined : byName.get(name);
  if (name === null || !object) return null;
  const path = beside(place, name);
  const { sizeBytes, mtimeMs, etag } = object;
  return { path, sizeBytes, etag, stat: `${etag}:${sizeBytes}:${mtimeMs}:${path}` };
}

function* emit(
  path: Location,
  kind: Candidate["kind"],
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
      sidecar: folder && sidecarOf(path, folder),
      captionsBeside,
    },
  };
}
