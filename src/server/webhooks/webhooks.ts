import { randomBytes } from "node:crypto";
import type { Json, Records } from "../../backends/records.ts";
import { createDeliverer } from "./deliver.ts";
import {
  createStore,
  type Delivery,
  DELIVERY,
  type Webhook,
  WEBHOOK,
  type WebhookEvent,
} from "./store.ts";
import { parseTarget } from "./target.ts";

export interface Webhooks {
  list(): Promise<readonly (readonly [string, Webhook])[]>;
  add(request: Pick<Webhook, "url" | "events" | "createdBy">): Promise<readonly [string, Webhook]>;
  get(id: string): Promise<Webhook | undefined>;
  remove(id: string): Promise<void>;
  /** Lets a paused one go on. */
  resume(id: string): Promise<void>;
  deliveries(id: string): Promise<readonly (readonly [string, Delivery])[]>;
  /** Sends a delivery once more. */
  replay(delivery: string): Promise<boolean>;
  /** Queues an event for everybody who wants it. */
  announce(event: WebhookEvent, data: Readonly<Record<string, Json>>): Promise<void>;
  close(): void;
}

export interface WebhookOptions {
  readonly records: () => Promise<Records>;
  readonly allowsPrivate: boolean;
  readonly onDelivery: (outcome: "delivered" | "failed" | "refused") => void;
}

const MAX_DELIVERIES = 500;
export const MAX_WEBHOOKS = 100;

/** Deliveries are kept in the library before they are sent, so that a restart loses none. */
export function createWebhooks({ records, allowsPrivate, onDelivery }: WebhookOptions): Webhooks {
  const store = createStore(records);
  const { all, put, get } = store;
  const deliverer = createDeliverer(store, allowsPrivate, onDelivery);

  async function queue(webhook: string, event: WebhookEvent, data: Json): Promise<void> {
    const id = `msg_${Date.now().toString(36)}${randomBytes(9).toString("base64url")}`;
    const timestamp = new Date().toISOString();
    const delivery: Delivery = {
      webhook,
      event,
      body: JSON.stringify({ type: event, timestamp, data }),
      createdAtMs: Date.now(),
      attempts: 0,
      status: "waiting",
      nextAtMs: Date.now(),
      lastStatus: null,
      lastError: null,
    };
    await put(DELIVERY, id, delivery);
  }

  async function forgetOld(): Promise<void> {
    const done = (await all<Delivery>(DELIVERY)).filter(([, { status }]) => status !== "waiting");
    const store = await records();
    for (const [id] of done
      .toSorted(([, a], [, b]) => b.createdAtMs - a.createdAtMs)
      .slice(MAX_DELIVERIES))
      await store.remove(DELIVERY, id);
  }

  return {
    list: () => all<Webhook>(WEBHOOK),
    get,
    async add({ url, events, createdBy }) {
      parseTarget(url, allowsPrivate);
      const id = randomBytes(9).toString("base64url");
      const webhook: Webhook = {
        url,
        events,
        createdBy,
        secret: `whsec_${randomBytes(32).toString("base64")}`,
        createdAtMs: Date.now(),
        failures: 0,
        paused: false,
      };
      await put(WEBHOOK, id, webhook);
      return [id, webhook];
    },
    remove: async (id) => (await records()).remove(WEBHOOK, id),
    async resume(id) {
      const webhook = await get(id);
      if (webhook) await put(WEBHOOK, id, { ...webhook, failures: 0, paused: false });
    },
    deliveries: async (id) =>
      (await all<Delivery>(DELIVERY)).filter(([, { webhook }]) => webhook === id),
    async replay(id) {
      const found = (await (await records()).get(DELIVERY, id)) as unknown as Delivery | undefined;
      if (!found) return false;
      await put(DELIVERY, id, { ...found, status: "waiting", attempts: 0, nextAtMs: Date.now() });
      deliverer.look();
      return true;
    },
    async announce(event, data) {
      const wanting = (await all<Webhook>(WEBHOOK)).filter(
        ([, { events, paused }]) => !paused && events.includes(event),
      );
      for (const [id] of wanting) await queue(id, event, data);
      if (wanting.length === 0) return;
      await forgetOld();
      deliverer.look();
    },
    close: () => deliverer.close(),
  };
}
