import type { Hit, SearchFilter, Store } from "../backends/backend.ts";
import type { Embedder } from "../embed/embedder.ts";
import { MediasearchError } from "../errors.ts";
import type { RankedHit, SearchAnswer } from "./answer.ts";
import { fuse } from "./fuse.ts";
import { queryTerms } from "./parse-query.ts";

export type SearchMode = "keyword" | "semantic" | "hybrid";

export interface SearchRequest {
  /** As the user typed it. */
  readonly query: string;
  readonly mode: SearchMode;
  readonly limit: number;
  /** So many of the best are passed over: the next page. 0 unless given. */
  readonly offset?: number | undefined;
  readonly filter: SearchFilter;
}

/** How deep each list is read; deeper changes nothing in the first hundred fused hits. */
const DEPTH = 1000;

/**
 * Words, meaning, or both. The embedder is opened only when meaning is asked for and the library has vectors.
 * @throws MODEL_MISMATCH when the library's vectors were made by another model.
 */
export async function search(store: Store, openEmbedder: () => Promise<Embedder>, request: SearchRequest): Promise<SearchAnswer> {
  const { query, mode, limit, offset = 0, filter } = request;
  const terms = queryTerms(query);
  const [byWords, byMeaning, count] = await Promise.all([
    mode === "semantic" ? [] : store.searchText({ terms }, filter, Math.max(DEPTH, offset + limit)),
    mode === "keyword" ? [] : searchMeaning(store, openEmbedder, query, filter),
    mode === "keyword" ? store.countText({ terms }, filter) : undefined,
  ]);
  const all = mode === "keyword" ? byWords.map((hit) => explained(hit, "bm25")) : mode === "semantic" ? byMeaning.map((hit) => explained(hit, "cosine")) : fuse(byWords, byMeaning).slice(0, DEPTH);
  return { total: count ?? all.length, totalIs: count === undefined ? "ranked" : "all", hits: all.slice(offset, offset + limit), marks: terms, didYouMean: null };
}

const explained = (hit: Hit, part: "bm25" | "cosine"): RankedHit => ({ ...hit, explain: { bm25: null, cosine: null, [part]: hit.score } });

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
