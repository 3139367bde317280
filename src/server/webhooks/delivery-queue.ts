import { randomBytes } from "node:crypto";
import { journalId, type Json } from "../../backends/records.ts";
import { type Delivery, DELIVERY, type WebhookEvent, type WebhookStore } from "./store.ts";

/** Something that is to be sent to one webhook. */
export interface Posting {
  readonly webhook: string;
  readonly event: WebhookEvent;
  readonly data: Json;
}

/** Deliveries that wait, and the last of those that are done. */
export interface DeliveryQueue {
  /** Resolves to the number of those for which there was no room. */
  add(postings: readonly Posting[]): Promise<number>;
  of(webhook: string): Promise<readonly (readonly [string, Delivery])[]>;
  /** Makes a delivery wait again; resolves to false when it is not there. */
  replay(id: string): Promise<boolean>;
  /** Forgets everything of a webhook. */
  forget(webhook: string): Promise<void>;
}

const MAX_DONE = 500;
/** What may wait for receivers that are away. */
const MAX_WAITING = 5000;

export function createDeliveryQueue({ all, put, remove }: WebhookStore): DeliveryQueue {
  const of = async (webhook: string): Promise<readonly (readonly [string, Delivery])[]> =>
    (await all<Delivery>(DELIVERY)).filter(([, delivery]) => delivery.webhook === webhook);

  /** Resolves to the number of those that wait. */
  async function forgetOld(): Promise<number> {
    const deliveries = await all<Delivery>(DELIVERY);
    const done = deliveries.filter(([, { status }]) => status !== "waiting");
    const old = done.toSorted(([, a], [, b]) => b.createdAtMs - a.createdAtMs).slice(MAX_DONE);
    for (const [id] of old) await remove(DELIVERY, id);
    return deliveries.length - done.length;
  }

  return {
    of,
    async add(postings) {
      const room = Math.max(0, MAX_WAITING - (await forgetOld()));
      for (const posting of postings.slice(0, room))
        await put(DELIVERY, createDeliveryId(), toDelivery(posting));
      return Math.max(0, postings.length - room);
    },
    async replay(id) {
      const found = (await all<Delivery>(DELIVERY)).find(([known]) => known === id)?.[1];
      if (!found) return false;
      await put(DELIVERY, id, { ...found, status: "waiting", attempts: 0, nextAtMs: Date.now() });
      return true;
    },
    async forget(webhook) {
      for (const [id] of await of(webhook)) await remove(DELIVERY, id);
    },
  };
}

/** Sorts by time, so that events are sent in the order in which they happened. */
const createDeliveryId = (): string =>
  `msg_${journalId(Date.now(), randomBytes(9).toString("base64url"))}`;

const toDelivery = ({ webhook, event, data }: Posting): Delivery => ({
  webhook,
  event,
  body: JSON.stringify({ type: event, timestamp: new Date().toISOString(), data }),
  createdAtMs: Date.now(),
  attempts: 0,
  status: "waiting",
  nextAtMs: Date.now(),
  lastStatus: null,
  lastError: null,
});
