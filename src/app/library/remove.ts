import type { AssetId, AssetStatus } from "../../backends/catalog.ts";
import type { Backend } from "../../backends/backend.ts";
import { contentOf, dropEdits } from "../../backends/edits.ts";
import { dropMediaFacts } from "../../backends/media-facts.ts";
import { dropHeardVoices } from "../../backends/voices.ts";
import { dropWordTimes } from "../../backends/word-times.ts";
import {
  addPurge,
  addRemoval,
  dropPurge,
  dropRemoval,
  listPurges,
  listRemovals,
  removalOf,
} from "../../backends/removals.ts";
import { MediasearchError } from "../../errors.ts";
import { isBelow, type Location } from "../../location.ts";
import { fileMatcher } from "../../text/file-filter.ts";
import type { Context } from "../context.ts";
import { withBackend } from "./with-backend.ts";

export interface RemoveRequest {
  /** Paths of files and folders, names or globs. */
  readonly patterns: readonly string[];
  readonly dryRun?: boolean;
  /** Wipes words and vectors, also those of the archive; there is no way back. */
  readonly purge?: boolean;
}

export interface Removed {
  readonly files: readonly AssetId[];
  /** Copies of the library that this program made and that still hold what was wiped. */
  readonly copies: readonly string[];
}

/**
 * Takes files out of the library. They answer no search any more, and no run takes them in again
 * unless it names them. Until their retention ends `undoRemoval` brings them back.
 * @throws NOT_FOUND for a pattern that means nothing.
 */
export const removeFiles = (
  context: Context,
  { patterns, dryRun = false, purge = false }: RemoveRequest,
): Promise<Removed> =>
  withBackend(context, async (backend) => {
    const { library, records, jobs } = backend;
    const { files, stopped } = await filesMeant(context, backend, patterns, purge);
    const ids = [...files.map(({ id }) => id), ...stopped];
    if (dryRun) return { files: ids, copies: [] };
    for (const place of await placesMeant(context, patterns, ids))
      await addRemoval(records, place, Date.now());
    await library.catalog.markDeleted(ids);
    for (const id of ids) await jobs.remove(id);
    if (!purge) return { files: ids, copies: [] };
    return { files: ids, copies: await wipe(backend, files) };
  });

interface Meant {
  readonly files: readonly AssetStatus[];
  /** What an earlier purge had taken out before it was stopped, and had not wiped yet. */
  readonly stopped: readonly AssetId[];
}

/** What the patterns mean. A purge means what was deleted before too. */
async function filesMeant(
  { cwd }: Context,
  { library, records }: Backend,
  patterns: readonly string[],
  isPurge: boolean,
): Promise<Meant> {
  const matchers = await Promise.all(patterns.map((pattern) => fileMatcher(pattern, cwd)));
  const isUsed = patterns.map(() => false);
  const isMeant = (id: AssetId): boolean => {
    const matching = matchers.map((matches) => matches(id));
    matching.forEach((matches, i) => {
      if (matches) isUsed[i] = true;
    });
    return matching.includes(true);
  };
  const files: AssetStatus[] = [];
  for await (const asset of library.catalog.list())
    if ((asset.state !== "deleted" || isPurge) && isMeant(asset.id)) files.push(asset);
  const known = new Set(files.map(({ id }) => id));
  const stopped = isPurge
    ? (await listPurges(records)).map(({ id }) => id).filter((id) => !known.has(id) && isMeant(id))
    : [];
  const unused = patterns.find((_, i) => !isUsed[i]);
  if (unused !== undefined)
    throw new MediasearchError("NOT_FOUND", `${unused}: not in the library`, {
      subject: unused,
      hint: "mediasearch list",
    });
  return { files, stopped };
}

/**
 * A folder that is meant by its path stands for itself, so that what comes into it later stays out
 * too.
 */
async function placesMeant(
  context: Context,
  patterns: readonly string[],
  ids: readonly AssetId[],
): Promise<readonly Location[]> {
  const folders: Location[] = [];
  for (const pattern of patterns) {
    const place = context.toLocation(pattern);
    const isFolder = !ids.includes(place) && ids.some((id) => isBelow(id, place));
    if (isFolder) folders.push(place);
  }
  return [...folders, ...ids.filter((id) => !folders.some((folder) => isBelow(id, folder)))];
}

async function wipe(backend: Backend, files: readonly AssetStatus[]): Promise<readonly string[]> {
  const { library, records, checkpoints, medium } = backend;
  const wiped = await contentsOf(library, files);
  for (const { id } of files) await addPurge(records, { id, contents: [...wiped] });
  // Also what purges before this one had begun, and were stopped.
  const purges = await listPurges(records);
  for (const { contents } of purges) for (const content of contents) wiped.add(content);
  for (const { id } of files) {
    await checkpoints.clear(id);
    await library.archive.remove(id);
    await library.catalog.remove(id);
  }
  // What other files of the library have too stays theirs.
  for await (const { fingerprint } of library.catalog.list()) wiped.delete(contentOf(fingerprint));
  for (const content of wiped) await dropEdits(records, content);
  if (wiped.size > 0) await dropHeardVoices(records, (content) => wiped.has(content));
  if (wiped.size > 0) await dropWordTimes(records, (content) => wiped.has(content));
  if (wiped.size > 0) await dropMediaFacts(records, (content) => wiped.has(content));
  const copies = medium.kind === "file" ? await medium.wipe() : [];
  for (const { id } of purges) await dropPurge(records, id);
  return copies;
}

/** What the files have and had: their contents, and those of which the archive has transcripts. */
async function contentsOf(
  { archive }: Backend["library"],
  files: readonly AssetStatus[],
): Promise<Set<string>> {
  const ids = new Set(files.map(({ id }) => id));
  const archived = (await archive.list()).filter(({ id }) => ids.has(id));
  const contents = new Set(
    [...files, ...archived].map(({ fingerprint }) => contentOf(fingerprint)),
  );
  contents.delete("");
  return contents;
}

/**
 * Brings files back that were taken out, and lets runs take them in again.
 * @throws NOT_FOUND where nothing that is meant was taken out.
 */
export const undoRemoval = (
  context: Context,
  patterns: readonly string[],
): Promise<readonly AssetId[]> =>
  withBackend(context, async ({ library, records }) => {
    const matchers = await Promise.all(
      patterns.map((pattern) => fileMatcher(pattern, context.cwd)),
    );
    const isMeant = (place: Location): boolean => matchers.some((matches) => matches(place));
    const removals = await listRemovals(records);
    const back: AssetId[] = [];
    for await (const asset of library.catalog.list()) {
      const removal = asset.state === "deleted" ? removalOf(asset.id, removals) : undefined;
      if (removal === undefined || !(isMeant(asset.id) || isMeant(removal))) continue;
      await library.catalog.restore(asset);
      back.push(asset.id);
    }
    const dropped = removals.filter((place) => isMeant(place) || back.includes(place));
    for (const place of dropped) await dropRemoval(records, place);
    if (back.length + dropped.length === 0)
      throw new MediasearchError("NOT_FOUND", `${patterns.join(" ")}: was not taken out`, {
        subject: patterns[0],
        hint: "mediasearch list --state deleted",
      });
    return back;
  });
