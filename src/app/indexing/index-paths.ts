import type { Backend } from "../../backends/backend.ts";
import type { ReadableCatalog } from "../../backends/catalog.ts";
import { listRemovals } from "../../backends/removals.ts";
import { withLease } from "../../backends/lease.ts";
import type { Claims, Lease } from "../../backends/run-lock.ts";
import { parseEngineChain } from "../../engine-chain.ts";
import { engineRules } from "../../config/engine-rules.ts";
import { type EmbeddingModel, refuseOtherModel } from "../../embedding-model.ts";
import { MediasearchError } from "../../errors.ts";
import type { Location } from "../../location.ts";
import { retry } from "../../retry.ts";
import { channel } from "../../pipeline/channel.ts";
import { type EngineChoice, engineChoice } from "../../pipeline/engines/engine-choice.ts";
import { run as runPipeline, type RunEvent } from "../../pipeline/run.ts";
import { sortChanges } from "../../pipeline/watch/sort-changes.ts";
import { watchRoots } from "../../pipeline/watch/watch-roots.ts";
import type { Context } from "../context.ts";
import type { IndexingEvent } from "./index-event.ts";
import { flush, isClusterAway, offlineQueuePath, openOfflineQueue } from "./offline-queue.ts";
import { createTally, type Tally } from "./tally.ts";

export interface IndexPathsRequest {
  /**
   * Files, folders and s3:// locations, absolute; none means what is registered and not done yet.
   */
  readonly locations: readonly Location[];
  /** Globs, relative to a folder: only what matches, and never what matches. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Tells what would be done and changes nothing. */
  readonly dryRun?: boolean;
  /** Files whose failures are forgotten first. */
  readonly forget?: readonly Location[];
  /** Recognises anew what is indexed. */
  readonly force?: boolean;
  /** Goes on with what changes below the locations, until the signal aborts. */
  readonly watch?: boolean;
}

/** One run: what it was called with, and whom it tells. */
interface IndexRun {
  readonly request: IndexPathsRequest;
  readonly context: Context;
  readonly emit: (event: IndexingEvent) => void;
}

const DAY_MS = 86_400_000;
/** Longest wait before an unreachable server is asked for the second time. */
const FIRST_WAIT_MS = 1000;

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
    context: {
      ...context.toldTo(events.push),
      signal: AbortSignal.any([context.signal, left.signal]),
    },
  };
  const work = indexOrQueue(run).then(events.end, events.fail);
  try {
    yield* events;
  } finally {
    left.abort(new MediasearchError("INTERRUPTED", "indexing was stopped"));
    await work;
  }
}

async function indexOrQueue(run: IndexRun): Promise<void> {
  const { context, request, emit } = run;
  const queuePath = offlineQueuePath(context);
  const open = async (): Promise<Backend> =>
    (await openForIndexing(context, request.dryRun === true)) ?? (await emptyBackend());
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
  emit({ type: "started" });
  try {
    const embedder = await context.identifyEmbedder();
    refuseOtherModel(await backend.library.embeddings.model(), embedder.embedder);
    const roots =
      request.locations.length > 0 ? request.locations : await registered(backend.library.catalog);
    const work = async (lease?: Lease): Promise<void> => {
      for (const path of request.forget ?? []) await backend.jobs.remove(path);
      await runAll(run, {
        backend,
        embedder,
        roots,
        tally,
        summarize,
        claims: lease?.claims,
      });
    };
    // The counts of a run that was stopped are kept as well.
    await (request.dryRun
      ? work()
      : withLease(backend.runLock, work, () => runRecord(tally, startedAt)));
  } finally {
    await backend.close();
  }
  summarize();
}

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

interface OpenedRun {
  readonly backend: Backend;
  readonly embedder: EmbeddingModel;
  readonly roots: readonly Location[];
  readonly tally: Tally;
  readonly summarize: () => void;
  readonly claims: Claims | undefined;
}

