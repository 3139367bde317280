import type { ReadableLibrary } from "../../backends/library.ts";
import type { ResultPage } from "../../results/search-result.ts";
import { type OpenEmbedder, search as rankHits } from "../../search/hybrid.ts";
import { markMatches, type MarkedSpan } from "../../search/snippet.ts";
import type { SearchRequest } from "../requests.ts";
import { searchFilter } from "./filter.ts";
import { toSearchResults } from "./results.ts";
import { whyNothing } from "./why-nothing.ts";

/**
 * What a search reads from. `openEmbedder` is called only when the query is compared by meaning.
 */
export interface SearchSource {
  readonly library: ReadableLibrary;
  readonly openEmbedder: OpenEmbedder;
  /** Where relative paths start, in filters and in the results. */
  readonly cwd: string;
}

export interface SearchResponse {
  readonly page: ResultPage;
  /** Cuts a text of the page into spans that match the query and spans that do not. */
  readonly mark: (text: string) => readonly MarkedSpan[];
  /** false when `file` means no file of the library, so that there can't be hits. */
  readonly matchesAnyFile: boolean;
}

const DEFAULT_LIMIT = 10;

const NOT_SAID = "nobody says a word of the query; this is near in meaning";

/**
 * Searches a library and returns one page of hits, best first.
 * @throws USAGE for a malformed query or filter; MODEL_MISMATCH when the vectors were made by
 * another model.
 */
export async function searchLibrary(
  { library, openEmbedder, cwd }: SearchSource,
  request: SearchRequest,
): Promise<SearchResponse> {
  const { query, mode = "hybrid", limit = DEFAULT_LIMIT, offset = 0 } = request;
  const { context = 0, explain = false, allHits = false, minScore } = request;
  const filter = await searchFilter(request, library.catalog, cwd);
  const { hits, marks, isSaid, where, ...answer } = await rankHits(library, openEmbedder, {
    query,
    mode,
    limit,
    offset,
    filter,
    allHits,
    minScore,
    cwd,
  });
  const matchesAnyFile = filter.assets?.size !== 0;
  const reason =
    answer.total === 0 && matchesAnyFile
      ? await whyNothing(library.catalog, [filter.where, where])
      : undefined;
  const near = answer.total > 0 && !isSaid ? NOT_SAID : undefined;
  const page: ResultPage = {
    query,
    mode,
    offset,
    results: await toSearchResults(library.versions, hits, { cwd, offset, context, explain }),
    note: reason ?? near ?? null,
    ...answer,
  };
  return {
    page,
    mark: (text) => markMatches(text, marks),
    matchesAnyFile,
  };
}
