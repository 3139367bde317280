import type { Backend } from "./backend.ts";
import { HEADINGS_CASES } from "./headings.contract.ts";
import type { Condition, HeadingHit, SearchIndex } from "./search-index.ts";
import { describeContract, type PartsOf, type PlantedBugs } from "./suite.contract.ts";

type Parts = Pick<Backend, "library" | "records">;

const withIndex = (
  { library }: Parts,
  replace: (index: SearchIndex) => Partial<SearchIndex>,
): PartsOf<Parts> => ({
  library: { searchIndex: { ...library.searchIndex, ...replace(library.searchIndex) } },
});
const edited = (edit: (hits: HeadingHit[]) => HeadingHit[]) => (parts: Parts) =>
  withIndex(parts, (index) => ({
    searchHeadings: async (...call) => edit(await index.searchHeadings(...call)),
  }));
/** Whole files where a chapter was asked for. */
const asTitle = (condition: Condition): Condition => {
  if ("all" in condition) return { all: condition.all.map(asTitle) };
  if ("not" in condition) return { not: asTitle(condition.not) };
  return "heading" in condition ? { heading: "title", has: condition.has } : condition;
};

const BUGS: PlantedBugs<Parts> = {
  "finds no headings": edited(() => []),
  "finds each twice": edited((hits) => [...hits, ...hits]),
  "ignores the filter": (parts) =>
    withIndex(parts, (index) => ({
      searchHeadings: (terms, _, limit) => index.searchHeadings(terms, {}, limit),
    })),
  "takes chapters for titles": (parts) =>
    withIndex(parts, (index) => ({
      searchText: (query, { where, ...filter }, limit) =>
        index.searchText(query, { ...filter, where: where && asTitle(where) }, limit),
    })),
  "never forgets a heading": (parts) => ({
    records: { ...parts.records, remove: async () => {} },
  }),
};

describeContract("headings", HEADINGS_CASES, BUGS, ({ library, records }) => ({
  library,
  records,
}));
