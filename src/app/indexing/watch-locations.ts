import { isObject, type Location } from "../../location.ts";
import type { Context } from "../context.ts";

/** Yields what changes below the roots, in batches, until the signal aborts. Folders are watched by the system, buckets by listing them. */
export async function watchLocations(
  roots: readonly Location[],
  onNotice: (text: string) => void,
  context: Context,
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
