import { MediasearchError, toMediasearchError } from "../../../errors.ts";
import { captionName, possibleCaptionName } from "../../../media/captions/names.ts";
import { isCaptionFolder } from "../../../media/captions/pairing.ts";
import { looksLikeCaptions } from "../../../media/captions/sniff.ts";
import { factsNames } from "../../../media/facts-files.ts";
import { candidateByName, HEAD_BYTES, looksLikeMedia } from "../../../media/sniff.ts";
import { isTelephoneName, looksLikeTelephone } from "../../../media/telephone.ts";
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

interface OpenFolder {
  readonly folder: Location;
  readonly objects: ObjectStat[];
}

/**
 * A folder is classified when the listing has left it, since captions may stand before or after
 * their media. Memory: the folders above the current key. @returns whether there was any object.
 */
async function* scanBelow(
  root: Location,
  store: ObjectStore,
  filters: ScanFilters,
): AsyncGenerator<ScanItem, boolean> {
  const open: OpenFolder[] = [];
  let hasObjects = false;
  for await (const object of store.list(bucketAndKey(root).key, filters.signal)) {
    hasObjects = true;
    const location = objectLocation(store.bucket, object.key);
    const folder = pairingFolder(location, root);
    while (open.length > 0 && !folder.startsWith(open.at(-1)?.folder ?? ""))
      yield* classifyFolder(open.pop() as OpenFolder, root, store, filters);
    if (open.at(-1)?.folder !== folder) open.push({ folder, objects: [] });
    open.at(-1)?.objects.push(object);
  }
  while (open.length > 0) yield* classifyFolder(open.pop() as OpenFolder, root, store, filters);
  return hasObjects;
}

/**
 * The folder whose media an object may belong to: that of `Subs/talk.srt` is the one above, as long
 * as it lies below the root.
 */
function pairingFolder(location: Location, root: Location): Location {
  let folder = folderOf(location);
  if (!captionName(nameOf(location))) return folder;
  for (let depth = 0; depth < 2; depth++) {
    const above = folderOf(folder.slice(0, -1));
    const isBelow = [folder, above].some((one) => isCaptionFolder(nameOf(one.slice(0, -1))));
    if (!isBelow || folder === root || !above.startsWith(root)) break;
    folder = above;
  }
  return folder;
}

/**
 * The objects of one folder and of folders for captions below it, and which captions belong to
 * which media.
 */
interface Folder {
  readonly byName: ReadonlyMap<string, ObjectStat>;
  readonly beside: FolderSidecars;
}

/** @param folder the key that all names begin below. */
function folderOfObjects(
  objects: readonly ObjectStat[],
  folder: string,
  store: ObjectStore,
  filters: ScanFilters,
): Folder {
  const byName = new Map(objects.map((object) => [object.key.slice(folder.length), object]));
  const isCaptions = async (name: string): Promise<boolean> => {
    const object = byName.get(name);
    if (!object) return false;
    const { key, etag } = object;
    const { signal } = filters;
    return looksLikeCaptions(
      await readAll(store.get(key, { end: HEAD_BYTES, etag, signal })),
      nameOf(`/${key}`),
    );
  };
  const isMediaNamed = async (name: string): Promise<boolean> => {
    const object = byName.get(name);
    return object !== undefined && isMedia(name, object, store, filters);
  };
  return {
    byName,
    beside: pairNames(
      [...byName.keys()].filter((name) => name !== "" && !name.startsWith(".")),
      filters.language,
      { isMedia: isMediaNamed, isCaptions },
    ),
  };
}

