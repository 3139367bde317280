import type { Location } from "../location.ts";
import { type Json, journalId, type Records } from "./records.ts";

const KIND = "hint";

/**
 * Somebody said that something happened to an object. It is kept until somebody has looked at the
 * object; what is there then counts, not what was said.
 */
export interface Hint {
  readonly id: string;
  /** Where the object may be: one object, several ways to read its key. */
  readonly places: readonly Location[];
  /** Unix milliseconds. */
  readonly atMs: number;
  /** Who keeps it in mind; null: whoever indexes next. */
  readonly keeper: string | null;
}

/** Adds hints in one step. @returns them with their ids */
export async function addHints(
  records: Pick<Records, "addAll">,
  placesOfHints: readonly (readonly Location[])[],
  keeper: string | null,
  atMs: number,
): Promise<readonly Hint[]> {
  const salt = Math.random().toString(36).slice(2, 10).padEnd(8, "0");
  const hints = placesOfHints.map((places): Hint => ({
    id: journalId(atMs, salt),
    places,
    atMs,
    keeper,
  }));
  await records.addAll(
    KIND,
    hints.map(({ id, places, keeper }) => ({ id, value: { places: [...places], atMs, keeper } })),
  );
  return hints;
}

export const dropHints = (
  records: Pick<Records, "removeAll">,
  ids: readonly string[],
): Promise<void> => records.removeAll(KIND, ids);

export const countHints = async (records: Pick<Records, "listIds">): Promise<number> =>
  (await records.listIds(KIND)).length;

/** The hints that are there, oldest first. */
export const listHints = async (records: Pick<Records, "list">): Promise<readonly Hint[]> =>
  (await records.list(KIND)).map(({ id, value }) => toHint(id, value));

/** Somebody else may have made the library: what is no hint names no place. */
function toHint(id: string, value: Json): Hint {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const { places, atMs, keeper } = fields;
  return {
    id,
    places: Array.isArray(places) ? places.filter((one) => typeof one === "string") : [],
    atMs: typeof atMs === "number" ? atMs : 0,
    keeper: typeof keeper === "string" ? keeper : null,
  };
}

const LOOK_KIND = "event-look";

/** When all below a root was last listed by a run that follows events; null when it never was. */
export async function lastLookMs(
  records: Pick<Records, "get">,
  root: Location,
): Promise<number | null> {
  const value = await records.get(LOOK_KIND, root);
  return typeof value === "number" ? value : null;
}

export const noteLook = (
  records: Pick<Records, "put">,
  root: Location,
  atMs: number,
): Promise<void> => records.put(LOOK_KIND, root, atMs);

/** From now on all below the root must be listed before events are enough again. */
export const forgetLook = (records: Pick<Records, "remove">, root: Location): Promise<void> =>
  records.remove(LOOK_KIND, root);
