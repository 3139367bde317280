import type { JobStore } from "../../backends/job-store.ts";
import type { Location } from "../../location.ts";
import {
  bySource,
  type Deletions,
  type KnownFiles,
  type MediaSources,
} from "../sources/media-source.ts";

export interface DeletionServices {
  readonly library: { readonly catalog: KnownFiles["catalog"] };
  readonly jobs: Pick<JobStore, "list">;
  readonly sources: MediaSources;
}

/** Finds files of the library below the roots that are gone from their sources. */
export async function findDeleted(
  { library, jobs, sources }: DeletionServices,
  roots: readonly Location[],
  signal: AbortSignal,
): Promise<Deletions> {
  // What the user skips stays skipped; every other job of a file that is gone is over.
  const pending = (await jobs.list()).filter(({ state }) => state !== "SKIPPED");
  const found: Deletions[] = [];
  for (const [source, own] of bySource(roots, sources))
    found.push(await source.findDeleted(own, { catalog: library.catalog, jobs: pending, signal }));
  return {
    deleted: found.flatMap(({ deleted }) => deleted),
    forgotten: found.flatMap(({ forgotten }) => forgotten),
    offline: new Map(found.flatMap(({ offline }) => [...offline])),
  };
}
