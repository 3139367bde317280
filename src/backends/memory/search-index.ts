import { modelMismatchError } from "../../embedding-model.ts";
import type { Hit, SearchFilter, SearchIndex, TextQuery } from "../search-index.ts";
import type { MemoryState } from "./entries.ts";
import { compileFilter } from "./filter.ts";
import { compareHits, hitOf, rank, type SegmentEntry, countTermWeights } from "./rank.ts";
import { suggestSpellings } from "./spelling.ts";

export function memorySearchIndex(state: MemoryState): SearchIndex {
  return {
    searchText: async (query, filter, limit) => findText(state, query, filter).slice(0, limit),
    countText: async (query, filter) => findText(state, query, filter).length,
    async searchVector(vector, filter, limit) {
      if (!state.model) return [];
      if (state.model.dimensions !== vector.length) throw modelMismatchError(state.model);
      const hits = matchingEntries(state, filter).flatMap((row): Hit[] =>
        row.segment.vector ? [hitOf(row, innerProduct(row.segment.vector, vector))] : [],
      );
      return hits.toSorted(compareHits).slice(0, limit);
    },
    termWeights: async (terms) =>
      countTermWeights(
        matchingEntries(state, {}).map(({ segment }) => segment),
        terms,
      ),
    spellings: async (words) => suggestSpellings(words, matchingEntries(state, {})),
  };
}

/** The segments that answer searches and meet the filter. */
function matchingEntries({ entries }: MemoryState, filter: SearchFilter): SegmentEntry[] {
  const meets = compileFilter(filter);
  return [...entries.values()].flatMap(({ version, before }) =>
    version && before === undefined
      ? version.segments.map((segment) => ({ version, segment })).filter(meets)
      : [],
  );
}

function findText(
  state: MemoryState,
  { terms, termsOptional }: TextQuery,
  filter: SearchFilter,
): Hit[] {
  const wanted = matchingEntries(state, filter);
  const ranked = rank(
    matchingEntries(state, {}),
    terms,
    new Set(wanted.map(({ segment }) => segment)),
  );
  if (termsOptional !== true) return ranked;
  const keyOf = (hit: Hit): string => `${hit.asset}\0${hit.segment.index}`;
  const rankedKeys = new Set(ranked.map(keyOf));
  const others = wanted.map((row) => hitOf(row, 0)).filter((hit) => !rankedKeys.has(keyOf(hit)));
  return [...ranked, ...others.toSorted(compareHits)];
}

const innerProduct = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
