import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { JobState } from "../../backends/job-store.ts";
import type { Settings } from "../../config/settings.ts";
import { packageVersion } from "../../version.ts";
import type { DeliveryOutcome } from "../webhooks/webhooks.ts";
import type { EventHub } from "../events.ts";
import type { Ended } from "../request-end.ts";
import type { OperationName } from "../reads/operations.ts";
import type { ReadPool } from "../reads/pool.ts";
import type { TakenEvents } from "../hint-intake.ts";
import type { FileChange } from "../work/protocol.ts";
import type { WorkJob, WorkJobs } from "../work/jobs.ts";
import { createRegistry, type GaugeValue, type Registry } from "../../metrics-registry.ts";

/** What the library holds, as it was when it was last counted. */
export interface LibraryFigures {
  /** Objects that events told of and that nobody has looked at. */
  readonly hints: number;
  readonly files: Readonly<Record<string, number>>;
  readonly segments: number;
  readonly durationMs: number;
  readonly jobs: Readonly<Record<string, number>>;
  readonly model: string | null;
  /** When the copy that is searched was last the same as the library (ISO 8601). */
  readonly asOf?: string | undefined;
}

export interface ServerMetrics {
  /** All metrics as text; counts the library first. */
  text(): Promise<string>;
  /** A request came (1), or its answer was sent or given up (-1). */
  noteOpen(change: 1 | -1): void;
  noteRequest(ended: Ended): void;
  noteRead(operation: OperationName, waitedMs: number, tookMs: number): void;
  noteChanges(changes: readonly FileChange[]): void;
  noteJob(job: WorkJob): void;
  noteDelivery(outcome: DeliveryOutcome): void;
  noteEvents(taken: TakenEvents): void;
}

export interface MetricsSources {
  readonly settings: Settings;
  readonly reads: () => ReadPool;
  readonly jobs: () => WorkJobs;
  readonly events: EventHub;
  readonly count: () => Promise<LibraryFigures>;
}

const LATENCY_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Every state has a series, so that an alert sees the first file that comes to it. */
const NO_JOBS = {
  RETRYING: 0,
  NEEDS_MEDIA_FIX: 0,
  NEEDS_ENGINE_TUNING: 0,
  QUARANTINED: 0,
  SKIPPED: 0,
} as const satisfies Readonly<Record<JobState, number>>;
const HITS = [0, 1, 5, 10, 50, 100, 500, 1000];
/** A library is counted at most so often, however often somebody looks. */
const COUNT_MS = 5000;

export function createServerMetrics(sources: MetricsSources): ServerMetrics {
  const registry = createRegistry();
  const http = httpMetrics(registry);
  const search = searchMetrics(registry);
  const work = workMetrics(registry);
  let open = 0;
  registry.gauge("mediasearch_http_requests_in_flight", "Requests that are being answered.", () => [
    { value: open },
  ]);
  let figures: LibraryFigures | undefined;
  let countedAtMs = 0;
  processMetrics(registry);
  libraryMetrics(registry, sources, () => figures);
  activityMetrics(registry, sources);
  return {
    async text() {
      if (Date.now() - countedAtMs > COUNT_MS) {
        figures = await sources.count().catch(() => undefined);
        countedAtMs = Date.now();
      }
      return registry.text();
    },
    noteOpen: (change) => void (open += change),
    noteRequest(ended) {
      http(ended);
      search.noteRequest(ended);
    },
    noteRead: search.noteRead,
    ...work,
  };
}

function httpMetrics(registry: Registry): (ended: Ended) => void {
  const requests = registry.counter(
    "mediasearch_http_requests_total",
    "Requests by route, method and status.",
  );
  const durations = registry.histogram(
    "mediasearch_http_request_duration_seconds",
    "Time until the head of an answer was made.",
    LATENCY_S,
  );
  const refusals = registry.counter(
    "mediasearch_auth_failures_total",
    "Requests that were refused because of who sent them.",
  );
  const limited = registry.counter(
    "mediasearch_rate_limited_total",
    "Requests that were refused because there were too many.",
  );
  return ({ route, method, status, ms }) => {
    const path = route?.path ?? "page";
    // A method is the client's to choose; unknown ones are one series.
    const known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    const labels = { route: path, method: known.includes(method) ? method : "other" };
    requests.add({ ...labels, status: String(status) });
    durations.observe(ms / 1000, labels);
    if (status === 401) refusals.add({ reason: "unauthorized" });
    if (status === 403) refusals.add({ reason: "forbidden" });
    if (status === 429) limited.add({ scope: route?.tag ?? "page" });
  };
}

