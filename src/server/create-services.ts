import { createUseNotes } from "../app/access/keys.ts";
import type { Context } from "../app/context.ts";
import { countHints } from "../backends/hints.ts";
import { listItems } from "../config/serve-settings.ts";
import type { Settings } from "../config/settings.ts";
import { createTracer, type Tracer } from "../tracing.ts";
import { toMediasearchError } from "../errors.ts";
import { nameOf } from "../location.ts";
import type { Addresses } from "./addresses.ts";
import { createAudit } from "./audit.ts";
import { createClipStore } from "./clip-store.ts";
import { createEventHub, type EventHub } from "./events.ts";
import { fileIdOf } from "./file-names.ts";
import { createIdempotency } from "./idempotency.ts";
import { createHintIntake } from "./hint-intake.ts";
import { createLibraryAccess } from "./library-access.ts";
import { createServerMetrics } from "./metrics/server-metrics.ts";
import type { OidcSignIn } from "./oidc/sign-in.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createReadPool } from "./reads/pool.ts";
import { createRemoteCopies } from "./remote-copies.ts";
import { createRenditions } from "./renditions.ts";
import type { Services } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { createValidator, readShapes } from "./schemas.ts";
import { createSessions } from "./sessions.ts";
import { createUploads } from "./uploads.ts";
import { announceChanges } from "./webhooks/announce.ts";
import { createWebhooks } from "./webhooks/webhooks.ts";
import { createWaveforms } from "./waveforms.ts";
import { createWorkJobs, type WorkJob } from "./work/jobs.ts";
import type { FileChange } from "./work/protocol.ts";
import { createWorkThread } from "./work/work-thread.ts";

/** Attempts to sign in that an address may make in a minute. */
const SIGN_INS = 20;
/** What the server itself sees: everything. */
const OWN_SIGHT = { filters: [], seesPaths: true, tenant: null };

/** Opens everything that handlers work with. `closeServices` closes it. */
export function createServices(
  context: Context,
  addresses: Addresses,
  oidc: OidcSignIn | undefined,
  writeLine: (line: string) => void,
): Services {
  const { config, env, cwd, signal } = context;
  const { settings } = config;
  const setup = { config, env: { ...env }, cwd };
  const library = createLibraryAccess(context);
  const events = createEventHub();
  const shapes = onceRead(readShapes);
  const log = createLog(writeLine);
  const reads = createReadPool({
    threads: settings.serveReaders,
    ...setup,
    onDone: (operation, waitedMs, tookMs) => metrics.noteRead(operation, waitedMs, tookMs),
    onNotice: (message) => log("info", message),
  });
  const jobs = createWorkJobs((job) => {
    metrics.noteJob(job);
    publishJob(events, job);
  });
  const work = createWorkThread(
    setup,
    (changes) => {
      metrics.noteChanges(changes);
      publishChanges(events, changes);
      void announceChanges(changes, { webhooks, library, reads }).catch((error: unknown) =>
        log("error", "webhooks can't be queued", { error: toMediasearchError(error).message }),
      );
    },
    // Whoever waits for the server waits for an answer, not for what changes meanwhile.
    reads.ready(),
  );
  const webhooks = createWebhooks({
    records: library.records,
    allowsPrivate: settings.serveWebhookPrivate,
    onDelivery: (outcome) => metrics.noteDelivery(outcome),
  });
  const metrics = createServerMetrics({
    settings,
    reads: () => reads,
    jobs: () => jobs,
    events,
    count: () => countLibrary(reads, library),
  });
  const intake = createIntake({ library, settings, jobs, work, metrics });
  return {
    context,
    library,
    reads,
    work,
    jobs,
    clips: createClipStore(),
    waveforms: createWaveforms(env, signal),
    renditions: createRenditions(env, signal),
    remoteCopies: createRemoteCopies(context),
    webhooks,
    intake,
    uploads: settings.serveUploads === undefined ? undefined : createUploads(settings.serveUploads),
    events,
    audit: createServerAudit(library.records, settings, log),
    metrics,
    tracer: openTracer(settings, log),
    sessions: createSessions(),
    oidc,
    idempotency: createIdempotency(),
    noteUse: createUseNotes(),
    addresses,
    validator: createValidator(shapes),
    limits: { requests: createRateLimit(settings.serveRate), signIns: createRateLimit(SIGN_INS) },
    routes: ROUTES,
    shapes,
    log,
    isOpen: () => !signal.aborted,
    stopping: signal,
  };
}

/** Reads when somebody first asks. */
function onceRead<T>(read: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= read());
}

const createLog =
  (writeLine: (line: string) => void): Services["log"] =>
  (level, message, facts = {}) =>
    writeLine(JSON.stringify({ time: new Date().toISOString(), level, msg: message, ...facts }));

const countLibrary = async (reads: Services["reads"], library: Services["library"]) => ({
  ...(await reads.run("counts", OWN_SIGHT, {})),
  hints: await countHints(await library.records()),
});

const createIntake = ({
  library,
  settings,
  jobs,
  work,
  metrics,
}: Pick<Services, "library" | "jobs" | "work" | "metrics"> & {
  readonly settings: Context["config"]["settings"];
}): Services["intake"] =>
  createHintIntake({
    records: library.records,
    roots: listItems(settings.serveRoots),
    queueJob: (request) => {
      const { id } = jobs.add(request);
      return () => jobs.get(id)?.phase === "queued";
    },
    work,
    onTaken: (taken) => metrics.noteEvents(taken),
  });

const createServerAudit = (
  records: Parameters<typeof createAudit>[0],
  settings: Parameters<typeof createAudit>[1],
  log: Services["log"],
): Services["audit"] =>
  createAudit(records, settings, (error, lost) =>
    log("error", "the audit can't be written", { error: toMediasearchError(error).message, lost }),
  );

function openTracer(
  { otlpEndpoint, otlpHeaders, otlpService }: Settings,
  log: Services["log"],
): Tracer | undefined {
  if (otlpEndpoint === undefined) return undefined;
  return createTracer({
    endpoint: otlpEndpoint,
    headers: otlpHeaders,
    service: otlpService,
    onLost: (lost, reason) => log("error", "traces are lost", { lost, reason }),
  });
}

export async function closeServices({
  jobs,
  work,
  reads,
  clips,
  renditions,
  remoteCopies,
  audit,
  tracer,
  library,
  webhooks,
  intake,
}: Services): Promise<void> {
  webhooks.close();
  intake.close();
  await jobs.close();
  await Promise.allSettled([
    work.close(),
    reads.close(),
    clips.close(),
    renditions.close(),
    remoteCopies.close(),
    audit.close(),
    tracer?.close(),
  ]);
  await library.close();
}

function publishJob(
  events: EventHub,
  { id, kind, phase, tenant, progress, counts }: WorkJob,
): void {
  const { done, total, unit, location } = progress;
  const file = location === null ? null : nameOf(location);
  events.publish({
    type: "job",
    location: null,
    tenant,
    data: { id, type: kind, state: phase, progress: { done, total, unit, file }, counts },
  });
}

function publishChanges(events: EventHub, changes: readonly FileChange[]): void {
  for (const { location, kind } of changes)
    events.publish({
      type: kind,
      location,
      data: { fileId: fileIdOf(location), file: nameOf(location) },
    });
}
