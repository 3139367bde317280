import type { Hit, SearchFilter, Store } from "../backends/backend.ts";
import type { Embedder } from "../embed/embedder.ts";
import { MediasearchError } from "../errors.ts";
import { fuse } from "./fuse.ts";
import { queryTerms } from "./parse-query.ts";

export type SearchMode = "keyword" | "semantic" | "hybrid";

export interface SearchRequest {
  /** As the user typed it. */
  readonly query: string;
  readonly mode: SearchMode;
  readonly limit: number;
  readonly filter: SearchFilter;
}

export interface SearchAnswer {
  /** Hits found, counted up to 1,000: the most that `limit` can show. */
  readonly total: number;
  readonly hits: readonly Hit[];
}

/** How deep each list is read; deeper changes nothing in the first hundred fused hits. */
const DEPTH = 1000;

/**
 * Words, meaning, or both. The embedder is opened only when meaning is asked for and the library has vectors.
 * @throws MODEL_MISMATCH when the library's vectors were made by another model.
 */
export async function search(store: Store, openEmbedder: () => Promise<Embedder>, request: SearchRequest): Promise<SearchAnswer> {
  const { query, mode, limit, filter } = request;
  const [byWords, byMeaning] = await Promise.all([
    mode === "semantic" ? [] : store.searchText({ terms: queryTerms(query) }, filter, DEPTH),
    mode === "keyword" ? [] : searchMeaning(store, openEmbedder, query, filter),
  ]);
  const all = (mode === "keyword" ? byWords : mode === "semantic" ? byMeaning : fuse(byWords, byMeaning)).slice(0, DEPTH);
  return { total: all.length, hits: all.slice(0, limit) };
}

async function searchMeaning(store: Store, openEmbedder: () => Promise<Embedder>, query: string, filter: SearchFilter): Promise<Hit[]> {
  const stored = await store.identity();
  if (!stored) return [];
  const embedder = await openEmbedder();
  try {
    if (stored.embedder !== embedder.id)
      throw new MediasearchError("MODEL_MISMATCH", `the library was made with the embedding model ${stored.embedder}, not ${embedder.id}`, {
        hint: "mediasearch migrate --reembed   (or --mode keyword, which needs no model)",
      });
    const [vector] = await embedder.embed([query], { as: "query" });
    return vector ? await store.searchVector(vector, filter, DEPTH) : [];
  } finally {
    await embedder.close();
  }
}
