import { SEARCH_INDEX_CASES } from "./search-index.contract.ts";
import { collect } from "./library-case.contract.ts";
import type { Hit } from "./search-index.ts";
import type { Library } from "./library.ts";
import { describeLibraryContract, type PartsOf, type PlantedBugs } from "./suite.contract.ts";

const hits =
  (edit: (hits: Hit[]) => Hit[]) =>
  ({ searchIndex }: Library): PartsOf<Library> => ({
    searchIndex: {
      searchText: async (query, filter, limit) =>
        edit(await searchIndex.searchText(query, filter, limit)),
    },
  });

/** What a careless search index would do; each breaks one law. */
const BUGS: PlantedBugs<Library> = {
  "filters after the limit": (library) => ({
    searchIndex: {
      searchText: async (query, filter, limit) =>
        (await library.searchIndex.searchText(query, {}, limit)).filter(
          ({ asset }) => !filter.assets || filter.assets.has(asset),
        ),
    },
  }),
  "ignores the speaker": (library) => ({
    searchIndex: {
      searchVector: (vector, { assets }, limit) =>
        library.searchIndex.searchVector(vector, { assets }, limit),
    },
  }),
  "finds speakers by any part of their name": (library) => ({
    searchIndex: {
      searchText: async (query, { assets, speaker }, limit) =>
        (await library.searchIndex.searchText(query, { assets }, 1000))
          .filter(
            ({ segment }) =>
              speaker === undefined ||
              segment.speaker?.toLowerCase().includes(speaker.toLowerCase()),
          )
          .slice(0, limit),
    },
  }),
  "takes an empty set of files for all": (library) => ({
    searchIndex: {
      searchText: (query, filter, limit) =>
        library.searchIndex.searchText(
          query,
          { ...filter, assets: filter.assets?.size ? filter.assets : undefined },
          limit,
        ),
    },
  }),
  "knows the endings of English alone": (library) => ({
    searchIndex: {
      searchText: async (query, filter, limit) =>
        (await library.searchIndex.searchText(query, filter, limit)).filter(
          ({ language, segment }) =>
            language === "en" ||
            query.terms.some(
              (term) => typeof term === "string" && segment.text.toLowerCase().includes(term),
            ),
        ),
    },
  }),
  "wants all terms": (library) => ({
    searchIndex: {
      async searchText({ terms }, filter, limit) {
        const lists = await Promise.all(
          terms.map((term) => library.searchIndex.searchText({ terms: [term] }, filter, 1000)),
        );
        return (lists[0] ?? [])
          .filter(({ segment }) =>
            lists.every((list) => list.some((hit) => hit.segment.text === segment.text)),
          )
          .slice(0, limit);
      },
    },
  }),
  "gives the worst first": hits((found) => found.toReversed()),
  "scores everything the same": hits((found) =>
    found
      .map((hit) => ({ ...hit, score: 1 }))
      .toSorted((a, b) => (a.segment.text < b.segment.text ? -1 : 1)),
  ),
  "counts no further than a thousand": (library) => ({
    searchIndex: {
      countText: async (query, filter) =>
        Math.min(1000, await library.searchIndex.countText(query, filter)),
    },
  }),
  "counts without the filter": (library) => ({
    searchIndex: { countText: (query) => library.searchIndex.countText(query, {}) },
  }),
  "ignores conditions when it compares meanings": (library) => ({
    searchIndex: {
      searchVector: (vector, { assets, speaker }, limit) =>
        library.searchIndex.searchVector(vector, { assets, speaker }, limit),
    },
  }),
  "applies conditions after the limit": (library) => ({
    searchIndex: {
      async searchText(query, { where, ...filter }, limit) {
        const meets = new Set(
          (
            await library.searchIndex.searchText(
              { terms: [], termsOptional: true },
              { where },
              1000,
            )
          ).map(({ asset, segment }) => asset + segment.index),
        );
        return (await library.searchIndex.searchText(query, filter, limit)).filter(
          ({ asset, segment }) => meets.has(asset + segment.index),
        );
      },
    },
  }),
  "takes optional terms for wanted": (library) => ({
    searchIndex: {
      searchText: ({ terms }, filter, limit) =>
        library.searchIndex.searchText({ terms }, filter, limit),
    },
  }),
  "weighs every term alike": () => ({
    searchIndex: { termWeights: async (terms) => terms.map(() => 1) },
  }),
  "weighs words by deleted files too": (library) => {
    const weights = new Map<string, number>();
    return {
      searchIndex: {
        // Segments only ever become more.
        async termWeights(terms) {
          const now = await library.searchIndex.termWeights(terms);
          return terms.map((term, i) => {
            const most = Math.max(now[i] ?? 0, weights.get(String(term)) ?? 0);
            weights.set(String(term), most);
            return most;
          });
        },
      },
    };
  },
  "corrects what is right": (library) => ({
    searchIndex: {
      spellings: async (words) =>
        new Map([...(await library.searchIndex.spellings(words)), ["budget", "budgets"]]),
    },
  }),
  "lets the limit choose among equals": (library) => ({
    searchIndex: {
      searchText: async (query, filter, limit) =>
        (await library.searchIndex.searchText(query, filter, 1000))
          .toReversed()
          .toSorted((a, b) => b.score - a.score)
          .slice(0, limit)
          .toSorted((a, b) => b.score - a.score || (a.asset < b.asset ? -1 : 1)),
    },
  }),
  "ignores the limit": (library) => ({
    searchIndex: {
      searchText: (query, filter) => library.searchIndex.searchText(query, filter, 1000),
    },
  }),
  "gives distances instead of similarities": (library) => ({
    searchIndex: {
      searchVector: async (vector, filter, limit) =>
        (await library.searchIndex.searchVector(vector, filter, limit)).map((hit) => ({
          ...hit,
          score: 1 - hit.score,
        })),
    },
  }),
  "takes every vector for one of unit length": (library) => ({
    searchIndex: {
      async searchVector(vector, filter, limit) {
        const found = await library.searchIndex.searchVector(vector, filter, 1000);
        const scored = await Promise.all(
          found.map(async (hit) => {
            const own = (await collect(library.versions.read(hit.asset)))[hit.segment.index]
              ?.vector;
            return { ...hit, score: hit.score / (own ? Math.hypot(...own) : 1) };
          }),
        );
        return scored.toSorted((a, b) => b.score - a.score).slice(0, limit);
      },
    },
  }),
  "reads a term as syntax": (library) => ({
    searchIndex: {
      async searchText(query, filter, limit) {
        if (query.terms.some((term) => /["(\0]/.test(String(term))))
          throw new Error("syntax error");
        return library.searchIndex.searchText(query, filter, limit);
      },
    },
  }),
  "looks for the letters of a pattern alone": (library) => ({
    searchIndex: {
      searchText: (query, { where, ...filter }, limit) =>
        library.searchIndex.searchText(
          query,
          where && "pattern" in where && "wildcard" in where.pattern
            ? {
                ...filter,
                where: { term: { prefix: where.pattern.wildcard.split(/[*?]/)[0] ?? "" } },
              }
            : { ...filter, where },
          limit,
        ),
    },
  }),
  "takes words of one segment for near each other": (library) => ({
    searchIndex: {
      searchText: (query, { where, ...filter }, limit) =>
        library.searchIndex.searchText(
          query,
          where && "near" in where
            ? { ...filter, where: { all: where.near.map((term) => ({ term })) } }
            : { ...filter, where },
          limit,
        ),
    },
  }),
  "minds the case of speakers": (library) => ({
    searchIndex: {
      searchText: async (query, filter, limit) =>
        (await library.searchIndex.searchText(query, filter, limit)).filter(
          ({ segment }) => !filter.speaker || segment.speaker?.includes(filter.speaker),
        ),
    },
  }),
};

describeLibraryContract("search index", SEARCH_INDEX_CASES, BUGS);
