import type { Location } from "../../location.ts";
import { realLocation } from "../same-file.ts";
import type { MediaSources } from "../sources/media-source.ts";
import type { ScanItem, ScanOptions } from "./candidate.ts";
import { createScanFilters } from "./scan-filters.ts";

/**
 * Yields what every source lists at or below the roots, root by root, each file once. What can't be
 * read is an item of its own, never an exception.
 */
export async function* scan(
  roots: readonly Location[],
  sources: MediaSources,
  options: ScanOptions,
): AsyncIterable<ScanItem> {
  const real = await Promise.all(roots.map(realLocation));
  const filters = createScanFilters(
    options,
    roots.map((path, i) => ({ path, real: real[i] ?? path })),
  );
  for (const root of roots) yield* sources.of(root).list(root, filters);
  const linked = filters.linked ?? [];
  filters.linked = undefined;
  for (const list of linked) yield* list();
}
