import { modelMismatchError } from "../../embedding-model.ts";
import { parseFingerprint } from "../../fingerprint.ts";
import { inflectedLanguage } from "../../text/inflections.ts";
import type { Segment } from "../../types.ts";
import { FACTS_KIND, type Heading, headingsOf } from "../headings.ts";
import type { HeadingHit, Hit, SearchFilter, SearchIndex, TextQuery } from "../search-index.ts";
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
    searchHeadings: async (terms, filter, limit) =>
      findHeadings(state, terms, filter).slice(0, limit),
    termWeights: async (terms) => countTermWeights(matchingEntries(state, {}), terms),
    spellings: async (words) => suggestSpellings(words, matchingEntries(state, {})),
    inflectedLanguages: async () => [
      ...new Set(
        [...state.entries.values()].flatMap(
          ({ version }) => inflectedLanguage(version?.language ?? "und") ?? [],
        ),
      ),
    ],
  };
}

/** The segments that answer searches and meet the filter. */
function matchingEntries({ entries, kinds }: MemoryState, filter: SearchFilter): SegmentEntry[] {
  const meets = compileFilter(filter);
  return [...entries.values()].flatMap(({ version, before }) => {
    if (!version || before !== undefined) return [];
    const { content } = parseFingerprint(version.fingerprint);
    const headings = headingsOf(kinds.get(FACTS_KIND)?.get(content) ?? null);
    return version.segments.map((segment) => ({ version, segment, headings })).filter(meets);
  });
}

/** A heading in place of the segment that is said first under it, to be ranked as one. */
interface Opening {
  readonly entry: SegmentEntry;
  readonly opening: Segment;
  readonly heading: Heading;
}

function findHeadings(
  state: MemoryState,
  terms: TextQuery["terms"],
  filter: SearchFilter,
): HeadingHit[] {
  const isWanted = compileFilter(filter);
  const openings = matchingEntries(state, {}).flatMap((entry): Opening[] =>
    entry.headings
      .filter(({ kind, startMs }) => kind !== "show" && isFirstUnder(entry, startMs))
      .map((heading) => ({
        entry: {
          ...entry,
          // Titles are not kept by the endings of a language.
          version: { ...entry.version, language: "und" },
          segment: { ...entry.segment, text: heading.text, speaker: null },
        },
        opening: entry.segment,
        heading,
      })),
  );
  const wanted = new Set(
    openings
      .filter(({ entry, opening }) =>
        isWanted({ ...entry, segment: { ...entry.segment, ...opening } }),
      )
      .map(({ entry }) => entry.segment),
  );
  const entries = openings.map(({ entry }) => entry);
  return rank(entries, terms, wanted).flatMap((hit) => {
    const found = openings.find(
      ({ entry, heading }) =>
        entry.version.id === hit.asset &&
        entry.segment.index === hit.segment.index &&
        heading.text === hit.segment.text,
    );
    if (!found) return [];
    const { opening, heading } = found;
    const segment = { ...hit.segment, text: opening.text, speaker: opening.speaker };
    return [{ ...hit, segment, heading: heading.text, headingEndMs: heading.endMs }];
  });
}

const isFirstUnder = ({ version, segment }: SegmentEntry, startMs: number): boolean =>
  version.segments.find((one) => Math.floor((one.startMs + one.endMs) / 2) >= startMs)?.index ===
  segment.index;

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
