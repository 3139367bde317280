import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { HttpBindings } from "@hono/node-server";
import type { Identity } from "../app/access/identity.ts";
import {
  type Authenticated,
  authenticate,
  refuseForeignPage,
  unauthorized,
} from "./authenticate.ts";
import { readJson } from "./body.ts";
import { keyedRequest } from "./idempotency.ts";
import type { Share } from "./rate-limit.ts";
import { HttpError, problemResponse, toProblem } from "./problem.ts";
import type { Ended, SearchAnswer } from "./request-end.ts";
import type { Call, Reply, Route } from "./route.ts";
import type { Services } from "./route.ts";
import { createTraceId, parseTraceparent } from "../tracing.ts";
import { servePage } from "./page.ts";

type Env = { Bindings: HttpBindings };

/** Nobody: what public routes are called with. */
const NOBODY: Identity = {
  id: "nobody",
  name: "nobody",
  kind: "person",
  scopes: [],
  filters: [],
  keyId: null,
  expiresAtMs: null,
};

/** What is known of a request before anything of it is believed. */
interface Arrival {
  readonly request: Request;
  readonly requestId: string;
  readonly trace: Ended["trace"];
  readonly address: string;
  readonly params: Readonly<Record<string, string>>;
}

/** The whole of HTTP as one function from requests to answers. */
export function createApp(services: Services, onEnd: (ended: Ended) => void): Hono<Env> {
  const app = new Hono<Env>();
  const methodsByPath = new Map<string, string[]>();
  for (const route of services.routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), route.method]);
    app.on(route.method.toUpperCase(), path, (c) =>
      answer(services, route, arrivalOf(services, c.req.raw, c.env, c.req.param()), onEnd),
    );
  }
  for (const [path, methods] of methodsByPath)
    app.all(path, (c) =>
      answerOthers(services, methods, arrivalOf(services, c.req.raw, c.env, {}), onEnd),
    );
  app.all("*", (c) => answerPage(services, arrivalOf(services, c.req.raw, c.env, {}), onEnd));
  return app;
}

function arrivalOf(
  { addresses }: Services,
  request: Request,
  env: HttpBindings,
  params: Readonly<Record<string, string>>,
): Arrival {
  const peer = env.incoming?.socket.remoteAddress ?? "";
  const given = request.headers.get("x-request-id");
  const caller = parseTraceparent(request.headers.get("traceparent"));
  return {
    request,
    requestId:
      given !== null && /^[\w.-]{1,100}$/.test(given) ? given : (caller?.traceId ?? randomUUID()),
    trace: caller ?? { traceId: createTraceId() },
    address: addresses.clientAddress(peer, request.headers.get("x-forwarded-for") ?? undefined),
    params,
  };
}

/** Answers a request by its route; whatever goes wrong becomes a problem. */
async function answer(
  services: Services,
  route: Route,
  arrival: Arrival,
  onEnd: (ended: Ended) => void,
): Promise<Response> {
  const startedAt = performance.now();
  const { request, requestId, address, trace } = arrival;
  let who: Authenticated | undefined;
  let call: Call | undefined;
  let answered: Reply | undefined;
  let error: unknown;
  let share: Share | undefined;
  let response: Response;
  try {
    who = await admit(arrival, route, services);
    share = refuseBusy(who, address, services);
    const checked = await check(arrival, route, who?.identity ?? NOBODY, services);
    call = checked;
    const act = async (): Promise<Response> => {
      answered = await route.handle(checked, services);
      return toResponse(answered);
    };
    const keyed = keyedRequest(request, route, checked.identity, checked.body);
    response = await (keyed ? services.idempotency.once(keyed, act) : act());
  } catch (thrown) {
    error = thrown;
    response = problemResponse(
      toProblem(thrown, requestId, who?.identity.scopes.includes("paths") === true),
    );
  }
  decorate(response, arrival, services);
  tellShare(response, share, services);
  onEnd({
    route,
    method: request.method,
    status: response.status,
    ms: performance.now() - startedAt,
    requestId,
    trace,
    address,
    identity: who?.identity ?? plainReply(answered)?.signedIn,
    call,
    answer: searchAnswer(route, answered),
    stages: plainReply(answered)?.stages,
    isRefusal: plainReply(answered)?.isRefusal === true,
    error,
  });
  return response;
}

const plainReply = (reply: Reply | undefined): Exclude<Reply, Response> | undefined =>
  reply instanceof Response ? undefined : reply;

const searchAnswer = (route: Route, reply: Reply | undefined): SearchAnswer | undefined =>
  route.audit === "search" ? (plainReply(reply)?.json as SearchAnswer | undefined) : undefined;

/**
 * @throws HttpError 421: a name of another server leads here, which may be a trap (DNS rebinding).
 */
function refuseForeignHost(request: Request, { addresses }: Services): void {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  if (!addresses.isOwnHost(host))
    throw new HttpError(421, "USAGE", "this server does not go by that name", {
      hint: "set SERVE_PUBLIC_URL to the address under which browsers reach it",
    });
}

/**
 * Finds out who asks. Refusals are taken from the share of the address, so that nobody can fill the
 * audit with them; a caller who is let in has a share of his own.
 * @throws HttpError 401, 403, 421; 429 when the share is used up.
 */