function searchMetrics(registry: Registry) {
  const durations = registry.histogram(
    "mediasearch_search_duration_seconds",
    "Time that a search took in its thread.",
    LATENCY_S,
  );
  const parts = registry.histogram(
    "mediasearch_search_stage_seconds",
    "Time that the parts of a search took: embed, vectors, words, rank.",
    LATENCY_S,
  );
  const hits = registry.histogram("mediasearch_search_hits", "Hits of a page.", HITS);
  const empty = registry.counter(
    "mediasearch_search_empty_total",
    "Searches that found nothing, by mode.",
  );
  const waits = registry.histogram(
    "mediasearch_read_wait_seconds",
    "Time that reads waited for a thread.",
    LATENCY_S,
  );
  return {
    noteRequest({ answer, stages = [] }: Ended): void {
      if (!answer) return;
      for (const { name, tookMs } of stages) parts.observe(tookMs / 1000, { stage: name });
      durations.observe(answer.processingTimeMs / 1000, { mode: answer.mode });
      hits.observe(answer.hits.length);
      if (answer.total === 0) empty.add({ mode: answer.mode });
    },
    noteRead(_operation: OperationName, waitedMs: number): void {
      waits.observe(Math.max(0, waitedMs) / 1000);
    },
  };
}

function workMetrics(registry: Registry) {
  const indexed = registry.counter(
    "mediasearch_index_files_total",
    "Files that were indexed, failed or were deleted since the start, whoever did it.",
  );
  const finished = registry.counter(
    "mediasearch_work_total",
    "Work of this server by kind and how it ended.",
  );
  const deliveries = registry.counter(
    "mediasearch_webhook_deliveries_total",
    "Deliveries to webhooks by outcome.",
  );
  const taken = registry.counter(
    "mediasearch_events_received_total",
    "Events of buckets that came by HTTP, by what they concern.",
  );
  for (const outcome of ["hint", "elsewhere", "ignored"]) taken.add({ outcome }, 0);
  // An alert on an increase does not see the first of a series that was not there before.
  for (const outcome of ["indexed", "failed", "deleted"]) indexed.add({ outcome }, 0);
  for (const outcome of ["delivered", "failed", "dropped"]) deliveries.add({ outcome }, 0);
  return {
    noteChanges(changes: readonly FileChange[]): void {
      for (const { kind } of changes) indexed.add({ outcome: kind });
    },
    noteJob({ kind, phase }: WorkJob): void {
      if (["done", "failed", "cancelled"].includes(phase)) finished.add({ kind, outcome: phase });
    },
    noteEvents({ hints, elsewhere, ignored }: TakenEvents): void {
      taken.add({ outcome: "hint" }, hints);
      taken.add({ outcome: "elsewhere" }, elsewhere);
      taken.add({ outcome: "ignored" }, ignored);
    },
    noteDelivery: (outcome: DeliveryOutcome): void => deliveries.add({ outcome }),
  };
}

function processMetrics(registry: Registry): void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const startedAt = Date.now() / 1000 - process.uptime();
  const one = (value: number): readonly GaugeValue[] => [{ value }];
  registry.counterOf("process_cpu_seconds_total", "CPU time of the process.", () => {
    const { user, system } = process.cpuUsage();
    return one((user + system) / 1e6);
  });
  registry.gauge("process_resident_memory_bytes", "Resident memory.", () =>
    one(process.memoryUsage.rss()),
  );
  registry.gauge("process_start_time_seconds", "When the process began, Unix time.", () =>
    one(startedAt),
  );
  registry.gauge(
    "nodejs_eventloop_lag_seconds",
    "The longest that the event loop was late since somebody last looked.",
    () => {
      const lag = delay.max / 1e9;
      delay.reset();
      return one(Number.isFinite(lag) ? lag : 0);
    },
  );
}

