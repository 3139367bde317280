import type { ReadableCatalog } from "../../backends/catalog.ts";
import { readMediaFacts } from "../../backends/media-facts.ts";
import type { Records } from "../../backends/records.ts";
import { toMediasearchError } from "../../errors.ts";
import type { SearchResult } from "../../results/search-result.ts";
import { sourceTimecode } from "../../results/timecode.ts";
import type { MediaFacts } from "../../types.ts";

/** Adds the time codes of the sources to hits in files that note one. */
export async function addTimecodes(
  results: readonly SearchResult[],
  catalog: Pick<ReadableCatalog, "get">,
  records: Pick<Records, "get">,
): Promise<readonly SearchResult[]> {
  const paths = [...new Set(results.map(({ path }) => path))];
  const facts = new Map(
    await Promise.all(
      paths.map(async (path) => [path, await factsOf(path, catalog, records)] as const),
    ),
  );
  return results.map((result) => {
    const { tags, frameRate } = facts.get(result.path) ?? {};
    const first = tags?.["timecode"];
    const start = first && sourceTimecode(first, frameRate, result.startMs);
    const end = first && sourceTimecode(first, frameRate, result.endMs);
    return start && end ? { ...result, timecodes: { start, end } } : result;
  });
}

/** Without time codes while the cluster that knows them is away. */
async function factsOf(
  path: string,
  catalog: Pick<ReadableCatalog, "get">,
  records: Pick<Records, "get">,
): Promise<MediaFacts> {
  try {
    const asset = await catalog.get(path);
    return await readMediaFacts(records, asset?.fingerprint ?? null);
  } catch (error) {
    if (toMediasearchError(error).code !== "UNREACHABLE") throw error;
    return {};
  }
}
