import type { Json, Records } from "../../backends/records.ts";

export type WebhookEvent = "file.indexed" | "file.failed" | "file.deleted" | "search.hits";

/**
 * How a delivery is written: as Standard Webhooks has it, or as a CloudEvent in structured mode.
 */
export type WebhookFormat = "standard" | "cloudevents";

export interface Webhook {
  readonly url: string;
  /** Left out by webhooks of before there were two. */
  readonly format?: WebhookFormat | undefined;
  readonly events: readonly WebhookEvent[];
  /** Signs deliveries, as https://www.standardwebhooks.com has it. */
  readonly secret: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  /** Deliveries in a row that failed for good. */
  readonly failures: number;
  readonly paused: boolean;
}

export interface Delivery {
  readonly webhook: string;
  readonly event: WebhookEvent;
  readonly body: string;
  readonly createdAtMs: number;
  readonly attempts: number;
  readonly status: "waiting" | "delivered" | "failed";
  readonly nextAtMs: number;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

export const WEBHOOK = "webhook";
export const DELIVERY = "webhook-delivery";

/** Webhooks and deliveries as the library keeps them. */
export interface WebhookStore {
  all<T>(kind: string): Promise<(readonly [string, T])[]>;
  put(kind: string, id: string, value: object): Promise<void>;
  get(id: string): Promise<Webhook | undefined>;
  remove(kind: string, id: string): Promise<void>;
}

export const createStore = (records: () => Promise<Records>): WebhookStore => ({
  all: async <T>(kind: string) =>
    (await (await records()).list(kind)).map(
      ({ id, value }) => [id, value as unknown as T] as const,
    ),
  put: async (kind, id, value) => (await records()).put(kind, id, value as Json),
  get: async (id) => (await (await records()).get(WEBHOOK, id)) as unknown as Webhook | undefined,
  remove: async (kind, id) => (await records()).remove(kind, id),
});