async function runAll(
  { context, request, emit }: IndexRun,
  { backend, embedder, roots, tally, summarize, claims }: OpenedRun,
): Promise<void> {
  const { signal, config } = context;
  const { library, jobs, checkpoints, records } = backend;
  const { include = [], exclude = [], dryRun = false, force = false } = request;
  const options = {
    ...config.settings,
    engines: parseEngineChain(config.settings.engine),
    engineFor: await chosenEngines(context),
    include,
    exclude,
    signal,
    dryRun,
    force,
    sweep: !force,
  };
  const workers = await context.openWorkers();
  const sources = await context.openSources();
  const tools = { library, jobs, checkpoints, records, workers, embedder, claims, sources };
  const tell = (event: RunEvent): void => {
    tally.add(event);
    emit(event);
  };
  const tellAll = async (events: AsyncIterable<RunEvent>): Promise<void> => {
    for await (const event of events) tell(event);
  };
  // What was replaced or deleted long ago is forgotten; a run that watches for months forgets as
  // well.
  const purge = async (): Promise<void> => {
    if (!dryRun) await library.archive.purge(Date.now() - config.settings.retentionDays * DAY_MS);
  };
  const indexChanges = async (places: readonly Location[]): Promise<void> => {
    const { there, gone } = await sortChanges(places, roots, tools);
    const found = {
      ...options,
      removals: await listRemovals(records),
      within: roots,
      sweep: false,
    };
    await tellAll(runPipeline(there, tools, found));
    // What moved is not among them any more.
    for (const path of gone)
      if (await library.catalog.get(path)) {
        await library.catalog.markDeleted([path]);
        await jobs.remove(path);
        tell({ type: "deleted", path });
      }
  };
  try {
    // Watching begins before the first look, so that nothing is lost between the two.
    const onNotice = (text: string): void => emit({ type: "notice", text });
    const changes = request.watch
      ? (await watchRoots(roots, sources, { signal, onNotice }))[Symbol.asyncIterator]()
      : undefined;
    const firstChange = changes?.next();
    firstChange?.catch(() => {});
    const first = { ...options, removals: await listRemovals(records), named: new Set(roots) };
    await tellAll(runPipeline(roots, tools, first));
    await purge();
    if (!changes || !firstChange) return;
    for (let next = await firstChange; !next.done; next = await changes.next()) {
      await purge();
      const places = next.value;
      await untilReachable(() => indexChanges(places), config.settings.bucketPollMs, emit, signal);
    }
  } catch (error) {
    // What was done before the stop is committed; the summary says so.
    summarize();
    throw error;
  } finally {
    await workers.close();
  }
}

/**
 * Watching outlives a server that is away for a while. It waits `waitMs` at most between attempts.
 */
const untilReachable = (
  work: () => Promise<void>,
  waitMs: number,
  emit: IndexRun["emit"],
  signal: AbortSignal,
): Promise<void> =>
  retry(
    work,
    (error) => {
      if (!(error instanceof MediasearchError) || error.code !== "UNREACHABLE") return undefined;
      emit({ type: "server-away", error });
      return {};
    },
    { baseDelayMs: FIRST_WAIT_MS, maxDelayMs: waitMs, signal },
  );

/** What was registered and is not done yet. @throws USAGE in a library in which nothing is. */
async function registered(catalog: ReadableCatalog): Promise<Location[]> {
  const roots: Location[] = [];
  for await (const { id, state } of catalog.list())
    if (state !== "indexed" && state !== "deleted") roots.push(id);
  if (roots.length > 0) return roots;
  const { assets } = await catalog.counts();
  if (assets.indexed === 0)
    throw new MediasearchError("USAGE", "nothing to index: no paths given and nothing registered", {
      hint: "mediasearch index FOLDER",
    });
  return roots;
}

/** A dry run never creates a library; without one everything is new. */
async function openForIndexing(context: Context, dryRun: boolean): Promise<Backend | undefined> {
  try {
    return await context.openBackend(!dryRun);
  } catch (error) {
    if (dryRun && error instanceof MediasearchError && error.code === "NO_STORE") return undefined;
    throw error;
  }
}

async function emptyBackend(): Promise<Backend> {
  const { openBackend } = await import("../../backends/registry.ts");
  return openBackend("memory", { path: "", create: true });
}

/** Rules of the settings; an engine that was named for this call is for all its files. */
async function chosenEngines({ config }: Context): Promise<EngineChoice | undefined> {
  const { engine, engineRules: rules } = config.settings;
  if (rules === undefined || config.sources.engine.kind === "flag") return undefined;
  return engineChoice(parseEngineChain(engine), engineRules(rules, "/"));
}
