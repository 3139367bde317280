import type { IncomingHttpHeaders } from "node:http";
import { badRequest, notFound, TabularError } from "../errors.ts";
import {
  addColumns,
  alterColumn,
  dropColumns,
  listColumns,
  listSortedColumns,
} from "../ops/columns.ts";
import {
  alterProjection,
  createProjection,
  dropProjection,
  listProjections,
  projectionColumns,
  projectionStats,
} from "../ops/projections.ts";
import { query } from "../ops/query.ts";
import { insert, remove, update } from "../ops/rows.ts";
import { alterSchema, createSchema, dropSchema, listSchemas } from "../ops/schemas.ts";
import { tableStats } from "../ops/stats.ts";
import { alterTable, createTable, dropTable, listTables } from "../ops/tables.ts";
import {
  headerFlag,
  headerText,
  OK,
  type Call,
  type Handler,
  type Reply,
  type Tuning,
  type Version,
} from "./call.ts";
import type { Entry } from "../store/journal.ts";
import type { Store, Transaction } from "../store/transactions.ts";
import type { QueryEngine } from "../sql/handlers.ts";

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface Server {
  readonly store: Store;
  readonly version: Version;
  readonly tuning: Tuning;
  readonly queries: QueryEngine;
}

/** An operation, found by method and the URL's first query key. */
export interface Route {
  readonly op: string;
  readonly run: (server: Server, request: Request) => Reply | Promise<Reply>;
}

const within =
  (handler: Handler) =>
  (server: Server, request: Request): Reply => {
    const id = txidIn(request);
    if (id !== "0") return carryOut(handler, server, request, server.store.get(id));
    // Without a transaction of its own a call is one by itself.
    const tx = server.store.begin();
    try {
      const reply = carryOut(handler, server, request, tx);
      server.store.commit(tx);
      return reply;
    } catch (error) {
      server.store.rollback(tx);
      throw error;
    }
  };

/** Runs the handler; what changes something is noted in its transaction. */
function carryOut(handler: Handler, server: Server, request: Request, tx: Transaction): Reply {
  const reply = handler(callOf(server, request, tx));
  const { method, url, headers, body } = request;
  if (method !== "GET")
    tx.requests.push({
      method,
      url,
      headers: Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
          /^(tabular-|use-)/.test(name) && typeof value === "string" ? [[name, value]] : [],
        ),
      ),
      body,
    });
  return reply;
}

/** Repeats the requests of a journal. */
export function replay(server: Server, { requests, ids }: Entry): void {
  const tx = server.store.begin(ids);
  for (const request of requests)
    void routeOf(request).run(server, {
      ...request,
      headers: { ...request.headers, "tabular-txid": tx.id },
    });
  server.store.commit(tx);
}

const MAX_TXID = 2n ** 64n;

function txidIn(request: Request): string {
  const text = headerText(request, "tabular-txid");
  if (text === undefined || !/^\d{1,20}$/.test(text) || BigInt(text) >= MAX_TXID)
    throw badRequest(`tabular-txid is no transaction id: ${text}`);
  if (headerText(request, "tabular-api-version-id") !== "1")
    throw badRequest("tabular-api-version-id must be 1");
  return text;
}

function callOf(
  { store, version, tuning }: Server,
  { url, headers, body }: Request,
  tx: Transaction,
): Call {
  const { path, query: text } = split(url);
  return { store, tx, version, path, params: new URLSearchParams(text), headers, body, tuning };
}

function split(url: string): { readonly path: readonly string[]; readonly query: string } {
  const at = url.indexOf("?");
  const path = at === -1 ? url : url.slice(0, at);
  try {
    return {
      path: path
        .split("/")
        .filter((part) => part !== "")
        .map(decodeURIComponent),
      query: at === -1 ? "" : url.slice(at + 1),
    };
  } catch {
    throw badRequest("the path is not percent-encoded");
  }
}

/** An operation of the query engine, whose messages name the transaction themselves. */
const byQueryEngine =
  (answer: (queries: QueryEngine, request: Request, store: Store) => Reply | Promise<Reply>) =>
  ({ queries, store }: Server, request: Request): Reply | Promise<Reply> =>
    answer(queries, request, store);

const begin: Route["run"] = ({ store }, request) => {
  txidIn(request);
  return { headers: { "tabular-txid": store.begin().id } };
};

const transaction =
  (how: (store: Store, tx: Transaction) => void): Route["run"] =>
  ({ store }, request) => {
    const id = txidIn(request);
    how(store, store.get(id));
    return { headers: { "tabular-txid": id } };
  };

const headBucket: Route["run"] = ({ store }, { url }) => {
  const [bucket = ""] = split(url).path;
  if (!store.latest.buckets.has(bucket)) throw notFound(`bucket ${bucket}`, "NoSuchBucket");
  return OK;
};

