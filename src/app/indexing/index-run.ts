import type { Backend } from "../../backends/backend.ts";
import { contentOf } from "../../backends/edits.ts";
import { listRemovals } from "../../backends/removals.ts";
import { takeRequests } from "../../backends/requests.ts";
import type { Claims } from "../../backends/run-lock.ts";
import { dropMediaFacts } from "../../backends/media-facts.ts";
import { dropHeardVoices } from "../../backends/voices.ts";
import { dropWordTimes } from "../../backends/word-times.ts";
import { engineRules } from "../../config/engine-rules.ts";
import { trackRules } from "../../config/track-rules.ts";
import { type EmbeddingModel, isOtherRecipe } from "../../embedding-model.ts";
import { parseEngineChain } from "../../engine-chain.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { type Location, isWithin } from "../../location.ts";
import { type EngineChoice, engineChoice } from "../../pipeline/engines/engine-choice.ts";
import type { FileServices } from "../../pipeline/file-outcome.ts";
import { run as runPipeline, type RunOptions } from "../../pipeline/run.ts";
import type { LocationBatch } from "../../pipeline/sources/media-source.ts";
import { type TrackChoice, trackChoice } from "../../pipeline/track-choice.ts";
import { sortChanges } from "../../pipeline/watch/sort-changes.ts";
import { watchRoots } from "../../pipeline/watch/watch-roots.ts";
import { retry } from "../../retry.ts";
import type { Context } from "../context.ts";
import { createAdmission, type RunAdmission } from "./admission.ts";
import { heardBetterNow } from "./heard-better.ts";
import {
  type EventRun,
  followEvents,
  followsEvents,
  workOffHints,
} from "./events/follow-events.ts";
import type { IndexingEvent } from "./index-event.ts";
import type { IndexPathsRequest } from "./index-request.ts";
import { readOrPoll } from "./read-or-poll.ts";
import { tellReadAnew } from "./read-anew.ts";
import { planRecognitionAgain } from "./recognised-again.ts";
import { rememberFolders, type RootGroup } from "./root-groups.ts";
import type { Tally } from "./tally.ts";

/** One run: what it was called with, and whom it tells. */
export interface IndexRun {
  readonly request: IndexPathsRequest;
  readonly context: Context;
  readonly emit: (event: IndexingEvent) => void;
}

const DAY_MS = 86_400_000;
/** Longest wait before an unreachable server is asked for the second time. */
const FIRST_WAIT_MS = 1000;

export interface OpenedRun {
  readonly backend: Backend;
  readonly embedder: EmbeddingModel;
  readonly groups: readonly RootGroup[];
  readonly tally: Tally;
  readonly summarize: () => void;
  readonly claims: Claims | undefined;
  /** undefined for a dry run, which nobody gives orders to. */
  readonly runId: string | undefined;
}

/** A run with everything that it works with. */
interface Session extends IndexRun, OpenedRun {
  readonly roots: readonly Location[];
  readonly services: FileServices;
  readonly options: RunOptions;
  readonly admission: RunAdmission | undefined;
}

/** Goes over all groups, then follows what changes where that is wanted. */
export async function runAll(run: IndexRun, opened: OpenedRun): Promise<void> {
  const { context, request, emit } = run;
  const { backend, embedder, groups, claims } = opened;
  const { library, jobs, checkpoints, records } = backend;
  const roots = groups.flatMap((group) => group.roots);
  const workers = await context.openWorkers(roots);
  const sources = await context.openSources();
  const admission = admissionOf(run, opened);
  const session: Session = {
    ...run,
    ...opened,
    roots,
    admission,
    services: { library, jobs, checkpoints, records, workers, embedder, claims, sources },
    options: { ...(await runOptions(run)), admission },
  };
  try {
    if (request.hintsOnly === true) return await indexHints(session);
    if (followsEvents(context.config, request.watch === true, session.roots))
      return await followEvents(eventRun(session));
    // Watching begins before the first look, so that nothing is lost between the two.
    const onNotice = (text: string): void => emit({ type: "notice", text });
    const changes = request.watch
      ? (await watchRoots(session.roots, sources, { signal: context.signal, onNotice }))[
          Symbol.asyncIterator
        ]()
      : undefined;
    const firstChange = changes?.next();
    firstChange?.catch(() => {});
    await lookThrough(session);
    const renewing = renewVectors(session);
    if (!changes || !firstChange) return await renewing;
    await Promise.all([renewing, follow(changes, firstChange, session)]);
  } catch (error) {
    // What was done before the stop is committed; the summary says so.
    opened.summarize();
    throw error;
  } finally {
    await workers.close();
    await admission?.close();
  }
}

