import type { Location } from "../location.ts";
import type { Json, Records } from "./records.ts";

/** A place that was indexed, and how. */
export interface Folder {
  readonly location: Location;
  /** Globs, relative to the folder, of its last run. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Whether its last run was to follow what changes. */
  readonly watched: boolean;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  /** When all of it had been looked at; null while a run is at it, and after one that was cut. */
  readonly endedAtMs: number | null;
}

const KIND = "folder";

export const listFolders = async (records: Pick<Records, "list">): Promise<readonly Folder[]> =>
  (await records.list(KIND)).map(({ id, value }) => toFolder(id, value));

export const putFolder = (
  records: Pick<Records, "put">,
  { location, include, exclude, watched, startedAtMs, endedAtMs }: Folder,
): Promise<void> =>
  records.put(KIND, location, {
    include: [...include],
    exclude: [...exclude],
    watched,
    startedAtMs,
    endedAtMs,
  });

export const dropFolder = (records: Pick<Records, "remove">, location: Location): Promise<void> =>
  records.remove(KIND, location);

/** Somebody else may have made the library: what is no value is none. */
function toFolder(location: Location, value: Json): Folder {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const texts = (name: string): string[] => {
    const list = fields[name];
    return Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];
  };
  const { startedAtMs, endedAtMs } = fields;
  return {
    location,
    include: texts("include"),
    exclude: texts("exclude"),
    watched: fields["watched"] === true,
    startedAtMs: typeof startedAtMs === "number" ? startedAtMs : 0,
    endedAtMs: typeof endedAtMs === "number" ? endedAtMs : null,
  };
}
