import { createHmac } from "node:crypto";
import { type Delivery, DELIVERY, type Webhook, WEBHOOK, type WebhookStore } from "./store.ts";
import { parseTarget, postTo } from "./target.ts";

export interface Deliverer {
  /** Sends what is due now. */
  look(): void;
  close(): void;
}

/** When a delivery is tried, counted from the attempt before. */
const WAITS_MS = [0, 30_000, 120_000, 600_000, 3_600_000];
const MAX_FAILURES = 10;
const LOOK_MS = 5000;

/** Sends deliveries when they are due, one after the other. */
export function createDeliverer(
  store: WebhookStore,
  allowsPrivate: boolean,
  onDelivery: (outcome: "delivered" | "failed") => void,
): Deliverer {
  async function attempt(id: string, delivery: Delivery): Promise<void> {
    const webhook = await store.get(delivery.webhook);
    if (!webhook || webhook.paused) return;
    const sent = await send(id, delivery, webhook, allowsPrivate);
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
    const failures = isDelivered ? 0 : webhook.failures + 1;
    if (failures !== webhook.failures)
      await store.put(WEBHOOK, delivery.webhook, {
        ...webhook,
        failures,
        paused: failures >= MAX_FAILURES,
      });
  }

  let isBusy = false;
  async function look(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    try {
      const due = (await store.all<Delivery>(DELIVERY)).filter(
        ([, { status, nextAtMs }]) => status === "waiting" && nextAtMs <= Date.now(),
      );
      for (const [id, delivery] of due) await attempt(id, delivery);
    } catch {
      // A library that is away is asked again.
    } finally {
      isBusy = false;
    }
  }
  const timer = setInterval(() => void look(), LOOK_MS);

  return { look: () => void look(), close: () => clearInterval(timer) };
}

function outcomeOf(isDelivered: boolean, nextWaitMs: number | undefined): Delivery["status"] {
  if (isDelivered) return "delivered";
  return nextWaitMs === undefined ? "failed" : "waiting";
}

async function send(
  id: string,
  { body }: Delivery,
  { url, secret }: Webhook,
  allowsPrivate: boolean,
): Promise<Pick<Delivery, "lastStatus" | "lastError">> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  try {
    const lastStatus = await postTo(
      parseTarget(url, allowsPrivate),
      body,
      {
        "Content-Type": "application/json",
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
