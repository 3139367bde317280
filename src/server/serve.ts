import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ALL_SCOPES } from "../app/access/scopes.ts";
import type { Context } from "../app/context.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { createAddresses, parseListen, refuseUnprotected } from "./addresses.ts";
import { createApp } from "./http.ts";
import type { Ended } from "./request-end.ts";
import { closeServices, createServices } from "./create-services.ts";
import { openOidcSignIn } from "./oidc/sign-in.ts";
import { createSpanId, type Span } from "../tracing.ts";
import type { Services } from "./route.ts";

export interface ServeOptions {
  /** One line of the log, without its end. */
  readonly log: (line: string) => void;
  /**
   * Told once, when requests are answered. `signInUrl` works once; undefined where people sign in
   * otherwise.
   */
  readonly onListening: (server: {
    readonly url: string;
    readonly signInUrl: string | undefined;
  }) => void;
}

/** How long requests that are under way may still take when the server stops. */
const DRAIN_MS = 10_000;
/** Slow senders of headers and of bodies are cut off. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 3_600_000;
const KEEP_ALIVE_MS = 65_000;

/**
 * Serves the library by HTTP until the signal aborts; then requests that are under way are
 * answered.
 * @throws USAGE for settings that would leave the server open; the reason of the signal.
 */
export async function serve(context: Context, { log, onListening }: ServeOptions): Promise<void> {
  const { config, signal } = context;
  const { settings } = config;
  refuseUnprotected(settings);
  const server = createServer(settings);
  const port = await listen(server, settings.serveListen);
  // Whatever fails from here on must not leave a server or a thread that keeps the process alive.
  const servers = [server];
  let services: Services | undefined;
  try {
    const addresses = createAddresses(settings, port);
    const oidc = await openOidcSignIn(settings, addresses);
    services = createServices(context, addresses, oidc, log);
    const { metrics } = services;
    server.on("request", (_request, response) => {
      metrics.noteOpen(1);
      response.once("close", () => metrics.noteOpen(-1));
    });
    server.on("request", createListener(services));
    if (settings.serveMetricsListen !== undefined)
      servers.push(await serveMetrics(services, settings.serveMetricsListen));
    services.intake.begin();
    onListening({ url: addresses.origin, signInUrl: signInUrl(services) });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  } finally {
    await Promise.all(servers.map(drain));
    if (services) await closeServices(services);
  }
  signal.throwIfAborted();
}

function createListener(services: Services): ReturnType<typeof getRequestListener> {
  const app = createApp(services, (ended) => {
    services.metrics.noteRequest(ended);
    services.audit.note(ended);
    logRequest(services, ended);
    if (services.tracer) for (const span of spansOf(ended)) services.tracer.add(span);
  });
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
}

/** A person at this machine is not asked for a password: whoever reads the terminal may come in. */
function signInUrl({ addresses, sessions }: Services): string | undefined {
  if (!addresses.isLoopback) return undefined;
  const signInLink = sessions.createLink({
    id: "person:local",
    name: "this machine",
    kind: "person",
    scopes: ALL_SCOPES,
    filters: [],
    keyId: null,
    expiresAtMs: null,
  });
  return `${addresses.origin}/signin/link?token=${signInLink}`;
}

function createServer({ serveTlsCert, serveTlsKey }: Context["config"]["settings"]): Server {
  const limits = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: 16_384,
  };
  if (serveTlsCert === undefined || serveTlsKey === undefined) return createHttpServer(limits);
  try {
    return createHttpsServer({
      ...limits,
      cert: readFileSync(serveTlsCert),
      key: readFileSync(serveTlsKey),
      minVersion: "TLSv1.2",
    });
  } catch (error) {
    throw new MediasearchError("USAGE", `${serveTlsCert}: ${toMediasearchError(error).message}`, {
      subject: serveTlsCert,
      cause: error,
      hint: "--tls-cert and --tls-key name files in PEM",
    });
  }
}

/** @throws USAGE when the address is taken or none of this machine's. */
async function listen(server: Server, address: string): Promise<number> {
  const { host, port } = parseListen(address);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new MediasearchError("USAGE", `${address}: ${reasonOf(error)}`, {
          subject: "--listen",
          cause: error,
          hint: "mediasearch serve --listen 127.0.0.1:PORT",
        }),
      ),
    );
    server.listen({ host, port }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return "another program listens there";
  if (code === "EADDRNOTAVAIL") return "not an address of this machine";
  return code === "EACCES" ? "this user may not listen there" : message;
}

/** Lets what is under way end, then closes what is left. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // A connection that was busy becomes idle when its answer is sent.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  server.closeIdleConnections();
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}

/** A second address for metrics alone, which needs no key: it is for a network of its own. */
async function serveMetrics({ metrics }: Services, address: string): Promise<Server> {
  const server = createHttpServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics")
      return void response.writeHead(404).end();
    void metrics.text().then(
      (text) =>
        response
          .writeHead(200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" })
          .end(text),
      () => response.writeHead(500).end(),
    );
  });
  await listen(server, address);
  return server;
}

function logRequest({ log }: Services, ended: Ended): void {
  const { route, method, status, ms, requestId, identity, error, trace } = ended;
  log(status >= 500 ? "error" : "info", "request", {
    requestId,
    traceId: trace.traceId,
    method,
    route: route?.path ?? "page",
    status,
    ms: Math.round(ms * 10) / 10,
    ...(identity ? { keyId: identity.id } : {}),
    ...(status >= 500 ? { error: toMediasearchError(error).message } : {}),
  });
}

/** A request and the parts of its search. */
function spansOf(ended: Ended): readonly Span[] {
  const request = spanOf(ended);
  const { traceId, spanId: parentId } = request;
  const parts = (ended.stages ?? []).map(({ name, startMs, tookMs }): Span => ({
    name: `search ${name}`,
    kind: "internal",
    traceId,
    parentId,
    spanId: createSpanId(),
    startMs,
    endMs: startMs + tookMs,
    attributes: {},
  }));
  return [request, ...parts];
}

/** A request as a span, by the names of OpenTelemetry; neither query nor key is in it. */
function spanOf({ route, method, status, ms, requestId, trace, answer, error }: Ended): Span {
  const path = route?.path ?? "page";
  const endMs = Date.now();
  return {
    name: `${method} ${path}`,
    kind: "server",
    traceId: trace.traceId,
    parentId: trace.parentId,
    spanId: createSpanId(),
    startMs: endMs - ms,
    endMs,
    attributes: {
      "http.request.method": method,
      "http.route": path,
      "http.response.status_code": status,
      "mediasearch.request_id": requestId,
      ...(answer ? { "mediasearch.mode": answer.mode, "mediasearch.hits": answer.total } : {}),
    },
    error: status >= 500 ? toMediasearchError(error).code : undefined,
  };
}
