import type { AssetId } from "../../backends/catalog.ts";
import { isBelow, type Location } from "../../location.ts";
import type { FileServices } from "../file-outcome.ts";
import type { ScanOptions } from "../scan/candidate.ts";
import { createScanFilters } from "../scan/scan-filters.ts";

/**
 * Finds files of the library below the roots that the walk leaves out now, by a glob or an ignore
 * file.
 */
export async function findExcluded(
  roots: readonly Location[],
  { library }: Pick<FileServices, "library">,
  options: ScanOptions,
): Promise<readonly AssetId[]> {
  const filters = createScanFilters(options);
  const excluded: AssetId[] = [];
  for await (const { id, state } of library.catalog.list()) {
    options.signal.throwIfAborted();
    // A file that is named is never left out.
    if (state === "deleted" || roots.includes(id)) continue;
    const root = roots.find((one) => isBelow(id, one));
    if (root !== undefined && filters.leavesOut(root, id)) excluded.push(id);
  }
  return excluded;
}
