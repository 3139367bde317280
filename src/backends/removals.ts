import { type Location, isWithin } from "../location.ts";
import type { Json, Records } from "./records.ts";

const KIND = "removal";

/**
 * Places that a person took out of the library: files, and folders with all that comes into them.
 */
export const listRemovals = async (records: Pick<Records, "list">): Promise<readonly Location[]> =>
  (await records.list(KIND)).map(({ id }) => id);

export const addRemoval = (
  records: Pick<Records, "put">,
  place: Location,
  atMs: number,
): Promise<void> => records.put(KIND, place, { atMs });

export const dropRemoval = (records: Pick<Records, "remove">, place: Location): Promise<void> =>
  records.remove(KIND, place);

const PURGE_KIND = "purge";

/**
 * A file whose words are still to be wiped from the disk. It stands here from before the first of
 * its rows goes until the disk has nothing of them, so that a purge that was stopped can go on,
 * though the library knows the file no more.
 */
export interface Purge {
  readonly id: Location;
  /** Digests of what the file holds and held, whose edits and word times go too. */
  readonly contents: readonly string[];
}

export const listPurges = async (records: Pick<Records, "list">): Promise<readonly Purge[]> =>
  (await records.list(PURGE_KIND)).map(({ id, value }) => ({ id, contents: contentsIn(value) }));

function contentsIn(value: Json): readonly string[] {
  const { contents } = (value ?? {}) as { readonly contents?: unknown };
  return Array.isArray(contents) ? contents.filter((one) => typeof one === "string") : [];
}

export const addPurge = (records: Pick<Records, "put">, { id, contents }: Purge): Promise<void> =>
  records.put(PURGE_KIND, id, { contents });

export const dropPurge = (records: Pick<Records, "remove">, file: Location): Promise<void> =>
  records.remove(PURGE_KIND, file);

/** The removal that takes this file out; undefined where none does. */
export const removalOf = (file: Location, removals: readonly Location[]): Location | undefined =>
  removals.find((removed) => isWithin(file, removed));
