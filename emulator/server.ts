import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { control } from "./control.ts";
import { badRequest, errorXml, TabularError } from "./errors.ts";
import { createFaults, type Faults, type Rule } from "./faults.ts";
import type { Tuning, Version } from "./http/call.ts";
import { send } from "./http/reply.ts";
import { replay, routeOf, type Request, type Server } from "./http/router.ts";
import { verify, type Keys } from "./http/sigv4.ts";
import { createQueryEngine } from "./sql/handlers.ts";
import { emptyCatalog } from "./store/catalog.ts";
import { openJournal, type Journal } from "./store/journal.ts";
import { openStore } from "./store/transactions.ts";

export interface EmulatorOptions extends Keys {
  readonly port?: number;
  readonly host?: string;
  readonly buckets: readonly string[];
  readonly version?: Version;
  readonly tuning?: Partial<Tuning>;
  readonly faults?: readonly Rule[];
  readonly seed?: number;
  readonly txTimeoutMs?: number;
  /** A folder that keeps what was committed; in memory alone without. */
  readonly data?: string;
  /** A line a request. */
  readonly log?: (line: string) => void;
}

export interface Emulator {
  readonly url: string;
  readonly faults: Faults;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 5 * 1024 * 1024;
const MAX_READ_BYTES = 64 * 1024 * 1024;
export const DEFAULT_VERSION: Version = [5, 5, 0, 10];
const TUNING: Tuning = {
  rowsPerPage: 131_072,
  rowsPerBatch: 65_536,
  pagesPerReply: 0,
  keepAliveEvery: 16,
  vips: [],
};

/** Starts the emulator; it listens when the promise is fulfilled. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { host = "127.0.0.1", port = 0, version = DEFAULT_VERSION, log } = options;
  const faults = createFaults(options.faults, options.seed);
  let journal: Journal | undefined;
  const store = openStore(emptyCatalog(options.buckets), {
    timeoutMs: options.txTimeoutMs ?? 0,
    onCommit: (tx) => tx.requests.length > 0 && journal?.append(tx),
  });
  const state: Server = {
    store,
    version,
    tuning: { ...TUNING, ...options.tuning },
    queries: createQueryEngine(),
  };
  const opened = options.data === undefined ? undefined : openJournal(options.data);
  for (const entry of opened?.entries ?? []) replay(state, entry);
  journal = opened;
  const counts: Record<string, number> = {};
  let requests = 0;

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const requestId = (++requests).toString(16).padStart(16, "0");
    res.setHeader("Server", `vast ${version.join(".")}`);
    res.setHeader("x-amz-request-id", requestId);
    let struck: readonly Rule[] = [];
    const { method = "", url = "", headers } = req;
    try {
      const request: Request = { method, url, headers, body: await readAll(req) };
      if (url.startsWith("/_emulator/"))
        return control(res, request, { faults, store, counts, version });
      const { op, run } = routeOf(request);
      counts[op] = (counts[op] ?? 0) + 1;
      struck = faults.strike(op);
      if (await before(res, struck)) return;
      verify(request, options);
      if (request.body.length > MAX_BODY_BYTES)
        throw badRequest(`the body has more than ${MAX_BODY_BYTES} bytes`, "EntityTooLarge");
      const reply = await run(state, request);
      log?.(`${method} ${url} ${headers["tabular-txid"] ?? "-"} 200`);
      await send(res, reply, struck);
    } catch (error) {
      const told = toTabularError(error);
      log?.(
        `${method} ${url} ${headers["tabular-txid"] ?? "-"} ${told.status} ${told.code} ${told.message}${told === error ? "" : `\n${error instanceof Error ? (error.stack ?? "") : ""}`}`,
      );
      if (res.headersSent) return void res.destroy();
      res.statusCode = told.status;
      const body = Buffer.from(
        method === "HEAD" ? "" : errorXml(told, url.split("?")[0] ?? "", requestId),
      );
      await send(res, { headers: { "Content-Type": "application/xml" }, body }, struck);
    }
  };

  const server = createServer(
    { keepAliveTimeout: 60_000, maxHeaderSize: 256 * 1024 },
    (req, res) => void answer(req, res).catch(() => res.destroy()),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${bound}`,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          journal?.close();
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

const toTabularError = (error: unknown): TabularError =>
  error instanceof TabularError
    ? error
    : new TabularError(500, "InternalError", `We encountered an internal error: ${String(error)}`);

async function readAll(req: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size <= MAX_READ_BYTES) parts.push(part);
  }
  if (size > MAX_READ_BYTES) throw badRequest("the body is far too long", "EntityTooLarge");
  return Buffer.concat(parts);
}

/**
 * Faults that come before anything is done.
 * @returns whether there is no answer
 * @throws TabularError
 */
async function before(res: ServerResponse, struck: readonly Rule[]): Promise<boolean> {
  for (const { kind, ms, status, code } of struck) {
    if (kind === "latency") await sleep(ms ?? 100);
    if (kind === "slowdown")
      throw new TabularError(503, "SlowDown", "Please reduce your request rate.");
    if (kind === "error")
      throw new TabularError(status ?? 500, code ?? "InternalError", "a fault on demand");
    if (kind !== "drop") continue;
    res.destroy();
    return true;
  }
  return false;
}
