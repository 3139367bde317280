import type { Backend } from "../../backends/backend.ts";
import type { ReadableCatalog } from "../../backends/catalog.ts";
import { dropFolder } from "../../backends/folders.ts";
import { withLease } from "../../backends/lease.ts";
import type { Lease } from "../../backends/run-lock.ts";
import { refuseOtherModel } from "../../embedding-model.ts";
import { MediasearchError } from "../../errors.ts";
import { isRemote, type Location, isWithin } from "../../location.ts";
import { channel } from "../../pipeline/channel.ts";
import { spelledLocation } from "../../pipeline/spelled-location.ts";
import type { Context } from "../context.ts";
import { reembed } from "../library/reembed.ts";
import type { IndexingEvent } from "./index-event.ts";
import type { IndexPathsRequest } from "./index-request.ts";
import { type IndexRun, runAll } from "./index-run.ts";
import { flush, isClusterAway, offlineQueuePath, openOfflineQueue } from "./offline-queue.ts";
import { nothingToIndex, rootGroups } from "./root-groups.ts";
import { createTally, type Tally } from "./tally.ts";

export type { IndexPathsRequest };

/**
 * Indexes into the library; with FALLBACK=local, and unless it watches, into a file of this machine
 * while the cluster is away. It tells everything as one stream of events, a summary last. A failed
 * file is an event; what ends the whole run rejects, after a summary of what was done by then. To
 * leave the stream early stops the run.
 */
export async function* indexPaths(
  context: Context,
  request: IndexPathsRequest,
): AsyncGenerator<IndexingEvent, void, undefined> {
  const events = channel<IndexingEvent>();
  const left = new AbortController();
  const run: IndexRun = {
    request,
    emit: events.push,
    context: context.within({
      tell: events.push,
      signal: AbortSignal.any([context.signal, left.signal]),
    }),
  };
  const work = indexOrQueue(run).then(events.end, events.fail);
  try {
    yield* events;
  } finally {
    left.abort(new MediasearchError("INTERRUPTED", "indexing was stopped"));
    await work;
  }
}

async function indexOrQueue(asTyped: IndexRun): Promise<void> {
  const { context, emit } = asTyped;
  const locations = await Promise.all(asTyped.request.locations.map(spelledLocation));
  const request = { ...asTyped.request, locations };
  const run = { ...asTyped, request };
  const queuePath = offlineQueuePath(context);
  const open = async (): Promise<Backend> =>
    (await openForIndexing(context, request)) ?? (await emptyBackend());
  if (queuePath === "" || request.dryRun || request.watch) return indexInto(open, run);
  const openAndFlush = async (): Promise<Backend> => {
    const backend = await open();
    await flush(queuePath, backend, context).catch(async (error: unknown) => {
      await backend.close();
      throw error;
    });
    return backend;
  };
  try {
    await indexInto(openAndFlush, run);
  } catch (error) {
    if (!isClusterAway(error, context)) throw error;
    emit({ type: "cluster-away", message: (error as Error).message, queuePath });
    await indexInto(() => openOfflineQueue(queuePath, context), run);
  }
}

/** Opens what indexing needs, holds the library's lease, runs, and sums up. */
async function indexInto(open: () => Promise<Backend>, run: IndexRun): Promise<void> {
  const { context, request, emit } = run;
  const backend = await open();
  const startedAt = Date.now();
  const tally = createTally();
  const summarize = (): void =>
    emit({ type: "summary", counts: tally.counts, wallMs: Date.now() - startedAt });
  let nothingFound = false;
  emit({ type: "started" });
  try {
    const stored = await backend.library.embeddings.model();
    refuseOtherModel(stored, await (await context.forLibrary(stored)).identifyEmbedder());
    const { catalog } = backend.library;
    const groups = await rootGroups(request, catalog, backend.records);
    const work = async (lease?: Lease): Promise<void> => {
      for (const path of request.forget ?? []) await backend.jobs.remove(path);
      const ofLibrary = await withQuality(run, backend);
      await runAll(ofLibrary, {
        backend,
        embedder: await ofLibrary.context.identifyEmbedder(),
        groups,
        tally,
        summarize,
        claims: lease?.claims,
        runId: lease?.id,
      });
    };
    // The counts of a run that was stopped are kept as well.
    await (request.dryRun
      ? work()
      : withLease(backend.runLock, work, () => runRecord(tally, startedAt)));
    const isEmpty = tally.counts.found === 0 && !request.watch;
    nothingFound = isEmpty && !(await hasBelow(catalog, request.locations));
    // A mistyped folder is not to be looked through for ever.
    if (nothingFound && !request.dryRun)
      for (const location of request.locations) await dropFolder(backend.records, location);
  } finally {
    await backend.close();
  }
  summarize();
  if (nothingFound) throw noMediaError(request.locations);
}

