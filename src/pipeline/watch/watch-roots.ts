import type { Location } from "../../location.ts";
import { mergeSources } from "../channel.ts";
import {
  bySource,
  type LocationBatch,
  type MediaSources,
  type WatchOptions,
} from "../sources/media-source.ts";

/** Watches all roots, each by its own source, until the signal aborts. */
export async function watchRoots(
  roots: readonly Location[],
  sources: MediaSources,
  options: WatchOptions,
): Promise<AsyncIterable<LocationBatch>> {
  const watched = await Promise.all(
    [...bySource(roots, sources)].map(([source, own]) => source.watch(own, options)),
  );
  return watched.length === 1 && watched[0] ? watched[0] : mergeSources(watched);
}
