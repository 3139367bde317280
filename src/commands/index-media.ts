import { resolve } from "node:path";
import type { Store } from "../backends/backend.ts";
import { MediasearchError } from "../errors.ts";
import { type Command, isOn, list } from "./command.ts";
import { indexPaths } from "./index-run.ts";

export const run: Command = async (paths, flags, context) => {
  const { io, config } = context;
  const isWatching = isOn(flags, "watch");
  if (isWatching && paths.length === 0) throw new MediasearchError("USAGE", "nothing to watch: no paths given", { hint: "mediasearch index --watch FOLDER" });
  const { watchRoots } = isWatching ? await import("../pipeline/watch.ts") : {};
  return indexPaths(context, {
    roots: async (store) => (paths.length > 0 ? paths.map((path) => resolve(io.cwd, path)) : registered(store)),
    include: list(flags, "include"),
    exclude: list(flags, "exclude"),
    dryRun: isOn(flags, "dryRun"),
    asJson: isOn(flags, "json"),
    follow: watchRoots && ((roots, note) => watchRoots(roots, { signal: io.signal, stableMs: config.settings.stableMs, onNotice: note })),
  });
};

/** What `ingest` registered, and what is not done yet. */
async function registered(store: Store): Promise<string[]> {
  const roots: string[] = [];
  for await (const { id, state } of store.listAssets()) if (state !== "indexed" && state !== "deleted") roots.push(id);
  if (roots.length === 0) {
    const { assets } = await store.counts();
    if (assets.indexed === 0) throw new MediasearchError("USAGE", "nothing to index: no paths given and nothing registered", { hint: "mediasearch index FOLDER" });
  }
  return roots;
}
