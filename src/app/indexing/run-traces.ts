import type { Settings } from "../../config/settings.ts";
import { nameOf } from "../../location.ts";
import { createSpanId, createTraceId, createTracer, type Tracer } from "../../tracing.ts";
import type { IndexingEvent } from "./index-event.ts";

/** Files of which the beginning is remembered. */
const MAX_OPEN = 10_000;

/** Events that are the end of a file. */
const OUTCOMES = ["indexed", "unchanged", "reused", "skipped", "failed", "quarantined"] as const;
type Outcome = Extract<IndexingEvent, { readonly type: (typeof OUTCOMES)[number] }>;

const isOutcome = (event: IndexingEvent): event is Outcome =>
  (OUTCOMES as readonly string[]).includes(event.type);

/**
 * Passes the events of a run on and sends them as a trace, with a span for the run and one for each
 * file, where the settings name a collector.
 * @param tell learns, as a sentence, when spans are lost.
 */
export async function* withRunTraces(
  events: AsyncIterable<IndexingEvent>,
  { otlpEndpoint, otlpHeaders, otlpService }: Settings,
  tell: (text: string) => void,
): AsyncGenerator<IndexingEvent> {
  if (otlpEndpoint === undefined) return yield* events;
  const tracer = createTracer({
    endpoint: otlpEndpoint,
    headers: otlpHeaders,
    service: otlpService,
    onLost: (spans, reason) => tell(`traces are lost (${spans} so far): ${reason}`),
  });
  try {
    yield* traceRun(events, tracer);
  } finally {
    await tracer.close();
  }
}

async function* traceRun(
  events: AsyncIterable<IndexingEvent>,
  tracer: Tracer,
): AsyncGenerator<IndexingEvent> {
  const [traceId, spanId, startMs] = [createTraceId(), createSpanId(), Date.now()];
  const begun = new Map<string, number>();
  let counts: Readonly<Record<string, number>> = {};
  let error: string | undefined = "the run was left";
  try {
    for await (const event of events) {
      if (event.type === "summary") {
        const { indexed, unchanged, reused, failed, segments } = event.counts;
        counts = { indexed, unchanged, reused, failed, segments };
      }
      if ((event.type === "found" || event.type === "progress") && begun.size < MAX_OPEN)
        if (!begun.has(event.path)) begun.set(event.path, Date.now());
      if (isOutcome(event)) {
        tracer.add({
          name: "index file",
          kind: "internal",
          traceId,
          spanId: createSpanId(),
          parentId: spanId,
          startMs: begun.get(event.path) ?? Date.now(),
          endMs: Date.now(),
          attributes: attributesOf(event),
          error: event.type === "failed" ? event.error.code : undefined,
        });
        begun.delete(event.path);
      }
      yield event;
    }
    error = undefined;
  } catch (thrown) {
    error = (thrown as Error).message;
    throw thrown;
  } finally {
    const attributes = Object.fromEntries(
      Object.entries(counts).map(([name, value]) => [`mediasearch.${name}`, value]),
    );
    const run = { name: "index run", kind: "internal", traceId, spanId, startMs } as const;
    tracer.add({ ...run, endMs: Date.now(), attributes, error });
  }
}

/** A file by its name alone: collectors are read by people who need not know where files are. */
function attributesOf(event: Outcome): Readonly<Record<string, string | number>> {
  const base = { "mediasearch.file": nameOf(event.path), "mediasearch.outcome": event.type };
  if (event.type !== "indexed") return base;
  const { origin, engine, durationMs } = event.transcript;
  return {
    ...base,
    "mediasearch.origin": origin,
    "mediasearch.engine": engine,
    "mediasearch.audio_ms": durationMs ?? 0,
    "mediasearch.segments": event.segmentCount,
  };
}
