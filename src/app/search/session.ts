import type { Job } from "../../backends/job-store.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import type { Records } from "../../backends/records.ts";
import type { SearchView } from "../../backends/search-access.ts";
import { embedderOf, type EmbeddingModel } from "../../embedding-model.ts";
import type { Embedder } from "../../embed/embedder.ts";
import { openView, withoutRepeats } from "./read-view.ts";
import type { Context } from "../context.ts";
import type { SearchRequest } from "../requests.ts";
import { searchLibrary, type SearchResponse } from "./search.ts";

/**
 * Many searches of one library in one process: the model is loaded once and stays. A session writes
 * nothing, not even the vectors of its queries.
 */
export interface SearchSession {
  /** The library, opened at the first call. A failed opening is tried again at the next call. */
  library(): Promise<ReadableLibrary>;
  /** What the library keeps besides transcripts: words' times, titles. */
  records(): Promise<Pick<Records, "get" | "list">>;
  /** The files that failed, ordered by id. */
  jobs(): Promise<readonly Job[]>;
  /** Opens what is searched, when it lasts for the session. @throws NO_STORE */
  view(): Promise<void>;
  search(request: SearchRequest): Promise<SearchResponse>;
  /** Loads the model before the first search that needs it. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /**
   * Which copy of the library is searched: one for the whole session, or the newest at each call.
   */
  readonly viewFor: "session" | "call";
  /** As in `openView`. */
  readonly fresh: boolean;
}

export function openSession(
  context: Pick<Context, "openBackend" | "forLibrary" | "cwd" | "tell">,
  { viewFor, fresh }: SessionOptions,
): SearchSession {
  const { cwd, tell } = context;
  const backend = openOnce(() => context.openBackend(false));
  /** By the model of the library's vectors, which an index run may change meanwhile. */
  const embedders = new Map<string, Once<Embedder>>();
  const embedderFor = (stored: EmbeddingModel | undefined): Promise<Embedder> => {
    const key = stored ? embedderOf(stored) : "";
    const known =
      embedders.get(key) ?? openOnce(async () => (await context.forLibrary(stored)).openEmbedder());
    embedders.set(key, known);
    return known.get();
  };
  const tellNew = withoutRepeats(tell);
  const open = async (): Promise<SearchView> => openView(await backend.get(), { fresh }, tellNew);
  const searchView = openOnce(open);
  const sharedEmbedder = async (stored: EmbeddingModel): Promise<Embedder> => ({
    ...(await embedderFor(stored)),
    // The session closes it, a single search does not.
    close: async () => {},
  });
  return {
    library: async () => (await backend.get()).library,
    records: async () => (await backend.get()).records,
    jobs: async () => (await backend.get()).jobs.list(),
    view: async () => void (await searchView.get()),
    async search(request) {
      const current = await (viewFor === "session" ? searchView.get() : open());
      try {
        const source = { library: current.library, openEmbedder: sharedEmbedder, cwd };
        return await searchLibrary(source, request);
      } finally {
        if (viewFor === "call") await current.close?.();
      }
    },
    warm: async () =>
      void (await embedderFor(await (await backend.get()).library.embeddings.model())),
    async close() {
      await Promise.allSettled([
        ...[...embedders.values()].map((one) => one.opened()?.then((opened) => opened.close())),
        searchView.opened()?.then((opened) => opened.close?.()),
      ]);
      await backend.opened()?.then(
        (opened) => opened.close(),
        () => {},
      );
    },
  };
}

interface Once<T> {
  readonly get: () => Promise<T>;
  readonly opened: () => Promise<T> | undefined;
}

/** Opens something at the first call and keeps it; a failure is forgotten. */
function openOnce<T>(open: () => Promise<T>): Once<T> {
  let opening: Promise<T> | undefined;
  return {
    get: (): Promise<T> =>
      (opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      })),
    opened: (): Promise<T> | undefined => opening,
  };
}
