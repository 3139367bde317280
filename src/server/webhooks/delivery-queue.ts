import { randomBytes } from "node:crypto";
import { journalId, type Json } from "../../backends/records.ts";
import {
  type Delivery,
  DELIVERY,
  type WebhookEvent,
  type WebhookFormat,
  type WebhookStore,
} from "./store.ts";

/** Something that is to be sent to one webhook. */
export interface Posting {
  readonly webhook: string;
  readonly event: WebhookEvent;
  readonly data: Json;
  readonly format: WebhookFormat | undefined;
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
      for (const posting of postings.slice(0, room)) {
        const id = createDeliveryId();
        await put(DELIVERY, id, toDelivery(id, posting));
      }
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

const toDelivery = (id: string, { webhook, event, data, format }: Posting): Delivery => ({
  webhook,
  event,
  body: JSON.stringify(
    format === "cloudevents"
      ? toCloudEvent(id, event, data)
      : { type: event, timestamp: new Date().toISOString(), data },
  ),
  createdAtMs: Date.now(),
  attempts: 0,
  status: "waiting",
  nextAtMs: Date.now(),
  lastStatus: null,
  lastError: null,
});

/**
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md. A delivery
 * that is repeated has the same id.
 */
const toCloudEvent = (id: string, event: WebhookEvent, data: Json) => ({
  specversion: "1.0",
  id,
  source: "/mediasearch",
  type: `mediasearch.${event}`,
  subject: subjectOf(data),
  time: new Date().toISOString(),
  datacontenttype: "application/json",
  data,
});

/** The name of the file that an event is about. */
const subjectOf = (data: Json): string | undefined =>
  typeof data === "object" && data !== null && "file" in data && typeof data.file === "string"
    ? data.file
    : undefined;
