import type { Store } from "../../backends/backend.ts";
import { MediasearchError } from "../../errors.ts";
import { isObject, type Location } from "../../location.ts";
import { hasFlag, listFlag } from "../../cli/flags.ts";
import type { Command, CommandContext } from "../../cli/command.ts";
import { indexPaths } from "../../app/indexing/index-paths.ts";

export const run: Command = async (paths, flags, context) => {
  const isWatching = hasFlag(flags, "watch");
  if (isWatching && paths.length === 0)
    throw new MediasearchError("USAGE", "nothing to watch: no paths given", {
      hint: "mediasearch index --watch FOLDER",
    });
  return indexPaths(context, {
    io: context.io,
    roots: async (store) =>
      paths.length > 0 ? paths.map((path) => context.place(path)) : registered(store),
    include: listFlag(flags, "include"),
    exclude: listFlag(flags, "exclude"),
    dryRun: hasFlag(flags, "dryRun"),
    asJson: hasFlag(flags, "json"),
    follow: isWatching ? (roots, note) => watch(roots, note, context) : undefined,
  });
};

/** Folders are watched by the system, buckets by listing them. */
async function watch(
  roots: readonly Location[],
  onNotice: (text: string) => void,
  context: CommandContext,
): Promise<AsyncIterable<readonly Location[]>> {
  const {
    signal,
    config: { settings },
  } = context;
  const [{ watchRoots }, { watchBuckets }, { merge }] = await Promise.all([
    import("../../pipeline/sources/folder/watch.ts"),
    import("../../pipeline/sources/bucket/watch.ts"),
    import("../../pipeline/channel.ts"),
  ]);
  const buckets = roots.filter(isObject);
  const folders = roots.filter((root) => !isObject(root));
  const sources: AsyncIterable<readonly Location[]>[] = [];
  if (buckets.length > 0)
    sources.push(
      await watchBuckets(buckets, {
        objects: await context.openObjects(),
        signal,
        pollMs: settings.bucketPollMs,
        onNotice,
      }),
    );
  if (folders.length > 0)
    sources.push(watchRoots(folders, { signal, stableMs: settings.stableMs, onNotice }));
  return sources.length === 1 && sources[0] ? sources[0] : merge(sources);
}

/** What `ingest` registered, and what is not done yet. */
async function registered(store: Store): Promise<string[]> {
  const roots: string[] = [];
  for await (const { id, state } of store.listAssets())
    if (state !== "indexed" && state !== "deleted") roots.push(id);
  if (roots.length === 0) {
    const { assets } = await store.counts();
    if (assets.indexed === 0)
      throw new MediasearchError(
        "USAGE",
        "nothing to index: no paths given and nothing registered",
        { hint: "mediasearch index FOLDER" },
      );
  }
  return roots;
}
