import { createHmac } from "node:crypto";
import { type Delivery, DELIVERY, type Webhook, WEBHOOK, type WebhookStore } from "./store.ts";
import { parseTarget, postTo } from "./target.ts";

export interface Deliverer {
  /** Sends what is due now. */
  look(): void;
  close(): void;
}

interface Sender {
  readonly store: WebhookStore;
  readonly allowsPrivate: boolean;
  readonly onDelivery: (outcome: "delivered" | "failed") => void;
}

/** When a delivery is tried, counted from the attempt before. */
const WAITS_MS = [0, 30_000, 120_000, 600_000, 3_600_000];
const MAX_FAILURES = 10;
const LOOK_MS = 5000;
/** Another process may have left something in the library. */
const RELOAD_MS = 60_000;

/** Sends deliveries when they are due: those of one webhook in order, those of several at once. */
export function createDeliverer(sender: Sender): Deliverer {
  const { store } = sender;
  /** When something is to be done next, as far as is known. */
  let nextAtMs = 0;
  let isBusy = false;

  async function sendDue(): Promise<void> {
    nextAtMs = Date.now() + RELOAD_MS;
    const webhooks = new Map(await store.all<Webhook>(WEBHOOK));
    const all = await store.all<Delivery>(DELIVERY);
    for (const [id, { webhook }] of all)
      if (!webhooks.has(webhook)) await store.remove(DELIVERY, id);
    const waiting = all.filter(
      ([, { status, webhook }]) => status === "waiting" && webhooks.get(webhook)?.paused === false,
    );
    const due = waiting.filter((entry) => entry[1].nextAtMs <= Date.now());
    const byWebhook = Map.groupBy(due, ([, { webhook }]) => webhook);
    await Promise.all(
      [...byWebhook.values()].map(async (entries) => {
        for (const [id, delivery] of entries) await attempt(sender, id, delivery);
      }),
    );
    // What was sent just now may have to be sent again.
    const later = waiting.map((entry) => entry[1].nextAtMs).filter((ms) => ms > Date.now());
    nextAtMs = Math.min(nextAtMs, ...later, ...(due.length > 0 ? [Date.now()] : []));
  }

  async function look(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      while (nextAtMs <= Date.now()) await sendDue();
    } catch {
      // A library that is away is asked again.
      nextAtMs = Date.now() + LOOK_MS;
    } finally {
      isBusy = false;
    }
  }
  const timer = setInterval(() => void look(), LOOK_MS);

  return {
    look() {
      nextAtMs = 0;
      void look();
    },
    close: () => clearInterval(timer),
  };
}

/** Sends one delivery, and keeps how it went. */
async function attempt(
  { store, allowsPrivate, onDelivery }: Sender,
  id: string,
  delivery: Delivery,
): Promise<void> {
  const webhook = await store.get(delivery.webhook);
  if (!webhook || webhook.paused) return;
  const sent = await send(id, delivery, webhook, allowsPrivate);
  // It may have been deleted or changed while the receiver took its time.
  const present = await store.get(delivery.webhook);
  if (!present) return;
  const attempts = delivery.attempts + 1;
  const isDelivered = sent.lastStatus !== null && sent.lastStatus >= 200 && sent.lastStatus < 300;
  const wait = WAITS_MS[attempts];
  const status = outcomeOf(isDelivered, wait);
  await store.put(DELIVERY, id, {
    ...delivery,
    ...sent,
    attempts,
    status,
    nextAtMs: Date.now() + (wait ?? 0),
  });
  if (status === "waiting") return;
  onDelivery(status);
  const failures = isDelivered ? 0 : present.failures + 1;
  if (failures !== present.failures)
    await store.put(WEBHOOK, delivery.webhook, {
      ...present,
      failures,
      paused: failures >= MAX_FAILURES,
    });
}

function outcomeOf(isDelivered: boolean, nextWaitMs: number | undefined): Delivery["status"] {
  if (isDelivered) return "delivered";
  return nextWaitMs === undefined ? "failed" : "waiting";
}

async function send(
  id: string,
  { body }: Delivery,
  { url, secret, format }: Webhook,
  allowsPrivate: boolean,
): Promise<Pick<Delivery, "lastStatus" | "lastError">> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  try {
    const lastStatus = await postTo(
      parseTarget(url, allowsPrivate),
      body,
      {
        "Content-Type":
          format === "cloudevents" ? "application/cloudevents+json" : "application/json",
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(secret, id, timestamp, body),
      },
      allowsPrivate,
    );
    return { lastStatus, lastError: null };
  } catch (error) {
    return { lastStatus: null, lastError: (error as Error).message.slice(0, 200) };
  }
}

/** `v1,` and the HMAC-SHA256 of id, time and body in base64. */
export const signature = (secret: string, id: string, timestamp: string, body: string): string =>
  `v1,${createHmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64"))
    .update(`${id}.${timestamp}.${body}`)
    .digest("base64")}`;