/** There are no snapshots here; the list of them is S3's. */
const listSnapshots: Route["run"] = ({ store }, { url }) => {
  const { path, query: text } = split(url);
  const [bucket = ""] = path;
  if (!store.latest.buckets.has(bucket)) throw notFound(`bucket ${bucket}`, "NoSuchBucket");
  const prefix = new URLSearchParams(text).get("prefix") ?? "";
  return {
    headers: { "Content-Type": "application/xml" },
    body: Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><Name>${bucket}</Name><Prefix>${prefix.replaceAll(/[<>&]/g, "")}</Prefix><Marker></Marker><IsTruncated>false</IsTruncated></ListBucketResult>`,
    ),
  };
};

const ROUTES: Readonly<Record<string, Route>> = {
  "POST transaction": { op: "begin", run: begin },
  "GET transaction": { op: "check", run: transaction(() => {}) },
  "PUT transaction": { op: "commit", run: transaction((store, tx) => store.commit(tx)) },
  "DELETE transaction": { op: "rollback", run: transaction((store, tx) => store.rollback(tx)) },
  "GET schema": { op: "list-schemas", run: within(listSchemas) },
  "POST schema": { op: "create-schema", run: within(createSchema) },
  "PUT schema": { op: "alter-schema", run: within(alterSchema) },
  "DELETE schema": { op: "drop-schema", run: within(dropSchema) },
  "GET table": { op: "list-tables", run: within(listTables) },
  "POST table": { op: "create-table", run: within(createTable) },
  "PUT table": { op: "alter-table", run: within(alterTable) },
  "DELETE table": { op: "drop-table", run: within(dropTable) },
  "GET stats": { op: "stats", run: within(tableStats) },
  "GET column": { op: "list-columns", run: within(listColumns) },
  "GET columns": { op: "list-columns", run: within(listColumns) },
  "GET sorted-columns": { op: "list-sorted-columns", run: within(listSortedColumns) },
  "POST column": { op: "add-columns", run: within(addColumns) },
  "PUT column": { op: "alter-column", run: within(alterColumn) },
  "DELETE column": { op: "drop-columns", run: within(dropColumns) },
  "POST rows": { op: "insert", run: within(insert) },
  "PUT rows": { op: "update", run: within(update) },
  "DELETE rows": { op: "delete", run: within(remove) },
  "GET data": { op: "query", run: within(query) },
  "GET projection": { op: "list-projections", run: within(listProjections) },
  "POST projection": { op: "create-projection", run: within(createProjection) },
  "PUT projection": { op: "alter-projection", run: within(alterProjection) },
  "DELETE projection": { op: "drop-projection", run: within(dropProjection) },
  "GET projection-columns": { op: "projection-columns", run: within(projectionColumns) },
  "GET projection-stats": { op: "projection-stats", run: within(projectionStats) },
  "GET query-engine-capabilities": {
    op: "capabilities",
    run: ({ version, queries }) => queries.capabilities(version),
  },
  "POST vastdb-run-query": {
    op: "run-query",
    run: byQueryEngine((queries, { body }, store) => queries.start(body, store)),
  },
  "DELETE vastdb-run-query": {
    op: "finish-query",
    run: byQueryEngine((queries, { body }) => queries.finish(body)),
  },
  "POST vastdb-query-status": {
    op: "query-status",
    run: byQueryEngine((queries, { body, headers }) => queries.status(body, headers.host ?? "")),
  },
  "POST vastdb-data": {
    op: "query-data",
    run: byQueryEngine((queries, { body }) => queries.data(body)),
  },
  "DELETE vastdb-data": {
    op: "finish-data",
    run: byQueryEngine((queries, { body }) => queries.finishData(body)),
  },
};

/** What exists on a cluster and not here. */
const ABSENT = [
  "data",
  "partitions",
  "blob-expansion",
  "view",
  "view-details",
  "schedule",
  "row-column-security",
];

/** Finds the operation. @throws TabularError 400 or 501 */
export function routeOf({ method, url, headers }: Omit<Request, "body">): Route {
  const at = url.indexOf("?");
  // VAST's own SQL driver writes `?transaction=`, its other clients `?transaction`.
  const key = at === -1 ? "" : (url.slice(at + 1).split("&")[0] ?? "").replace(/=$/, "");
  if (method === "HEAD" && key === "") return { op: "head-bucket", run: headBucket };
  if (
    method === "GET" &&
    key === "transaction" &&
    headerFlag({ headers }, "tabular-get-vast-version")
  )
    return { op: "version", run: () => OK };
  if (method === "GET" && url.includes("list_type=2") && !ROUTES[`GET ${key}`])
    return { op: "list-snapshots", run: listSnapshots };
  const route = ROUTES[`${method} ${key}`];
  if (route !== undefined) return route;
  if (ABSENT.includes(key))
    throw new TabularError(501, "NotImplemented", `${method} ?${key} is not emulated`);
  throw badRequest(`there is no operation ${method} ?${key}`);
}
