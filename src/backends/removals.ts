import { isBelow, type Location } from "../location.ts";
import type { Records } from "./records.ts";

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

/** The removal that takes this file out; undefined where none does. */
export const removalOf = (file: Location, removals: readonly Location[]): Location | undefined =>
  removals.find((removed) => removed === file || isBelow(file, removed));