async function admit(
  { request, address }: Arrival,
  route: Route,
  services: Services,
): Promise<Authenticated | undefined> {
  try {
    if (route.isProbe !== true) refuseForeignHost(request, services);
    return await identify(request, route, services);
  } catch (error) {
    if (isRefusal(error)) takeShare(address, services);
    throw error;
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof HttpError && [401, 403, 421].includes(error.status);

/** @throws HttpError 401, 403 */
async function identify(
  request: Request,
  { scope }: Route,
  services: Services,
): Promise<Authenticated | undefined> {
  if (scope === "public") return undefined;
  const who = await authenticate(request, services);
  if (!who) throw unauthorized("nobody is signed in");
  if (who.by === "session") refuseForeignPage(request, services);
  if (scope !== "any" && !who.identity.scopes.includes(scope))
    throw new HttpError(403, "CREDENTIALS", `this key lacks the scope ${scope}`, {
      hint: `mediasearch keys create --scopes ${scope},…`,
    });
  return who;
}

/** @throws HttpError 429, 503 */
function refuseBusy(who: Authenticated | undefined, address: string, services: Services): Share {
  if (!services.isOpen())
    throw new HttpError(503, "TERMINATED", "the server stops", {
      headers: { "Retry-After": "10" },
    });
  return takeShare(who?.identity.id ?? address, services);
}

/** What a caller has left, by draft-ietf-httpapi-ratelimit-headers. */
function tellShare({ headers }: Response, share: Share | undefined, { limits }: Services): void {
  const { quota } = limits.requests;
  if (!share || quota === 0) return;
  headers.set("RateLimit-Policy", `"requests";q=${quota};w=60`);
  headers.set("RateLimit", `"requests";r=${share.remaining};t=${share.resetSeconds}`);
}

/** @throws HttpError 429 */
function takeShare(caller: string, { limits }: Services): Share {
  const { quota } = limits.requests;
  const share = limits.requests.take(caller);
  if (share.isAllowed) return share;
  throw new HttpError(429, "RATE_LIMITED", "too many requests in this minute", {
    headers: {
      "Retry-After": String(share.resetSeconds),
      "RateLimit-Policy": `"requests";q=${quota};w=60`,
      RateLimit: `"requests";r=0;t=${share.resetSeconds}`,
    },
  });
}

async function check(
  { request, requestId, address, params }: Arrival,
  route: Route,
  identity: Identity,
  { validator }: Services,
): Promise<Call> {
  const query =
    route.takesAnyQuery === true
      ? {}
      : await validator.query(route, new URL(request.url).searchParams);
  const body =
    route.body === undefined
      ? undefined
      : await validator.body(route, await readJson(request, route.isBodyOptional === true));
  return { request, requestId, address, identity, params, query, body, signal: request.signal };
}

function toResponse(reply: Reply): Response {
  if (reply instanceof Response) return reply;
  const { status = 200, json, headers = {} } = reply;
  if (json === undefined) return new Response(null, { status, headers });
  return new Response(JSON.stringify(json), {
    status,
    headers: {
      "Content-Type": "application/json",
      "Cache-Control": "private, no-cache",
      ...headers,
    },
  });
}

/** Headers that every answer has. */
function decorate(
  { headers }: Response,
  { request, requestId }: Arrival,
  { context, addresses }: Services,
): void {
  headers.set("X-Request-Id", requestId);
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "same-origin");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  if (!headers.has("Content-Security-Policy"))
    headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
  if (addresses.origin.startsWith("https:"))
    headers.set("Strict-Transport-Security", "max-age=31536000");
  const origin = request.headers.get("origin");
  headers.append("Vary", "Origin");
  if (origin !== null && context.config.settings.serveCors.split(",").includes(origin)) {
    headers.set("Access-Control-Allow-Origin", origin);
    headers.set(
      "Access-Control-Expose-Headers",
      "ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
    );
  }
}

/** Another method on a known path: what there is, or the permission that browsers ask for first. */
async function answerOthers(
  services: Services,
  methods: readonly string[],
  arrival: Arrival,
  onEnd: (ended: Ended) => void,
): Promise<Response> {
  const allowed = [...methods, ...(methods.includes("get") ? ["head"] : []), "options"]
    .map((method) => method.toUpperCase())
    .join(", ");
  const { request, requestId } = arrival;
  const isOptions = request.method === "OPTIONS";
  const response = isOptions
    ? new Response(null, { status: 204, headers: { Allow: allowed } })
    : problemResponse(
        toProblem(
          new HttpError(405, "USAGE", `${request.method} does not fit here`, {
            headers: { Allow: allowed },
          }),
          requestId,
          false,
        ),
      );
  decorate(response, arrival, services);
  if (isOptions && response.headers.has("Access-Control-Allow-Origin")) {
    response.headers.set("Access-Control-Allow-Methods", allowed);
    response.headers.set(
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Range, X-API-Key",
    );
  }
  onEnd(endedOf(arrival, response, undefined));
  return response;
}

const endedOf = (
  { request, requestId, address, trace }: Arrival,
  response: Response,
  error: unknown,
): Ended => ({
  trace,
  route: undefined,
  method: request.method,
  status: response.status,
  ms: 0,
  requestId,
  address,
  identity: undefined,
  call: undefined,
  error,
});

/** @throws HttpError 421; 429 when the share of the address is used up. */
function admitToPage({ request, address }: Arrival, services: Services): void {
  try {
    refuseForeignHost(request, services);
  } catch (error) {
    takeShare(address, services);
    throw error;
  }
}

/** The page's files need no key; nothing of the library is in them. */
async function answerPage(
  services: Services,
  arrival: Arrival,
  onEnd: (ended: Ended) => void,
): Promise<Response> {
  let response: Response;
  let error: unknown;
  try {
    admitToPage(arrival, services);
    response = await servePage(arrival.request, services);
  } catch (thrown) {
    error = thrown;
    response = problemResponse(toProblem(thrown, arrival.requestId, false));
  }
  decorate(response, arrival, services);
  onEnd(endedOf(arrival, response, error));
  return response;
}
