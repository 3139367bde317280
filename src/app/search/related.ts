import type { ReadableLibrary } from "../../backends/library.ts";
import { type RelatedMoment, type SearchResult, toLine } from "../../results/search-result.ts";
import { foldMoments } from "../../search/moments.ts";
import { displayPath } from "../display-path.ts";
import { hitsNear, segmentAt } from "./like.ts";

/**
 * Adds to each hit the moments that are nearest to it in meaning, in all files, best first. It
 * compares the library's own vectors, so that no model is loaded. A hit without a vector has none.
 */
export async function addRelated(
  library: ReadableLibrary,
  results: readonly SearchResult[],
  { most, cwd }: { readonly most: number; readonly cwd: string },
): Promise<readonly SearchResult[]> {
  const related: SearchResult[] = [];
  for (const result of results)
    related.push({ ...result, related: await relatedTo(library, result, most, cwd) });
  return related;
}

async function relatedTo(
  library: ReadableLibrary,
  { path, startMs, endMs }: SearchResult,
  most: number,
  cwd: string,
): Promise<readonly RelatedMoment[]> {
  const said = await segmentAt(library, path, { startMs, endMs });
  if (!said?.vector) return [];
  const near = await hitsNear(library, path, { ...said, vector: said.vector }, {});
  return foldMoments(near)
    .slice(0, most)
    .map(({ asset, segment, score }) => ({
      path: asset,
      file: displayPath(asset, cwd),
      ...toLine(segment),
      score,
    }));
}
