import { MAX_MESSAGE_BYTES } from "../../notifications/parse.ts";
import { readBytes } from "../body.ts";
import type { Call, Reply, Route, Services } from "../route.ts";
import { refuseRestricted } from "./key-routes.ts";

const TAKEN = {
  202: { description: "the library has what the events say", schema: "TakenEvents" },
} as const;

/**
 * Notifications of buckets: CloudEvents in every mode, records as S3 servers write them,
 * EventBridge and SNS. Whoever sends them need not know which.
 */
export const BUCKET_EVENT_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/v1/events",
    id: "takeEvents",
    tag: "work",
    summary: "Take events of a bucket: CloudEvents, S3 notifications, EventBridge, SNS",
    scope: "index",
    takesBytes: true,
    answers: TAKEN,
    handle: takeEvents,
  },
  {
    method: "post",
    path: "/events/s3",
    id: "eventsOfPredecessor",
    tag: "earlier",
    summary: "The same as POST /v1/events",
    scope: "index",
    takesBytes: true,
    answers: TAKEN,
    handle: takeEvents,
  },
];

async function takeEvents({ request, identity }: Call, { intake }: Services): Promise<Reply> {
  refuseRestricted(identity.filters);
  const body = await readBytes(request, MAX_MESSAGE_BYTES);
  const headers = new Map([...request.headers].map(([name, value]) => [name.toLowerCase(), value]));
  return { status: 202, json: await intake.take({ headers, body }) };
}
