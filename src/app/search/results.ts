import type { Store } from "../../backends/backend.ts";
import type { Line, SearchResult } from "../../results/moment.ts";
import type { RankedHit } from "../../search/result.ts";
import type { Segment } from "../../types.ts";
import { displayPath } from "../display-path.ts";

export interface MomentOptions {
  readonly cwd: string;
  /** The place of the first of these hits in the ranking, from 0. */
  readonly offset: number;
  /** Lines before and after each. */
  readonly context: number;
  readonly explain: boolean;
}

/** Hits as they are printed, with their places in the ranking and the lines around them. */
export async function toMoments(
  store: Store,
  hits: readonly RankedHit[],
  { cwd, offset, context, explain }: MomentOptions,
): Promise<SearchResult[]> {
  const moments: SearchResult[] = [];
  for (const [i, hit] of hits.entries()) {
    const { asset, segment, score, origin } = hit;
    const around =
      context > 0
        ? await store.readSegments(asset, segment.index - context, segment.index + context)
        : [];
    moments.push({
      ...line(segment),
      number: offset + i + 1,
      path: asset,
      file: displayPath(asset, cwd),
      score,
      origin,
      before: around.filter(({ index }) => index < segment.index).map(line),
      after: around.filter(({ index }) => index > segment.index).map(line),
      explain: explain ? hit.explain : null,
    });
  }
  return moments;
}

export const line = ({ startMs, endMs, speaker, text }: Segment): Line => ({
  startMs,
  endMs,
  speaker,
  text,
});
