import { type Folder, listFolders, putFolder } from "../../backends/folders.ts";
import type { ReadableCatalog } from "../../backends/catalog.ts";
import type { Records } from "../../backends/records.ts";
import { MediasearchError } from "../../errors.ts";
import { isBelow, type Location } from "../../location.ts";
import type { MediaSources } from "../../pipeline/sources/media-source.ts";
import type { IndexPathsRequest } from "./index-request.ts";

/** Places that are looked through with the same globs. */
export interface RootGroup {
  readonly roots: readonly Location[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/**
 * What a run goes over: the places that it names; without any, the folders that were indexed before
 * and what is registered elsewhere.
 * @throws USAGE where there is nothing of all this.
 */
export async function rootGroups(
  { locations, include = [], exclude = [] }: IndexPathsRequest,
  catalog: ReadableCatalog,
  records: Pick<Records, "list">,
): Promise<readonly RootGroup[]> {
  if (locations.length > 0) return [{ roots: locations, include, exclude }];
  const folders = await listFolders(records);
  const groups = new Map<string, RootGroup>();
  for (const folder of folders) {
    const globs = {
      include: [...folder.include, ...include],
      exclude: [...folder.exclude, ...exclude],
    };
    const key = JSON.stringify(globs);
    const roots = groups.get(key)?.roots ?? [];
    groups.set(key, { ...globs, roots: [...roots, folder.location] });
  }
  const elsewhere = await registeredElsewhere(catalog, folders);
  if (elsewhere.length > 0) groups.set("elsewhere", { roots: elsewhere, include, exclude });
  if (groups.size > 0) return [...groups.values()];
  const { assets } = await catalog.counts();
  if (assets.indexed > 0) return [];
  throw nothingToIndex();
}

export const nothingToIndex = (): MediasearchError =>
  new MediasearchError("USAGE", "nothing to index: no paths given and nothing registered", {
    hint: "mediasearch index FOLDER",
  });

/**
 * What was registered and is not done yet, apart from what lies in a folder that is looked through.
 */
async function registeredElsewhere(
  catalog: ReadableCatalog,
  folders: readonly Folder[],
): Promise<Location[]> {
  const roots: Location[] = [];
  for await (const { id, state } of catalog.list())
    if (
      state !== "indexed" &&
      state !== "deleted" &&
      !folders.some(({ location }) => isBelow(id, location))
    )
      roots.push(id);
  return roots;
}

interface RememberServices {
  readonly records: Pick<Records, "list" | "put">;
  readonly sources: MediaSources;
  readonly signal: AbortSignal;
}

/**
 * Remembers the folders and feeds among the roots. One that lies in a folder that is remembered
 * with the same globs is part of it.
 * @returns notes that all of them have been looked at.
 */
export async function rememberFolders(
  groups: readonly RootGroup[],
  watched: boolean,
  { records, sources, signal }: RememberServices,
): Promise<() => Promise<void>> {
  const folders = await listFolders(records);
  const begun: Folder[] = [];
  for (const { roots, include, exclude } of groups)
    for (const location of roots)
      if (
        (await sources.of(location).isCollection(location, signal)) &&
        !isPartOf(location, include, exclude, folders)
      )
        begun.push({
          location,
          include,
          exclude,
          watched,
          startedAtMs: Date.now(),
          endedAtMs: null,
        });
  for (const folder of begun) await putFolder(records, folder);
  return async () => {
    for (const folder of begun) await putFolder(records, { ...folder, endedAtMs: Date.now() });
  };
}

const isPartOf = (
  location: Location,
  include: readonly string[],
  exclude: readonly string[],
  folders: readonly Folder[],
): boolean =>
  folders.some(
    (folder) =>
      isBelow(location, folder.location) &&
      JSON.stringify([folder.include, folder.exclude]) === JSON.stringify([include, exclude]),
  );
