import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Backend } from "../../backends/backend.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import { withLease } from "../../backends/lease.ts";
import type { Context } from "../context.ts";
import { MediasearchError } from "../../errors.ts";
import { copyLibrary } from "../../transfer/copy.ts";
import { libraryKey } from "../../backends/vast/library-key.ts";

/** Where files are indexed while the cluster is away; "" where that is not wanted. */
export function offlineQueuePath({ config: { settings } }: Context): string {
  return settings.backend === "vast" && settings.fallback === "local"
    ? join(settings.home, `outbox-${libraryKey(settings)}.sqlite`)
    : "";
}

/** Whether it is the cluster that does not answer, not a bucket or a recogniser. */
export function isClusterAway(error: unknown, { config: { settings } }: Context): boolean {
  const { vastEndpoint } = settings;
  return (
    error instanceof MediasearchError &&
    error.code === "UNREACHABLE" &&
    vastEndpoint !== undefined &&
    (error.subject ?? "").startsWith(new URL(vastEndpoint).origin)
  );
}

/**
 * A library of this machine that knows what its copy of the cluster's library knows, so that
 * nothing is indexed that is there already.
 */
export async function openOfflineQueue(path: string, context: Context): Promise<Backend> {
  const outbox = await context.openBackendAt("local", path, true);
  const cluster = await context.openBackend(false).catch(() => undefined);
  const copy = await copyOf(cluster);
  const { unmarked } = await import("../../backends/vast/replica.ts");
  return {
    ...outbox,
    library: {
      ...outbox.library,
      catalog: {
        ...outbox.library.catalog,
        async get(id) {
          const own = await outbox.library.catalog.get(id);
          if (own) return own;
          const there = await copy?.catalog.get(id);
          // What the cluster lacks something of is made whole there, not here.
          return there?.state === "indexed" && there.fingerprint !== null
            ? { ...there, fingerprint: unmarked(there.fingerprint) }
            : undefined;
        },
      },
    },
    async close() {
      await outbox.close();
      await cluster?.close();
    },
  };
}

/** This machine's copy of the cluster's library, as it is; undefined where there is none. */
async function copyOf(cluster: Backend | undefined): Promise<ReadableLibrary | undefined> {
  if (cluster?.searchAccess.kind !== "copy") return undefined;
  return cluster.searchAccess.open({ fresh: false }).then(
    ({ library }) => library,
    () => undefined,
  );
}

/**
 * Puts on the cluster what was indexed while it was away, then removes the file. What the cluster
 * indexed later stays. Stopped, it goes on next time.
 */
export async function flush(path: string, cluster: Backend, context: Context): Promise<void> {
  if (path === "" || !existsSync(path)) return;
  const outbox = await context.openBackendAt("local", path, false);
  let isEmpty = false;
  try {
    const { copied } = await withLease(outbox.runLock, () =>
      copyLibrary(outbox, cluster, {
        wants: () => true,
        rename: (id) => id,
        signal: context.signal,
      }),
    );
    if (copied > 0) context.tell({ type: "queue-flushed", files: copied });
    isEmpty = true;
  } catch (error) {
    // Another run is filling it: a later one hands it over.
    if (!(error instanceof MediasearchError) || error.code !== "STORE_BUSY") throw error;
  } finally {
    await outbox.close();
  }
  if (isEmpty) for (const side of ["", "-wal", "-shm"]) rmSync(path + side, { force: true });
}
