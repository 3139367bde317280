import { refuseOtherModel } from "../../embedding-model.ts";
import type { Backend, Store } from "../../backends/backend.ts";
import type { Claims, Lease } from "../../backends/ledger.ts";
import { withLease } from "../../backends/lease.ts";
import type { Context } from "../context.ts";
import { tellOn } from "../../cli/tell.ts";
import type { CliStreams } from "../../terminal/io.ts";
import { engineRules } from "../../config/engine-rules.ts";
import { ERRORS, MediasearchError } from "../../errors.ts";
import { type StatusLine, createStatusLine } from "../../terminal/status-line.ts";
import { type EngineChoice, engineChoice } from "../../pipeline/engines/engine-choice.ts";
import { run as runPipeline, type RunEvent } from "../../pipeline/run.ts";
import type { Location } from "../../location.ts";
import { retry } from "../../retry.ts";
import { flush, isClusterAway, openOfflineQueue, offlineQueuePath } from "./offline-queue.ts";
import { createReport, type IndexReport } from "../../commands/index/report.ts";
import { sortChanges } from "../../pipeline/sources/changes.ts";

export interface IndexCall {
  readonly io: CliStreams;
  /** Absolute paths, once the library is open. */
  readonly roots: (store: Store) => Promise<readonly string[]>;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly dryRun: boolean;
  readonly asJson: boolean;
  /** Files whose failures are forgotten first. */
  readonly forget?: readonly string[];
  /** Recognise anew what is indexed. */
  readonly again?: boolean | undefined;
  /** Goes on with what these yield, after the roots are done. */
  readonly follow?:
    | ((
        roots: readonly Location[],
        note: (text: string) => void,
      ) => Promise<AsyncIterable<readonly Location[]>>)
    | undefined;
}

const DAY_MS = 86_400_000;
/** Longest wait before an unreachable server is asked for the second time. */
const FIRST_WAIT_MS = 1000;

/** Indexes into the library; with FALLBACK=local, and unless it watches, into a file of this machine while the cluster is away. @returns the exit code. */
export async function indexPaths(context: Context, call: IndexCall): Promise<number> {
  const outbox = offlineQueuePath(context);
  const open = async (): Promise<Backend> =>
    (await openForIndexing(context, call.dryRun)) ?? (await emptyBackend());
  if (outbox === "" || call.dryRun || call.follow) return indexInto(open, context, call);
  try {
    return await indexInto(
      async () => {
        const backend = await open();
        await flush(outbox, backend, context).catch(async (error: unknown) => {
          await backend.close();
          throw error;
        });
        return backend;
      },
      context,
      call,
    );
  } catch (error) {
    if (!isClusterAway(error, context)) throw error;
    context.tell({
      type: "cluster-away",
      message: (error as Error).message,
      queuePath: outbox,
    });
    return indexInto(() => openOfflineQueue(outbox, context), context, call);
  }
}

/** Opens what indexing needs, holds the library's lease, runs, reports. @returns the exit code. */
async function indexInto(
  open: () => Promise<Backend>,
  context: Context,
  call: IndexCall,
): Promise<number> {
  const { io } = call;
  const { config } = context;
  const backend = await open();
  const status = await openStatus(call);
  const report = createReport({ io, status, asJson: call.asJson, jobs: config.settings.jobs });
  try {
    const embedder = await context.embedderIdentity();
    refuseOtherModel(await backend.store.identity(), embedder.embedder);
    const roots = await call.roots(backend.store);
    const work = async (lease?: Lease): Promise<void> => {
      for (const path of call.forget ?? []) await backend.ledger.removeJob(path);
      await runAll(context, call, {
        backend,
        embedder,
        roots,
        status,
        report,
        claims: lease?.claims,
      });
    };
    // The summary of a run that was stopped is kept as well.
    await (call.dryRun ? work() : withLease(backend.ledger, work, report.counts));
  } finally {
    status.end();
    await backend.close();
  }
  report.summary();
  return report.failed > 0 ? ERRORS.PARTIAL.exit : 0;
}

