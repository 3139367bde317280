import type { Store } from "../../backends/backend.ts";
import type { Embedder } from "../../embed/embedder.ts";
import type { ResultPage } from "../../results/moment.ts";
import { search, type SearchMode } from "../../search/hybrid.ts";
import { markMatches } from "../../search/snippet.ts";
import { type Flags, stringFlag } from "../../cli/flags.ts";
import { searchFilter } from "./filter.ts";
import { toMoments } from "./results.ts";

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
  const mode = (stringFlag(flags, "mode") ?? "hybrid") as SearchMode;
  const filter = await searchFilter(flags, store, cwd);
  const { hits, marks, ...answer } = await search(store, openEmbedder, {
    query,
    mode,
    limit,
    offset,
    filter,
    cwd,
  });
  const page: ResultPage = {
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
