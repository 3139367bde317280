import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ALL_SCOPES } from "../app/access/scopes.ts";
import type { Context } from "../app/context.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { createAddresses, parseListen, refuseUnprotected } from "./addresses.ts";
import { createApp, type Ended } from "./http.ts";
import { createLibraryAccess } from "./library-access.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createReadPool } from "./reads/pool.ts";
import { ROUTES } from "./routes.ts";
import { createValidator, readShapes } from "./schemas.ts";
import type { Services } from "./route.ts";
import { createSessions } from "./sessions.ts";

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

/** Attempts to sign in that an address may make in a minute. */
const SIGN_INS = 20;
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
  const { config, env, cwd, signal } = context;
  const { settings } = config;
  refuseUnprotected(settings);
  const server = createServer(settings);
  const port = await listen(server, settings.serveListen);
  const addresses = createAddresses(settings, port);
  const library = createLibraryAccess(context);
  const reads = createReadPool({
    threads: settings.serveReaders,
    config,
    env: { ...env },
    cwd,
  });
  const shapes = readShapes();
  const services: Services = {
    context,
    library,
    reads,
    sessions: createSessions(),
    addresses,
    validator: createValidator(shapes),
    limits: { requests: createRateLimit(settings.serveRate), signIns: createRateLimit(SIGN_INS) },
    routes: ROUTES,
    shapes,
    log: (level, message, facts = {}) =>
      log(JSON.stringify({ time: new Date().toISOString(), level, msg: message, ...facts })),
    isOpen: () => !signal.aborted,
  };
  const app = createApp(services, (ended) => logRequest(services, ended));
  server.on("request", getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  onListening({ url: addresses.origin, signInUrl: signInUrl(services) });
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  } finally {
    await drain(server);
    await Promise.allSettled([reads.close(), library.close()]);
  }
  signal.throwIfAborted();
}

/** A person at this machine is not asked for a password: whoever reads the terminal may come in. */
function signInUrl({ addresses, sessions }: Services): string | undefined {
  if (!addresses.isLoopback) return undefined;
  const link = sessions.createLink({
    id: "person:local",
    name: "this machine",
    kind: "person",
    scopes: ALL_SCOPES,
    filters: [],
    keyId: null,
    expiresAtMs: null,
  });
  return `${addresses.origin}/signin/link?token=${link}`;
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
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(timer);
}

function logRequest({ log }: Services, ended: Ended): void {
  const { route, method, status, ms, requestId, identity, error } = ended;
  log(status >= 500 ? "error" : "info", "request", {
    requestId,
    method,
    route: route?.path ?? "page",
    status,
    ms: Math.round(ms * 10) / 10,
    ...(identity ? { keyId: identity.id } : {}),
    ...(status >= 500 ? { error: toMediasearchError(error).message } : {}),
  });
}
