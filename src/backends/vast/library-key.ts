import { createHash } from "node:crypto";
import { join } from "node:path";
import type { LibraryPlace, VastSettings } from "./settings.ts";

/**
 * Names the library on this machine: the same for the same cluster, bucket and schema. It stands
 * apart from the settings, because every command loads these, and loading node:crypto takes several
 * milliseconds.
 */
export const libraryKey = ({
  vastEndpoint,
  databaseBucket,
  databaseSchema,
}: LibraryPlace): string =>
  createHash("sha256")
    .update([vastEndpoint, databaseBucket, databaseSchema].join("\n"))
    .digest("hex")
    .slice(0, 16);

/** Gives the folder of this machine's copy of the library. */
export const replicaFolderOf = (settings: VastSettings): string =>
  join(settings.replicaFolder, libraryKey(settings));
