import type { AssetId } from "../../backends/catalog.ts";
import type { Backend } from "../../backends/backend.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import type { Records } from "../../backends/records.ts";
import type { SearchView } from "../../backends/search-access.ts";
import type { Tell } from "../events.ts";

export interface ViewRequest {
  /** true: the newest state of the library or an error, never an older copy. */
  readonly fresh: boolean;
  /** Restricts what has to be copied, when only some files are searched. */
  readonly only?: ((id: AssetId) => boolean) | undefined;
}

/**
 * Opens what a search reads: the library itself, or this machine's copy of it. The caller closes
 * it.
 * @param tell learns how far a copy is and how old the copy is that answers.
 * @throws UNREACHABLE when the library does not answer and no copy may stand in for it.
 */
export async function openView(
  backend: Backend,
  { fresh, only }: ViewRequest,
  tell: Tell,
): Promise<SearchView> {
  const { library, searchAccess } = backend;
  if (searchAccess.kind === "library") return { library, queryVectors: searchAccess.queryVectors };
  try {
    const searchView = await searchAccess.open({
      fresh,
      only,
      onProgress: (done, total) => tell({ type: "copying-library", done, total }),
    });
    for (const message of searchView.notices ?? []) tell({ type: "search-notice", message });
    if (searchView.away)
      tell({
        type: "stale-results",
        error: searchView.away,
        ageMs: Date.now() - (searchView.asOfMs ?? 0),
      });
    return searchView;
  } finally {
    tell({ type: "idle" });
  }
}

/** Tells each notice once, for a program that opens what it searches again and again. */
export function withoutRepeats(tell: Tell): Tell {
  const told = new Set<string>();
  return (event) => {
    if (event.type === "search-notice") {
      if (told.has(event.message)) return;
      told.add(event.message);
    }
    tell(event);
  };
}

/**
 * What is read without a search: the library, or this machine's copy of it while it does not
 * answer.
 * @throws UNREACHABLE where there is no copy.
 */
export const readableLibrary = async (backend: Backend, tell: Tell): Promise<ReadableLibrary> =>
  (await readable(backend, tell)).library;

/** The same with what is kept besides transcripts, of the library or of its copy. */
export async function readable(
  backend: Backend,
  tell: Tell,
): Promise<{
  readonly library: ReadableLibrary;
  readonly records: Pick<Records, "get" | "list">;
}> {
  if (!backend.away) return backend;
  const { library, records = backend.records } = await openView(backend, { fresh: false }, tell);
  return { library, records };
}
