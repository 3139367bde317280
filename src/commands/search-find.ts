import type { Store } from "../backends/backend.ts";
import type { Embedder } from "../embed/embedder.ts";
import type { Page } from "../results/moment.ts";
import { search, type SearchMode } from "../search/hybrid.ts";
import { markMatches } from "../search/snippet.ts";
import { type Flags, text } from "./command.ts";
import { searchFilter } from "./search-filter.ts";
import { toMoments } from "./search-moments.ts";

export interface Find {
  readonly store: Store;
  readonly openEmbedder: () => Promise<Embedder>;
  readonly cwd: string;
}

export interface FindRequest {
  readonly query: string;
  readonly limit: number;
  readonly offset: number;
  readonly context: number;
  readonly explain: boolean;
}

/** One page of hits with the filters of the command line, what marks the matches in a text, and whether there is a file that --file means. */
export async function find({ store, openEmbedder, cwd }: Find, request: FindRequest, flags: Flags) {
  const { query, limit, offset } = request;
  const mode = (text(flags, "mode") ?? "hybrid") as SearchMode;
  const filter = await searchFilter(flags, store, cwd);
  const { hits, marks, ...answer } = await search(store, openEmbedder, {
    query,
    mode,
    limit,
    offset,
    filter,
    cwd,
  });
  const page: Page = {
    query,
    mode,
    offset,
    moments: await toMoments(store, hits, { ...request, cwd }),
    ...answer,
  };
  return {
    page,
    mark: (said: string) => markMatches(said, marks),
    isAnyFileMeant: filter.assets?.size !== 0,
  };
}
