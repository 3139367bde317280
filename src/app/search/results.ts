import type { ReadableVersions } from "../../backends/versions.ts";
import { type SearchResult, toLine } from "../../results/search-result.ts";
import type { RankedMoment } from "../../search/result.ts";
import { displayPath } from "../display-path.ts";

export interface ResultOptions {
  /** Paths beneath this folder are shown relative to it. */
  readonly cwd: string;
  /** The rank of the first of these hits, from 0. */
  readonly offset: number;
  /** Lines before and after each hit. */
  readonly context: number;
  /** Whether each result says how its score was made. */
  readonly explain: boolean;
}

/** Turns hits into results, with their ranks from 1 and the lines around them. */
export async function toSearchResults(
  versions: Pick<ReadableVersions, "readSegments">,
  hits: readonly RankedMoment[],
  { cwd, offset, context, explain }: ResultOptions,
): Promise<SearchResult[]> {
  const results: SearchResult[] = [];
  for (const [index, hit] of hits.entries()) {
    const { asset, segment, score, origin } = hit;
    const around =
      context > 0
        ? await versions.readSegments(asset, segment.index - context, segment.index + context)
        : [];
    results.push({
      ...toLine(segment),
      number: offset + index + 1,
      path: asset,
      file: displayPath(asset, cwd),
      score,
      origin,
      before: around.filter((line) => line.index < segment.index).map(toLine),
      after: around.filter((line) => line.index > segment.index).map(toLine),
      folded: hit.folded.map((other) => ({ ...toLine(other.segment), score: other.score })),
      explain: explain ? hit.explain : null,
      heading: hit.heading,
    });
  }
  return results;
}