const admissionOf = (
  { context: { signal }, emit }: IndexRun,
  { backend: { records }, runId }: OpenedRun,
): RunAdmission | undefined =>
  runId === undefined
    ? undefined
    : createAdmission({
        records,
        runId,
        signal,
        onNotice: (text) => emit({ type: "notice", text }),
      });

/** Looks at what events told of while nobody followed them. */
const indexHints = (session: Session): Promise<void> =>
  workOffHints({
    records: session.backend.records,
    roots: session.roots,
    isAlone: session.claims === undefined,
    indexChanges: (places) => indexChanges(places, session),
  });

const eventRun = (session: Session): EventRun => ({
  context: session.context,
  roots: session.roots,
  records: session.backend.records,
  isAlone: session.claims === undefined,
  emit: session.emit,
  look: () => lookThrough(session),
  indexChanges: (places) => indexChanges(places, session),
  serveRequests: () => serveRequests(session),
  isOver: async () => (await session.admission?.isOver()) ?? false,
  reachable: (work) => reachable(work, session),
});

async function runOptions({ context, request }: IndexRun): Promise<RunOptions> {
  const { signal, config } = context;
  const { dryRun = false, force = false, estimate = false, readAlong = false, resync } = request;
  return {
    ...config.settings,
    engines: parseEngineChain(config.settings.engine),
    engineFor: await chosenEngines(context),
    tracksFor: await chosenTracks(context),
    isHeardBetter: await heardBetterNow(context),
    termsFor: await wantedTerms(context),
    include: [],
    exclude: [],
    signal,
    dryRun,
    force,
    resync,
    estimate,
    readAlong,
    sweep: !force,
  };
}

/** @throws USAGE for a list that can't be read, before anything is done. */
async function wantedTerms({
  config: { settings },
}: Context): Promise<RunOptions["termsFor"] | undefined> {
  if (settings.vocabulary === undefined) return undefined;
  const [{ readTerms }, { takesTerms }] = await Promise.all([
    import("../../asr/terms.ts"),
    import("../../asr/registry.ts"),
  ]);
  const { digest } = await readTerms(settings.vocabulary);
  return (engine) => (takesTerms(engine) ? digest : undefined);
}

async function runOver(
  roots: readonly Location[],
  session: Session,
  more: Partial<RunOptions>,
): Promise<void> {
  const { services, options, tally, emit } = session;
  const removals = await listRemovals(services.records);
  for await (const event of runPipeline(roots, services, { ...options, removals, ...more })) {
    tally.add(event);
    emit(event);
  }
}

/** The first look at everything, and what others asked this run for meanwhile. */
async function lookThrough(session: Session): Promise<void> {
  const { backend, groups, options, request, emit } = session;
  const again = await planRecognitionAgain(backend, groups, {
    ...options,
    force: options.force === true,
  });
  if (again) emit({ type: "recognising-again", ...again });
  const anew =
    options.captions === "ignore"
      ? undefined
      : await tellReadAnew(
          backend.library.catalog,
          groups.flatMap(({ roots }) => roots),
        );
  if (anew !== undefined) emit({ type: "notice", text: anew });
  const isRemembered = !options.dryRun && !options.force && request.forget === undefined;
  const noteEnd = isRemembered
    ? await rememberFolders(groups, request.watch === true, {
        records: backend.records,
        sources: session.services.sources,
        signal: options.signal,
      })
    : undefined;
  for (const { roots, include, exclude } of groups)
    await runOver(roots, session, { include, exclude, named: new Set(roots) });
  // A run that is drained has not looked at everything.
  if (session.admission?.isDraining()) return;
  await noteEnd?.();
  await forgetOld(session);
  await serveRequests(session);
}

/**
 * Makes the vectors anew that an earlier mediasearch made in another way; the old ones answer
 * meanwhile. A run that is stopped goes on there the next time.
 */
async function renewVectors({ backend, embedder, services, ...run }: Session): Promise<void> {
  const { embeddings } = backend.library;
  const stored = await embeddings.model();
  if (run.options.dryRun || !stored || !isOtherRecipe(stored, embedder)) return;
  if (!embeddings.renew) {
    const text =
      "an earlier mediasearch made this library's vectors; mediasearch migrate --reembed makes searches by meaning find more";
    run.emit({ type: "notice", text });
    return;
  }
  const { signal, tell } = run.context;
  const [place = ""] = run.roots;
  const work = embeddings.renew(
    embedder,
    (segments) => services.workers.embed(place, segments, signal),
    (done, total) =>
      tell({
        type: "counted",
        unit: "segments embedded anew",
        done,
        total,
      }),
  );
  await work.catch((error: unknown) => {
    signal.throwIfAborted();
    const { message } = toMediasearchError(error);
    const text = `vectors of an earlier mediasearch are not all made anew: ${message}; the next run goes on`;
    run.emit({ type: "notice", text });
  });
  tell({ type: "idle" });
}

