import type { AssetId, Backend, SearchView } from "../backends/backend.ts";
import type { Context } from "../context.ts";
import { count, duration, grouped, statusLine } from "../output.ts";
import { type Flags, isOn } from "./command.ts";

/** What a search reads: the library, or this machine's copy of it. Says on stderr what a person should know of a copy. */
export async function openView(
  backend: Backend,
  only: ((id: AssetId) => boolean) | undefined,
  flags: Flags,
  { io }: Context,
): Promise<SearchView> {
  if (!backend.searchView) return { store: backend.store, queryVectors: backend.queryVectors };
  const status = statusLine(io.stderr, io.env);
  try {
    const view = await backend.searchView({
      fresh: isOn(flags, "fresh"),
      only,
      onProgress: (done, total) =>
        status.update(`copying the library: ${grouped(done)} of ${count(total, "segment")}`),
    });
    status.end();
    if (view.away)
      io.stderr.write(
        `warning: the cluster is away (${view.away.message}); these results are as of ${duration(Date.now() - (view.asOfMs ?? 0))} ago\n`,
      );
    return view;
  } finally {
    status.end();
  }
}