/** None for a library that is not there yet. */
function diskOf(store: string): readonly GaugeValue[] {
  try {
    const { bsize, blocks, bavail } = statfsSync(dirname(store));
    return [
      { labels: { kind: "size" }, value: blocks * bsize },
      { labels: { kind: "free" }, value: bavail * bsize },
    ];
  } catch {
    return [];
  }
}

function libraryMetrics(
  registry: Registry,
  { settings }: MetricsSources,
  figures: () => LibraryFigures | undefined,
): void {
  const of = (read: (found: LibraryFigures) => readonly GaugeValue[]) => () => {
    const found = figures();
    return found ? read(found) : [];
  };
  const byState = (counts: Readonly<Record<string, number>>): readonly GaugeValue[] =>
    Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }));
  registry.gauge("mediasearch_build_info", "What is running.", () => [
    {
      labels: {
        version: packageVersion(),
        backend: settings.backend,
        model: figures()?.model ?? "none",
      },
      value: 1,
    },
  ]);
  registry.gauge("mediasearch_backend_up", "1 when the library answered, else 0.", () => [
    { value: figures() ? 1 : 0 },
  ]);
  registry.gauge(
    "mediasearch_files",
    "Files of the library by state.",
    of(({ files }) => byState(files)),
  );
  registry.gauge(
    "mediasearch_jobs",
    "Failed files by state.",
    of(({ jobs: failed }) => byState({ ...NO_JOBS, ...failed })),
  );
  registry.gauge(
    "mediasearch_segments",
    "Segments of the library.",
    of(({ segments }) => [{ value: segments }]),
  );
  registry.gauge(
    "mediasearch_audio_seconds",
    "Length of all recordings.",
    of(({ durationMs }) => [{ value: durationMs / 1000 }]),
  );
  registry.gauge(
    "mediasearch_queue_files",
    "Files that wait to be indexed.",
    of(({ files }) => [{ value: (files["registered"] ?? 0) + (files["partial"] ?? 0) }]),
  );
  registry.gauge(
    "mediasearch_hints",
    "Objects that events told of and that nobody has looked at.",
    of(({ hints }) => [{ value: hints }]),
  );
  registry.gauge("mediasearch_library_bytes", "Size of the library's files.", () =>
    settings.backend === "local"
      ? (["file", "wal"] as const).map((kind) => ({
          labels: { kind },
          value:
            statSync(kind === "file" ? settings.store : `${settings.store}-wal`, {
              throwIfNoEntry: false,
            })?.size ?? 0,
        }))
      : [],
  );
  registry.gauge(
    "mediasearch_library_disk_bytes",
    "Room of the disk that the library is on: in all, and free.",
    () => (settings.backend === "local" ? diskOf(settings.store) : []),
  );
  registry.gauge(
    "mediasearch_replica_age_seconds",
    "How old the copy of a cluster's library is that is searched.",
    of(({ asOf }) =>
      asOf === undefined ? [] : [{ value: Math.max(0, (Date.now() - Date.parse(asOf)) / 1000) }],
    ),
  );
}

function activityMetrics(registry: Registry, { reads, jobs, events }: MetricsSources): void {
  registry.gauge("mediasearch_reads", "Reads that run and that wait.", () =>
    Object.entries(reads().load()).map(([state, value]) => ({ labels: { state }, value })),
  );
  registry.gauge("mediasearch_work", "Work of this server that runs and that waits.", () => {
    const phases = jobs().list();
    return (["queued", "running"] as const).map((state) => ({
      labels: { state },
      value: phases.filter(({ phase }) => phase === state).length,
    }));
  });
  registry.gauge("mediasearch_event_streams", "Clients that follow the events.", () => [
    { value: events.subscribers() },
  ]);
}
