import type { Json, Records } from "../../backends/records.ts";

export type WebhookEvent = "file.indexed" | "file.failed" | "file.deleted" | "search.hits";

export interface Webhook {
  readonly url: string;
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