async function* classifyFolder(
  { folder: location, objects }: OpenFolder,
  root: Location,
  store: ObjectStore,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  const folder = folderOfObjects(objects, bucketAndKey(location).key, store, filters);
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
  if (
    hasHiddenPart(nameBelow(location, root) ?? name) ||
    !filters.accepts(root, location) ||
    filters.leavesOut(root, location)
  )
    return;
  if (captionName(nameOf(location))) {
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
  if ((name.includes(".") && !isTelephoneName(name)) || sizeBytes === 0) return false;
  const head = await readAll(store.get(key, { end: HEAD_BYTES, etag, signal: filters.signal }));
  return looksLikeMedia(head) || looksLikeTelephone(name, head);
}

/**
 * An object that the user named is never passed over for its name. @returns whether there is one.
 */
async function* scanNamedObject(
  location: Location,
  store: ObjectStore,
  filters: ScanFilters,
): AsyncGenerator<ScanItem, boolean> {
  const { folder, name } = await siblings(location, store, filters);
  const object = folder.byName.get(name);
  if (!object) return false;
  if (!captionName(nameOf(location))) yield* objectItem(location, "media", object, folder, filters);
  else {
    const owner = await ownerOf(name, folder);
    if (owner === undefined) yield* objectItem(location, "captions", object, null, filters);
    else yield* scanNamedObject(objectOf(location, name, owner), store, filters);
  }
  return true;
}

/** The media that uses these captions, else one that they belong to. */
async function ownerOf(name: string, folder: Folder): Promise<string | undefined> {
  const media = await folder.beside.mediaOf(name);
  for (const one of media) if ((await folder.beside.sidecarOf(one)) === name) return one;
  return media[0];
}

/** Another object of the folder that `name` is the name of `location` in. */
const objectOf = (location: Location, name: string, other: string): Location =>
  location.slice(0, location.length - name.length) + other;

/** A key that changed: itself, or the media that its captions belong to, by the rules of a walk. */
async function* scanChanged(
  location: Location,
  root: Location,
  store: ObjectStore,
  filters: ScanFilters,
): AsyncIterable<ScanItem> {
  const { folder, name } = await siblings(location, store, filters);
  const owners = possibleCaptionName(nameOf(location)) ? await folder.beside.mediaOf(name) : [];
  for (const one of owners.length > 0 ? owners : [name])
    yield* classifyObject(one, folder, root, store, filters);
}

/** Under which names folders of captions are looked for beside a single object. */
const CAPTION_FOLDERS = ["Subs/", "subs/", "Subtitles/", "subtitles/"];

/**
 * The objects of the folder whose names begin as this one does: itself, and what belongs to it.
 * @returns with its name among them.
 */
async function siblings(
  location: Location,
  store: ObjectStore,
  filters: ScanFilters,
): Promise<{ readonly folder: Folder; readonly name: string }> {
  const home = pairingFolder(location, objectLocation(store.bucket, ""));
  const name = location.slice(home.length);
  const folder = bucketAndKey(home).key;
  // Captions go on after the name of their media, and media after that of Zoom's captions.
  const beginning = /^[\p{L}\p{N}]*/u.exec(name)?.[0] ?? "";
  const isOther = name.includes("/");
  const objects = new Map<string, ObjectStat>();
  const prefixes = isOther ? [""] : [beginning === "" ? name.slice(0, 1) : beginning];
  const listings = [...prefixes, ...(isOther ? [] : CAPTION_FOLDERS)].map(async (prefix) => {
    for await (const object of store.list(folder + prefix, filters.signal))
      if (isNear(object.key.slice(folder.length))) objects.set(object.key, object);
  });
  await Promise.all(listings);
  return { folder: folderOfObjects([...objects.values()], folder, store, filters), name };
}

/** Whether a name is of the folder itself, or of captions in a folder for them. */
function isNear(name: string): boolean {
  const [first = "", ...below] = name.split("/");
  return below.length === 0 || (below.length <= 2 && isCaptionFolder(first));
}

/** Who has more has some in many languages, and the first few of them decide. */
const MAX_SIDECARS = 5;

async function objectSidecars(
  location: Location,
  name: string,
  { byName, beside: pairs }: Folder,
): Promise<readonly Sidecar[]> {
  return (await pairs.sidecarsOf(name)).slice(0, MAX_SIDECARS).flatMap((one) => {
    const object = byName.get(one);
    if (!object) return [];
    const path = objectOf(location, name, one);
    const { sizeBytes, mtimeMs, etag } = object;
    return [{ path, sizeBytes, etag, stat: `${etag}:${sizeBytes}:${mtimeMs}:${path}` }];
  });
}

async function* objectItem(
  path: Location,
  kind: FileCandidate["kind"],
  { sizeBytes, mtimeMs, etag }: ObjectStat,
  folder: Folder | null,
  { seenFiles }: ScanFilters,
): AsyncIterable<ScanItem> {
  if (seenFiles.has(path)) return;
  seenFiles.add(path);
  const name = nameOf(path);
  const captionsBeside = ((await folder?.beside.captionsOf(name)) ?? []).map((one) =>
    beside(path, one),
  );
  const [sidecar = null, ...otherSidecars] = folder ? await objectSidecars(path, name, folder) : [];
  yield {
    type: "file",
    file: {
      path,
      kind,
      sizeBytes,
      mtimeMs,
      permissions: "",
      etag,
      sidecar,
      otherSidecars,
      captionsBeside,
      factsBeside: folder ? objectFacts(path, name, folder) : [],
    },
  };
}

/** What other programs wrote of a recording, beside it. */
const objectFacts = (location: Location, name: string, { byName }: Folder): readonly Sidecar[] =>
  factsNames(name).flatMap((one) => {
    const object = byName.get(one);
    if (!object) return [];
    const { sizeBytes, mtimeMs, etag } = object;
    const path = objectOf(location, name, one);
    return [{ path, sizeBytes, etag, stat: `${etag}:${sizeBytes}:${mtimeMs}:${path}` }];
  });
