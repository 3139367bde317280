import type { Hit } from "../backends/search-index.ts";
import type { RankedHit, RankedMoment } from "./result.ts";

/** Hits whose middles are no further apart are one moment. */
const MOMENT_MS = 10_000;

const middle = ({ segment }: Hit): number => (segment.startMs + segment.endMs) / 2;

/**
 * Folds hits under the best hit of their moment, so that ten hits are ten moments and none is lost.
 * The moments keep the order of their best hits: scores never rise.
 * @param ranked best first.
 */
export function foldMoments(ranked: readonly RankedHit[]): RankedMoment[] {
  const moments: (RankedMoment & { readonly folded: RankedHit[] })[] = [];
  const ofFile = new Map<string, typeof moments>();
  for (const hit of ranked) {
    const known = ofFile.get(hit.asset) ?? [];
    const same = known.find((best) => Math.abs(middle(best) - middle(hit)) <= MOMENT_MS);
    if (same) {
      same.folded.push(hit);
      continue;
    }
    const moment = { ...hit, folded: [] };
    moments.push(moment);
    ofFile.set(hit.asset, [...known, moment]);
  }
  return moments;
}

/** Makes every hit a moment of its own. */
export const unfolded = (ranked: readonly RankedHit[]): RankedMoment[] =>
  ranked.map((hit) => ({ ...hit, folded: [] }));
