import { MediasearchError } from "../../errors.ts";
import type { Call, Route, Services } from "../route.ts";
import type { Webhook, WebhookEvent, WebhookFormat } from "../webhooks/store.ts";
import { MAX_WEBHOOKS } from "../webhooks/webhooks.ts";
import { refuseRestricted } from "./key-routes.ts";
import { formatInstant } from "../../text/format.ts";

const isoTime = (ms: number): string => formatInstant(ms);

const webhookRecord = (id: string, webhook: Webhook) => ({
  id,
  url: webhook.url,
  format: webhook.format ?? "standard",
  events: webhook.events,
  createdAt: isoTime(webhook.createdAtMs),
  createdBy: webhook.createdBy,
  paused: webhook.paused,
  failures: webhook.failures,
});

export const WEBHOOK_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/v1/webhooks",
    id: "listWebhooks",
    tag: "webhooks",
    summary: "List webhooks",
    scope: "webhooks",
    answers: { 200: { description: "the webhooks, without their secrets", schema: "Webhooks" } },
    async handle({ identity }, { webhooks }) {
      refuseRestricted(identity.filters);
      const all = await webhooks.list();
      return { json: { webhooks: all.map(([id, webhook]) => webhookRecord(id, webhook)) } };
    },
  },
  {
    method: "post",
    path: "/v1/webhooks",
    id: "createWebhook",
    tag: "webhooks",
    summary: "Have events sent to an address, signed as Standard Webhooks has it",
    scope: "webhooks",
    body: "WebhookRequest",
    answers: { 201: { description: "the webhook and its secret", schema: "NewWebhook" } },
    audit: "webhook-created",
    async handle({ identity, body }, { webhooks }) {
      refuseRestricted(identity.filters);
      const { url, events, format } = body as {
        readonly url: string;
        readonly format?: WebhookFormat;
        readonly events: readonly WebhookEvent[];
      };
      if ((await webhooks.list()).length >= MAX_WEBHOOKS)
        throw new MediasearchError("USAGE", `there are ${MAX_WEBHOOKS} webhooks already`);
      const [id, made] = await webhooks.add({ url, events, format, createdBy: identity.name });
      const { secret, createdAtMs } = made;
      return {
        status: 201,
        json: { id, url, format: made.format, events, secret, createdAt: isoTime(createdAtMs) },
        headers: { "Cache-Control": "no-store" },
      };
    },
  },
  {
    method: "delete",
    path: "/v1/webhooks/{id}",
    id: "deleteWebhook",
    tag: "webhooks",
    summary: "Delete a webhook",
    scope: "webhooks",
    answers: { 204: { description: "it is gone" } },
    audit: "webhook-deleted",
    async handle(call, services) {
      await ownWebhook(call, services);
      await services.webhooks.remove(call.params["id"] ?? "");
      return new Response(null, { status: 204 });
    },
  },
  {
    method: "post",
    path: "/v1/webhooks/{id}/resume",
    id: "resumeWebhook",
    tag: "webhooks",
    summary: "Let a webhook go on that was paused after ten failures",
    scope: "webhooks",
    answers: { 204: { description: "it goes on" } },
    audit: "webhook-resumed",
    async handle(call, services) {
      await ownWebhook(call, services);
      await services.webhooks.resume(call.params["id"] ?? "");
      return new Response(null, { status: 204 });
    },
  },
  {
    method: "get",
    path: "/v1/webhooks/{id}/deliveries",
    id: "listDeliveries",
    tag: "webhooks",
    summary: "List what was sent to a webhook, and how it went",
    scope: "webhooks",
    answers: { 200: { description: "the deliveries", schema: "Deliveries" } },
    async handle(call, services) {
      await ownWebhook(call, services);
      const all = await services.webhooks.deliveries(call.params["id"] ?? "");
      return {
        json: {
          deliveries: all.map(([id, { event, createdAtMs, attempts, status, ...last }]) => ({
            id,
            event,
            createdAt: isoTime(createdAtMs),
            attempts,
            status,
            lastStatus: last.lastStatus,
            lastError: last.lastError,
          })),
        },
      };
    },
  },
  {
    method: "post",
    path: "/v1/webhooks/deliveries/{id}/replay",
    id: "replayDelivery",
    tag: "webhooks",
    summary: "Send a delivery once more",
    scope: "webhooks",
    answers: { 202: { description: "it is sent" } },
    audit: "delivery-replayed",
    async handle({ identity, params }, { webhooks }) {
      refuseRestricted(identity.filters);
      const id = params["id"] ?? "";
      if (!(await webhooks.replay(id)))
        throw new MediasearchError("NOT_FOUND", `${id}: there is no such delivery`, {
          subject: id,
        });
      return new Response(null, { status: 202 });
    },
  },
];

async function ownWebhook({ identity, params }: Call, { webhooks }: Services): Promise<Webhook> {
  refuseRestricted(identity.filters);
  const id = params["id"] ?? "";
  const webhook = await webhooks.get(id);
  if (webhook) return webhook;
  throw new MediasearchError("NOT_FOUND", `${id}: there is no such webhook`, { subject: id });
}
