import type { AssetId, Backend, SearchView } from "../../backends/backend.ts";
import type { Context } from "../context.ts";
import { pluralize, formatDuration, formatNumber } from "../../text/format.ts";
import { createStatusLine } from "../../terminal/status-line.ts";
import { type Flags, hasFlag } from "../../cli/flags.ts";

/** What a search reads: the library, or this machine's copy of it. Says on stderr what a person should know of a copy. */
export async function openView(
  backend: Backend,
  only: ((id: AssetId) => boolean) | undefined,
  flags: Flags,
  { io }: Context,
): Promise<SearchView> {
  if (!backend.searchView) return { store: backend.store, queryVectors: backend.queryVectors };
  const status = createStatusLine(io.stderr, io.env);
  try {
    const view = await backend.searchView({
      fresh: hasFlag(flags, "fresh"),
      only,
      onProgress: (done, total) =>
        status.update(
          `copying the library: ${formatNumber(done)} of ${pluralize(total, "segment")}`,
        ),
    });
    status.end();
    if (view.away)
      io.stderr.write(
        `warning: the cluster is away (${view.away.message}); these results are as of ${formatDuration(Date.now() - (view.asOfMs ?? 0))} ago\n`,
      );
    return view;
  } finally {
    status.end();
  }
}