/**
 * What was replaced or deleted long ago is forgotten; a run that watches for months forgets as
 * well.
 */
async function forgetOld({ backend, options, context, claims }: Session): Promise<void> {
  const { retentionDays } = context.config.settings;
  if (options.dryRun) return;
  const forgotten = await backend.library.archive.purge(Date.now() - retentionDays * DAY_MS);
  if (forgotten === 0) return;
  // Another run writes the words' times of a transcript before the transcript itself.
  if (claims && (await backend.runLock.listOpenRuns()).length > 1) return;
  await forgetWordTimes(backend);
}

/** Forgets words' times, facts and voices of what is in the library and its archive no more. */
async function forgetWordTimes({ library, records }: Backend): Promise<void> {
  const kept = new Set<string>();
  for await (const { fingerprint } of library.catalog.list()) kept.add(contentOf(fingerprint));
  for (const { fingerprint } of await library.archive.list()) kept.add(contentOf(fingerprint));
  await dropWordTimes(records, (content) => !kept.has(content));
  await dropMediaFacts(records, (content) => !kept.has(content));
  await dropHeardVoices(records, (content) => !kept.has(content));
}

/** Tries the files that another command asked this run for (`jobs retry`). */
async function serveRequests(session: Session): Promise<void> {
  const { backend, options, claims } = session;
  // Where several runs may be at the library at once, nobody needs another one's help.
  if (options.dryRun || claims) return;
  const files = await takeRequests(backend.records);
  if (files.length === 0) return;
  for (const file of files) await backend.jobs.remove(file);
  await runOver(files, session, { named: new Set(files), sweep: false });
}

/** How often a run that watches looks whether it was asked for something. */
const REQUEST_POLL_MS = 2000;

async function follow(
  changes: AsyncIterator<LocationBatch>,
  first: Promise<IteratorResult<LocationBatch>>,
  session: Session,
): Promise<void> {
  for await (const batch of readOrPoll(changes, first, REQUEST_POLL_MS)) {
    if (await session.admission?.isOver()) return void changes.return?.();
    await reachable(() => serveRequests(session), session);
    await reachable(() => indexHints(session), session);
    if (!batch) continue;
    await forgetOld(session);
    await reachable(() => indexChanges(batch, session), session);
  }
}

const reachable = (work: () => Promise<void>, { context, emit }: Session): Promise<void> =>
  untilReachable(work, context.config.settings.bucketPollMs, emit, context.signal);

async function indexChanges(places: readonly Location[], session: Session): Promise<void> {
  const { groups, roots, services, backend, tally, emit } = session;
  const { there, gone } = await sortChanges(places, roots, services);
  for (const group of groups) {
    const own = there.filter((place) => group.roots.some((root) => isWithin(place, root)));
    const { include, exclude } = group;
    if (own.length > 0)
      await runOver(own, session, { include, exclude, within: group.roots, sweep: false });
  }
  // What moved is not among them any more.
  for (const path of gone)
    if (await backend.library.catalog.get(path)) {
      await backend.library.catalog.markDeleted([path]);
      await backend.jobs.remove(path);
      const event = { type: "deleted", path } as const;
      tally.add(event);
      emit(event);
    }
}

/**
 * Watching outlives a server that is away for a while, and a library that another process repairs.
 * It waits `waitMs` at most between attempts.
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
      if (!(error instanceof MediasearchError)) return undefined;
      if (error.code !== "UNREACHABLE" && error.code !== "STORE_BUSY") return undefined;
      emit({ type: "server-away", error });
      return {};
    },
    { baseDelayMs: FIRST_WAIT_MS, maxDelayMs: waitMs, signal },
  );

/** Rules of the settings; an engine that was named for this call is for all its files. */
async function chosenEngines({ config }: Context): Promise<EngineChoice | undefined> {
  const { engine, engineRules: rules } = config.settings;
  if (rules === undefined || config.sources.engine.kind === "flag") return undefined;
  return engineChoice(parseEngineChain(engine), engineRules(rules, "/"));
}

/** Rules of the settings; tracks that were named for this call are for all its files. */
async function chosenTracks({ config }: Context): Promise<TrackChoice | undefined> {
  const { settings, sources } = config;
  if (settings.trackRules === undefined) return undefined;
  const named = (name: "audioTrack" | "subtitleTrack" | "channels"): boolean =>
    sources[name].kind === "flag";
  return trackChoice(settings, trackRules(settings.trackRules, "/"), {
    audioTrack: named("audioTrack") ? settings.audioTrack : undefined,
    subtitleTrack: named("subtitleTrack") ? settings.subtitleTrack : undefined,
    channels: named("channels") ? settings.channels : undefined,
  });
}
