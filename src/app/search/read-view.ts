import type { AssetId, Backend, SearchView } from "../../backends/backend.ts";
import type { Context } from "../context.ts";
import { type Flags, hasFlag } from "../../cli/flags.ts";

/** What a search reads: the library, or this machine's copy of it. Tells what a person should know of a copy. */
export async function openView(
  backend: Backend,
  only: ((id: AssetId) => boolean) | undefined,
  flags: Flags,
  { tell }: Context,
): Promise<SearchView> {
  if (!backend.searchView) return { store: backend.store, queryVectors: backend.queryVectors };
  try {
    const view = await backend.searchView({
      fresh: hasFlag(flags, "fresh"),
      only,
      onProgress: (done, total) => tell({ type: "copying-library", done, total }),
    });
    if (view.away)
      tell({
        type: "stale-results",
        error: view.away,
        ageMs: Date.now() - (view.asOfMs ?? 0),
      });
    return view;
  } finally {
    tell({ type: "idle" });
  }
}