/** A live view needs a real terminal; anything else gets lines. */
async function openStatus({ io, asJson }: IndexCall): Promise<StatusLine> {
  if (asJson || !io.stderr.isTTY || io.env["TERM"] === "dumb" || !("fd" in io.stderr))
    return createStatusLine(io.stderr, io.env);
  const { openLiveView } = await import("../../commands/index/live-view.ts");
  return openLiveView(io);
}

interface Opened {
  readonly backend: Backend;
  readonly embedder: { readonly embedder: string; readonly dimensions: number };
  readonly roots: readonly string[];
  readonly status: StatusLine;
  readonly report: IndexReport;
  readonly claims: Claims | undefined;
}

async function runAll(
  context: Context,
  call: IndexCall,
  { backend, embedder, roots, status, report, claims }: Opened,
): Promise<void> {
  const { signal, config } = context;
  const { store, ledger } = backend;
  const workers = await context.toldTo(tellOn(status)).openWorkers();
  const { include, exclude, dryRun, again } = call;
  const engineFor = await chosenEngines(context);
  const options = {
    ...config.settings,
    engineFor,
    include,
    exclude,
    signal,
    dryRun,
    again,
    sweep: !again,
  };
  try {
    // Watching begins before the first look, so that nothing is lost between the two.
    const tools = {
      store,
      ledger,
      workers,
      embedder,
      claims,
      objects: () => context.openObjects(),
    };
    const changes = (await call.follow?.(roots, (text) => status.note(text)))?.[
      Symbol.asyncIterator
    ]();
    const first = changes?.next();
    first?.catch(() => {});
    // What was replaced or deleted long ago is forgotten; a run that watches for months forgets as well.
    const purge = async (): Promise<void> => {
      if (!dryRun) await store.purge(Date.now() - config.settings.retentionDays * DAY_MS);
    };
    await follow(runPipeline(roots, tools, options), report);
    await purge();
    if (!changes || !first) return;
    for (let next = await first; !next.done; next = await changes.next()) {
      await purge();
      const places = next.value;
      await untilReachable(
        async () => {
          const { there, gone } = await sortChanges(places, roots, tools);
          await follow(
            runPipeline(there, tools, { ...options, within: roots, sweep: false }),
            report,
          );
          // What moved is not among them any more.
          for (const path of gone)
            if (await store.getAsset(path)) {
              await store.markDeleted([path]);
              await ledger.removeJob(path);
              report.add({ type: "deleted", path });
            }
        },
        config.settings.bucketPollMs,
        status,
        signal,
      );
    }
  } catch (error) {
    // What was done before the stop is committed; the summary says so.
    report.summary();
    throw error;
  } finally {
    await workers.close();
  }
}

/** Watching outlives a server that is away for a while. It waits `waitMs` at most between attempts. */
const untilReachable = (
  work: () => Promise<void>,
  waitMs: number,
  status: StatusLine,
  signal: AbortSignal,
): Promise<void> =>
  retry(
    work,
    (error) => {
      if (!(error instanceof MediasearchError) || error.code !== "UNREACHABLE") return undefined;
      status.note(`waiting: ${error.message}`);
      return {};
    },
    { baseDelayMs: FIRST_WAIT_MS, maxDelayMs: waitMs, signal },
  );

async function follow(events: AsyncIterable<RunEvent>, report: IndexReport): Promise<void> {
  for await (const event of events) report.add(event);
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

/** Rules of the settings; `--engine` is for this run and all its files. */
async function chosenEngines({ config }: Context): Promise<EngineChoice | undefined> {
  const { engine, engineRules: rules } = config.settings;
  if (rules === undefined || config.sources.engine.kind === "flag") return undefined;
  return engineChoice(engine, engineRules(rules, "/"));
}
