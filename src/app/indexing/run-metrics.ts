import { createRegistry, type GaugeValue } from "../../metrics-registry.ts";
import type { IndexingEvent } from "./index-event.ts";
import { createTally, type RunCounts } from "./tally.ts";

/** While a run goes on, its figures are written this often. */
const WRITE_MS = 15_000;

const OUTCOMES = [
  "indexed",
  "unchanged",
  "reused",
  "skipped",
  "deleted",
  "failed",
  "quarantined",
  "partial",
] as const satisfies readonly (keyof RunCounts)[];

interface RunFigures {
  readonly counts: RunCounts;
  readonly startedAtMs: number;
  /** null while the run goes on. */
  readonly endedAtMs: number | null;
  /** Whether the run came to its end without an error. */
  readonly hasEnded: boolean;
}

/**
 * Passes the events of a run on and writes its figures, so that a run that nobody can scrape is
 * watched by a file (the textfile collector of node_exporter). An error of `write` ends the run.
 */
export async function* withRunMetrics(
  events: AsyncIterable<IndexingEvent>,
  write: (text: string) => Promise<void>,
): AsyncGenerator<IndexingEvent> {
  const startedAtMs = Date.now();
  const tally = createTally();
  let counts = tally.counts;
  let hasEnded = false;
  let writtenAt = performance.now();
  const tell = (endedAtMs: number | null): Promise<void> =>
    write(runMetrics({ counts, startedAtMs, endedAtMs, hasEnded }));
  await tell(null);
  try {
    for await (const event of events) {
      if (event.type === "summary") ({ counts } = event);
      else tally.add(event as Parameters<typeof tally.add>[0]);
      yield event;
      if (performance.now() - writtenAt < WRITE_MS) continue;
      await tell(null);
      writtenAt = performance.now();
    }
    hasEnded = true;
  } finally {
    await tell(Date.now());
  }
}

/** The figures of a run as Prometheus reads them. */
export function runMetrics({ counts, startedAtMs, endedAtMs, hasEnded }: RunFigures): string {
  const registry = createRegistry();
  const one = (value: number): readonly GaugeValue[] => [{ value }];
  registry.gauge("mediasearch_run_files", "Files of the last index run by outcome.", () =>
    OUTCOMES.map((outcome) => ({ labels: { outcome }, value: counts[outcome] })),
  );
  registry.gauge("mediasearch_run_found_files", "Files that the last index run looked at.", () =>
    one(counts.found),
  );
  registry.gauge("mediasearch_run_retries", "Attempts of the last run that were repeated.", () =>
    one(counts.retried),
  );
  registry.gauge("mediasearch_run_audio_seconds", "Audio that the last run indexed.", () =>
    one(counts.doneMs / 1000),
  );
  registry.gauge("mediasearch_run_recognised_seconds", "Audio that the last run recognised.", () =>
    one(counts.asrMs / 1000),
  );
  registry.gauge("mediasearch_run_segments", "Segments that the last run wrote.", () =>
    one(counts.segments),
  );
  registry.gauge("mediasearch_run_start_time_seconds", "When the last run began, Unix time.", () =>
    one(startedAtMs / 1000),
  );
  registry.gauge("mediasearch_run_end_time_seconds", "When the last run ended, Unix time.", () =>
    endedAtMs === null ? [] : one(endedAtMs / 1000),
  );
  registry.gauge(
    "mediasearch_run_success",
    "1 when the last run came to its end, also when files failed; 0 while it goes on or was cut.",
    () => one(hasEnded ? 1 : 0),
  );
  return registry.text();
}
