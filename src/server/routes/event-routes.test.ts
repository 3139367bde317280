import { describe, expect, it } from "vitest";
import type { Identity } from "../../app/access/identity.ts";
import { createEventHub, type EventHub } from "../events.ts";
import type { Call, Services } from "../route.ts";
import { EVENT_ROUTES } from "./event-routes.ts";

const IDENTITY: Identity = {
  id: "key:1",
  name: "1",
  kind: "key",
  scopes: ["read"],
  filters: [],
  keyId: "1",
  expiresAtMs: null,
};
const publish = (events: EventHub, count: number): void => {
  for (let i = 0; i < count; i++) events.publish({ type: "indexed", location: "/a", data: { i } });
};

interface Stream {
  /** How many events have come when that many were asked for, or the stream has ended. */
  read(count: number): Promise<number>;
  readonly isDone: () => boolean;
}

async function follow(events: EventHub, lastId?: number): Promise<Stream> {
  const headers = lastId === undefined ? {} : { "Last-Event-ID": String(lastId) };
  const request = new Request("http://localhost/v1/events", { headers });
  const call = { request, identity: IDENTITY, signal: request.signal } as Call;
  const services = { events, stopping: new AbortController().signal } as Services;
  const response = await EVENT_ROUTES[0]?.handle(call, services);
  if (!(response instanceof Response) || !response.body) throw new Error("no stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let isDone = false;
  return {
    isDone: () => isDone,
    async read(count) {
      let found = 0;
      while (found < count && !isDone) {
        const { value = "", done } = await reader.read();
        isDone = done;
        found += value.split("event: indexed").length - 1;
      }
      return found;
    },
  };
}

describe("the stream of events", () => {
  it("replays as many as are kept, and goes on", async () => {
    const events = createEventHub();
    publish(events, 1500);
    const stream = await follow(events, 1);
    publish(events, 10);
    expect(await stream.read(1510)).toBe(1510);
    publish(events, 1);
    expect(await stream.read(1)).toBe(1);
  });

  it("follows how fast a client reads, and cuts off one that does not", async () => {
    const events = createEventHub();
    const stream = await follow(events);
    for (let i = 0; i < 5; i++) {
      publish(events, 900);
      expect(await stream.read(900)).toBe(900);
    }
    expect(events.subscribers()).toBe(1);
    publish(events, 1100);
    expect(events.subscribers()).toBe(0);
    expect(await stream.read(1100)).toBeLessThan(1100);
    expect(stream.isDone()).toBe(true);
  });

  it("counts as unread what waits in the stream for a client that does not read", async () => {
    const events = createEventHub();
    await follow(events);
    for (let i = 0; i < 20 && events.subscribers() > 0; i++) {
      publish(events, 100);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(events.subscribers()).toBe(0);
  });
});
