import type { AssetId, ReadableCatalog } from "../../backends/catalog.ts";
import { readMediaFacts } from "../../backends/media-facts.ts";
import type { Records } from "../../backends/records.ts";
import { toMediasearchError } from "../../errors.ts";
import type { SearchResult } from "../../results/search-result.ts";
import type { RecordingPart } from "../../types.ts";
import { mayBePart, partOf } from "../recording-parts.ts";

/** Adds to hits where their files are in recordings of several files. */
export async function addParts(
  results: readonly SearchResult[],
  catalog: Pick<ReadableCatalog, "get">,
  records: Pick<Records, "get">,
): Promise<readonly SearchResult[]> {
  const parts = new Map<AssetId, RecordingPart | undefined>();
  for (const path of new Set(results.map((result) => result.path).filter(mayBePart)))
    parts.set(path, await partAt(path, catalog, records));
  return results.map((result) => {
    const part = parts.get(result.path);
    return part ? { ...result, part } : result;
  });
}

/** Nothing while the cluster that knows the files is away. */
async function partAt(
  path: AssetId,
  catalog: Pick<ReadableCatalog, "get">,
  records: Pick<Records, "get">,
): Promise<RecordingPart | undefined> {
  try {
    const asset = await catalog.get(path);
    const factsOf = ({ fingerprint }: { readonly fingerprint: string | null }) =>
      readMediaFacts(records, fingerprint);
    return (asset && (await partOf(asset, { catalog, factsOf }))) ?? undefined;
  } catch (error) {
    if (toMediasearchError(error).code !== "UNREACHABLE") throw error;
    return undefined;
  }
}
