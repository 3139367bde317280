import { randomBytes } from "node:crypto";
import type { Json, Records } from "../../backends/records.ts";
import { createDeliverer } from "./deliver.ts";
import { createDeliveryQueue } from "./delivery-queue.ts";
import { createStore, type Delivery, type Webhook, WEBHOOK, type WebhookEvent } from "./store.ts";
import { parseTarget } from "./target.ts";

export interface Webhooks {
  list(): Promise<readonly (readonly [string, Webhook])[]>;
  add(
    request: Pick<Webhook, "url" | "events" | "createdBy" | "format">,
  ): Promise<readonly [string, Webhook]>;
  get(id: string): Promise<Webhook | undefined>;
  /** Removes a webhook and what was to be sent to it. */
  remove(id: string): Promise<void>;
  /** Lets a paused one go on. */
  resume(id: string): Promise<void>;
  deliveries(id: string): Promise<readonly (readonly [string, Delivery])[]>;
  /** Sends a delivery once more. */
  replay(delivery: string): Promise<boolean>;
  /** Queues events for everybody who wants them. */
  announce(events: readonly Announcement[]): Promise<void>;
  close(): void;
}

/** Something that webhooks may want to hear of. */
export interface Announcement {
  readonly event: WebhookEvent;
  readonly data: Readonly<Record<string, Json>>;
}

export interface WebhookOptions {
  readonly records: () => Promise<Records>;
  readonly allowsPrivate: boolean;
  readonly onDelivery: (outcome: DeliveryOutcome) => void;
}

/** `dropped`: too many were waiting already. */
export type DeliveryOutcome = "delivered" | "failed" | "dropped";

export const MAX_WEBHOOKS = 100;

/** Deliveries are kept in the library before they are sent, so that a restart loses none. */
export function createWebhooks({ records, allowsPrivate, onDelivery }: WebhookOptions): Webhooks {
  const store = createStore(records);
  const { all, put, get } = store;
  const queue = createDeliveryQueue(store);
  const deliverer = createDeliverer({ store, allowsPrivate, onDelivery });
  return {
    list: () => all<Webhook>(WEBHOOK),
    get,
    async add({ url, events, createdBy, format = "standard" }) {
      parseTarget(url, allowsPrivate);
      const id = randomBytes(9).toString("base64url");
      const webhook: Webhook = {
        url,
        format,
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
    async remove(id) {
      await store.remove(WEBHOOK, id);
      await queue.forget(id);
    },
    async resume(id) {
      const webhook = await get(id);
      if (webhook) await put(WEBHOOK, id, { ...webhook, failures: 0, paused: false });
      deliverer.look();
    },
    deliveries: queue.of,
    async replay(id) {
      const isThere = await queue.replay(id);
      if (isThere) deliverer.look();
      return isThere;
    },
    async announce(announcements) {
      const active = (await all<Webhook>(WEBHOOK)).filter(([, { paused }]) => !paused);
      const postings = announcements.flatMap(({ event, data }) =>
        active
          .filter(([, { events }]) => events.includes(event))
          .map(([webhook, { format }]) => ({ webhook, event, data, format })),
      );
      if (postings.length === 0) return;
      const dropped = await queue.add(postings);
      for (let count = 0; count < dropped; count++) onDelivery("dropped");
      deliverer.look();
    },
    close: () => deliverer.close(),
  };
}
