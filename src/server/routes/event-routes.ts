import type { Identity } from "../../app/access/identity.ts";
import { sightOf, tenantOf } from "../authenticate.ts";
import type { ServerEvent } from "../events.ts";
import { fileIdOf } from "../file-names.ts";
import { HttpError } from "../problem.ts";
import type { Call, Route, Services } from "../route.ts";

/** Proxies close connections that are silent for half a minute or more. */
const BEAT_MS = 15_000;
/** What a client that does not read may leave unread before it is cut off. */
const MAX_UNREAD = 1000;
const MAX_STREAMS = 500;

export const EVENT_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/v1/events",
    id: "followEvents",
    tag: "work",
    summary: "Follow what happens, as server-sent events; Last-Event-ID resumes",
    scope: "read",
    answers: { 200: { description: "a stream without an end", types: ["text/event-stream"] } },
    handle: followEvents,
  },
];

async function followEvents(call: Call, services: Services): Promise<Response> {
  const { events } = services;
  if (events.subscribers() >= MAX_STREAMS)
    throw new HttpError(503, "OVERLOADED", "too many clients follow the events", {
      headers: { "Retry-After": "30" },
    });
  const last = Number(call.request.headers.get("last-event-id") ?? Number.NaN);
  return new Response(eventStream(call, services, Number.isFinite(last) ? last : undefined), {
    headers: {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no",
    },
  });
}

/** What one client has still to hear, in order. */
interface Inbox {
  /** Resolves with undefined when the stream has ended. */
  next(): Promise<ServerEvent | undefined>;
  /** @returns false when the client leaves too much unread. */
  add(event: ServerEvent): boolean;
  end(): void;
  isEnded(): boolean;
}

/** Events of the past are there at once and count for nothing: their number has a bound already. */
function createInbox(replayed: readonly ServerEvent[]): Inbox {
  const waiting = [...replayed];
  const most = MAX_UNREAD + replayed.length;
  let isEnded = false;
  let wake = (): void => {};
  return {
    async next() {
      if (waiting.length === 0 && !isEnded)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return isEnded ? undefined : waiting.shift();
    },
    add(event) {
      waiting.push(event);
      wake();
      return waiting.length <= most;
    },
    end() {
      isEnded = true;
      wake();
    },
    isEnded: () => isEnded,
  };
}

/**
 * Sends an event when the client has read the one before, so that what is unread can be counted.
 */
function eventStream(
  { identity, signal }: Call,
  services: Services,
  after: number | undefined,
): ReadableStream<Uint8Array> {
  const { events, stopping } = services;
  const inbox = createInbox(after === undefined ? [] : events.since(after));
  const encoder = new TextEncoder();
  let leave = (): void => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string): void => controller.enqueue(encoder.encode(text));
      // A client that reads nothing gets no signs of life either.
      const beat = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) write(": still here\n\n");
      }, BEAT_MS);
      const end = (): void => {
        leave();
        try {
          controller.close();
        } catch {
          // The client has gone already.
        }
      };
      const unsubscribe = events.subscribe((event) => {
        if (!inbox.add(event)) end();
      });
      leave = () => {
        clearInterval(beat);
        unsubscribe();
        inbox.end();
        stopping.removeEventListener("abort", end);
        signal.removeEventListener("abort", end);
      };
      stopping.addEventListener("abort", end, { once: true });
      signal.addEventListener("abort", end, { once: true });
      write(`retry: 3000\nid: ${after ?? events.lastId()}\n\n`);
    },
    async pull(controller) {
      for (;;) {
        const event = await inbox.next();
        if (!event) return;
        const isVisible = await mayHear(event, identity, services).catch(() => false);
        if (!isVisible) continue;
        if (!inbox.isEnded()) controller.enqueue(encoder.encode(format(event)));
        return;
      }
    },
    cancel: () => leave(),
  });
}

const format = ({ id, type, data }: ServerEvent): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/** Of files that a caller can't see, and of work of others, he hears nothing. */
async function mayHear(
  { location, tenant, type }: ServerEvent,
  identity: Identity,
  { reads }: Services,
): Promise<boolean> {
  const own = tenantOf(identity.filters);
  if (own === null) return true;
  if (tenant !== undefined && tenant !== own) return false;
  if (location === null) return tenant !== undefined;
  // A deleted file can't be looked at any more.
  if (type === "deleted") return false;
  return reads.run("file", sightOf(identity), { fileId: fileIdOf(location) }).then(
    () => true,
    () => false,
  );
}
