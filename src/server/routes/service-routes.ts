import { isHeld } from "../../backends/lease.ts";
import { hostname } from "node:os";
import { listItems } from "../../config/serve-settings.ts";
import { packageVersion } from "../../version.ts";
import { sightOf } from "../authenticate.ts";
import { openApi } from "../openapi.ts";
import { HttpError } from "../problem.ts";
import type { Call, Reply, Route } from "../route.ts";
import type { Services } from "../route.ts";

const alive: Route = {
  method: "get",
  path: "/health/live",
  id: "isAlive",
  tag: "health",
  isProbe: true,
  summary: "Tell that the process answers",
  scope: "public",
  answers: { 200: { description: "it does", schema: "Health" } },
  handle: async () => ({ json: { status: "ok" } }),
};

const ready: Route = {
  method: "get",
  path: "/health/ready",
  id: "isReady",
  tag: "health",
  isProbe: true,
  summary: "Tell whether searches can be answered; details are in /v1/status",
  scope: "public",
  answers: {
    200: { description: "they can", schema: "Health" },
    503: { description: "they can't" },
  },
  async handle(_call, { reads, library, isOpen }) {
    if (!isOpen()) throw notReady("the server stops");
    await Promise.race([
      Promise.all([reads.ready(), library.records()]).catch(() => {
        throw notReady("the library does not open");
      }),
      new Promise<never>((_resolve, reject) => {
        setTimeout(() => reject(notReady("the library is being opened")), 2000).unref();
      }),
    ]);
    return { json: { status: "ok" } };
  },
};

const notReady = (why: string): HttpError =>
  new HttpError(503, "UNREACHABLE", why, { headers: { "Retry-After": "2" } });

/** The predecessor's names of both. */
const earlierHealth = (path: string, id: string, route: Route): Route => ({
  ...route,
  path,
  id,
  tag: "earlier",
});

export const SERVICE_ROUTES: readonly Route[] = [
  alive,
  ready,
  earlierHealth("/health", "healthOfPredecessor", alive),
  earlierHealth("/ready", "readyOfPredecessor", ready),
  {
    method: "get",
    path: "/openapi.json",
    id: "readOpenApi",
    tag: "service",
    summary: "Describe the API as OpenAPI 3.1",
    scope: "public",
    answers: { 200: { description: "the description", types: ["application/json"] } },
    async handle(_call, { routes, shapes }) {
      return new Response(JSON.stringify(openApi(routes, shapes())), {
        headers: { "Content-Type": "application/json", "Cache-Control": "no-cache" },
      });
    },
  },
  {
    method: "get",
    path: "/v1/status",
    id: "readStatus",
    tag: "service",
    summary: "Count what is in the library and what goes on",
    scope: "read",
    answers: { 200: { description: "the state", schema: "Status" } },
    handle: readStatus,
  },
  {
    method: "get",
    path: "/stats",
    id: "statsOfPredecessor",
    tag: "earlier",
    summary: "Leads to /v1/status",
    scope: "read",
    answers: { 308: { description: "the address that answers now" } },
    handle: async () => new Response(null, { status: 308, headers: { Location: "/v1/status" } }),
  },
];

async function readStatus({ identity }: Call, services: Services): Promise<Reply> {
  const { reads, library, context } = services;
  const { settings } = context.config;
  const counts = await reads.run("counts", sightOf(identity), {});
  const { runLock } = await library.backend();
  const run = await runLock.lastRun();
  const roots = listItems(settings.serveRoots);
  const { files, jobs } = counts;
  return {
    json: {
      version: packageVersion(),
      backend: settings.backend,
      ...counts,
      queued: files.registered + files.partial + (jobs["RETRYING"] ?? 0),
      indexing: run !== undefined && run.endedAtMs === null && isHeld(run, hostname()),
      canIndex: identity.scopes.includes("index") && roots.length > 0,
      canUpload: identity.scopes.includes("index") && settings.serveUploads !== undefined,
      ...(identity.scopes.includes("paths") ? { roots } : {}),
    },
  };
}
