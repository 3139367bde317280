import { packageVersion } from "./version.ts";

/** What took time, as OpenTelemetry has it. */
export interface Span {
  readonly name: string;
  readonly kind: "server" | "internal";
  /** 32 hexadecimal digits, the same for everything of one request or run. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentId?: string | undefined;
  /** Unix milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it failed; undefined when it did not. */
  readonly error?: string | undefined;
}

export interface Tracer {
  /** Queues a span. Never waits, never fails. */
  add(span: Span): void;
  /** Sends what is queued, for a few seconds at most. */
  close(): Promise<void>;
}

export interface TracerOptions {
  /** The collector, without `/v1/traces`. */
  readonly endpoint: string;
  /** `name=value` separated by commas, as OTEL_EXPORTER_OTLP_HEADERS has it; may hold keys. */
  readonly headers: string | undefined;
  readonly service: string;
  /** Told when spans were lost: how many, and why. Once until sending works again. */
  readonly onLost: (spans: number, reason: string) => void;
}

const SEND_MS = 5000;
const MAX_BATCH = 512;
const MAX_QUEUED = 4096;
const TIMEOUT_MS = 5000;

const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
export const createTraceId = (): string => hex(16);
export const createSpanId = (): string => hex(8);

/** Who called, by the header `traceparent` (https://www.w3.org/TR/trace-context/). */
export function parseTraceparent(
  header: string | null,
): { readonly traceId: string; readonly parentId: string } | undefined {
  const [, traceId = "", parentId = ""] =
    /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(header ?? "") ?? [];
  const isGood = /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(parentId);
  return isGood ? { traceId, parentId } : undefined;
}

/**
 * Sends spans to a collector by OTLP over HTTP, as JSON. The official SDK takes 19 MB and starts
 * slowly; this is the part of it that is needed.
 */
export function createTracer(options: TracerOptions): Tracer {
  const { onLost } = options;
  let queued: Span[] = [];
  let lost = 0;
  let isLosing = false;
  let sending: Promise<void> | undefined;
  /** A collector that takes its time does not keep the program from ending. */
  let closesAtMs = Number.POSITIVE_INFINITY;

  function lose(spans: number, reason: string): void {
    lost += spans;
    if (isLosing) return;
    isLosing = true;
    onLost(lost, reason);
  }

  async function send(): Promise<void> {
    while (queued.length > 0) {
      if (performance.now() > closesAtMs) return lose(queued.length, "the program ends");
      const batch = queued.slice(0, MAX_BATCH);
      queued = queued.slice(MAX_BATCH);
      try {
        await post(options, batch);
        [lost, isLosing] = [0, false];
      } catch (error) {
        return lose(batch.length, reasonOf(error));
      }
    }
  }

  const flush = (): Promise<void> =>
    (sending ??= send().finally(() => {
      sending = undefined;
    }));
  const timer = setInterval(() => void flush(), SEND_MS);
  timer.unref();
  return {
    add(span) {
      if (queued.length >= MAX_QUEUED) return lose(1, "too many are waiting");
      queued.push(span);
      if (queued.length >= MAX_BATCH) void flush();
    },
    async close() {
      clearInterval(timer);
      closesAtMs = performance.now() + TIMEOUT_MS;
      await sending;
      await flush();
    },
  };
}

async function post({ endpoint, headers, service }: TracerOptions, spans: readonly Span[]) {
  const response = await fetch(`${endpoint}/v1/traces`, {
    method: "POST",
    redirect: "error",
    headers: { "Content-Type": "application/json", ...parseHeaders(headers) },
    body: JSON.stringify(toOtlp(service, spans)),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new CollectorRefusal(`HTTP ${response.status}`);
}

class CollectorRefusal extends Error {}

/**
 * The collector's address and what it was sent stay out of it: headers may hold keys, and Node
 * quotes those that it does not take.
 */
function reasonOf(error: unknown): string {
  if (error instanceof CollectorRefusal) return error.message;
  const { name, cause } = error as Error;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code !== undefined) return code;
  return name === "TimeoutError"
    ? `no answer within ${TIMEOUT_MS / 1000} s`
    : "the request can't be made; look at OTEL_EXPORTER_OTLP_ENDPOINT and _HEADERS";
}

/** Values are percent-encoded (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). */
function parseHeaders(text = ""): Record<string, string> {
  const pairs = text.split(",").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decode(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** https://github.com/open-telemetry/opentelemetry-proto, in the JSON form of protobuf. */
const toOtlp = (service: string, spans: readonly Span[]) => ({
  resourceSpans: [
    {
      resource: {
        attributes: attributesOf({ "service.name": service, "service.version": packageVersion() }),
      },
      scopeSpans: [
        { scope: { name: "mediasearch", version: packageVersion() }, spans: spans.map(toSpan) },
      ],
    },
  ],
});

const KINDS = { internal: 1, server: 2 } as const;
const STATUS_ERROR = 2;

const toSpan = ({ kind, startMs, endMs, parentId, attributes, error, ...span }: Span) => ({
  ...span,
  ...(parentId === undefined ? {} : { parentSpanId: parentId }),
  kind: KINDS[kind],
  startTimeUnixNano: toNano(startMs),
  endTimeUnixNano: toNano(endMs),
  attributes: attributesOf(attributes),
  ...(error === undefined ? {} : { status: { code: STATUS_ERROR, message: error } }),
});

const toNano = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n);

const attributesOf = (attributes: Span["attributes"]) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }));

function toValue(value: string | number | boolean): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