/**
 * A library that was made with the other SEARCH_QUALITY gets new vectors first; the old ones answer
 * until all are made. A run that can't do that goes on with the library's own.
 */
async function withQuality(run: IndexRun, backend: Backend): Promise<IndexRun> {
  const { context, request, emit } = run;
  const { embeddings } = backend.library;
  const ofLibrary = await context.forLibrary(await embeddings.model());
  if (ofLibrary === context) return run;
  const { settings, sources } = context.config;
  // Whoever set nothing keeps what the library has.
  if (sources.searchQuality.kind === "default") return { ...run, context: ofLibrary };
  const { searchQuality } = settings;
  if (request.dryRun !== true && embeddings.renew) {
    emit({
      type: "notice",
      text: `making all vectors anew for SEARCH_QUALITY=${searchQuality}; searches go by the old ones meanwhile`,
    });
    await reembed(backend, await context.identifyEmbedder(), context);
    return run;
  }
  if (request.dryRun !== true)
    emit({
      type: "notice",
      text: `the library's vectors are not of SEARCH_QUALITY=${searchQuality}: mediasearch migrate --reembed makes them anew`,
    });
  return { ...run, context: ofLibrary };
}

/**
 * Whether the library knows anything there; what is gone was there. An empty bucket or feed is no
 * mistake.
 */
async function hasBelow(catalog: ReadableCatalog, places: readonly Location[]): Promise<boolean> {
  if (places.length === 0 || places.some(isRemote)) return true;
  for await (const { id } of catalog.list())
    if (places.some((place) => isWithin(id, place))) return true;
  return false;
}

const noMediaError = (places: readonly Location[]): MediasearchError =>
  new MediasearchError("NOT_FOUND", `${places.join(", ")}: no media found`, {
    subject: places[0],
    hint: "mediasearch index FOLDER   (with audio, video or captions in it)",
  });

/** What the library keeps of its last run. */
const runRecord = ({ counts }: Tally, startedAt: number): Readonly<Record<string, number>> => ({
  found: counts.found,
  indexed: counts.indexed,
  unchanged: counts.unchanged,
  skipped: counts.skipped,
  reused: counts.reused,
  deleted: counts.deleted,
  failed: counts.failed,
  quarantined: counts.quarantined,
  partial: counts.partial,
  waiting: counts.waiting,
  audioMs: Math.round(counts.doneMs),
  wallMs: Date.now() - startedAt,
});

/**
 * A dry run never creates a library; without one everything is new. Neither does a run that names
 * nothing.
 */
async function openForIndexing(
  context: Context,
  { dryRun = false, locations }: IndexPathsRequest,
): Promise<Backend | undefined> {
  try {
    return await context.openBackend(!dryRun && locations.length > 0);
  } catch (error) {
    const isMissing = error instanceof MediasearchError && error.code === "NO_STORE";
    if (isMissing && locations.length === 0) throw nothingToIndex();
    if (isMissing && dryRun) return undefined;
    throw error;
  }
}

async function emptyBackend(): Promise<Backend> {
  const { openBackend } = await import("../../backends/registry.ts");
  return openBackend("memory", { path: "", create: true });
}
