import type { IncomingHttpHeaders } from "node:http";
import { badRequest, notFound } from "../errors.ts";
import type { Catalog } from "../store/catalog.ts";
import type { Table } from "../store/table.ts";
import type { Store, Transaction } from "../store/transactions.ts";

/** A tabular request, checked and taken apart. */
export interface Call {
  readonly store: Store;
  readonly tx: Transaction;
  readonly version: Version;
  /** Decoded path segments: bucket, schemas, table. */
  readonly path: readonly string[];
  readonly params: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly tuning: Tuning;
}

/**
 * What a cluster does one way or another: how query results are cut (small numbers make a client
 * meet every case), which addresses it has.
 */
export interface Tuning {
  readonly rowsPerPage: number;
  readonly rowsPerBatch: number;
  /** Pages of one sub-split in one reply; 0 = as many as the row limit allows. */
  readonly pagesPerReply: number;
  /** A keep-alive marker after so many messages, besides the one at the start; 0 = none. */
  readonly keepAliveEvery: number;
  /** Addresses that a table's statistics name: the first, and how many there are from it on. */
  readonly vips: readonly { readonly address: string; readonly count: number }[];
}

export interface Reply {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** A query's messages; `undefined` fields of a reply are left out. */
  readonly stream?: AsyncIterable<readonly Uint8Array[]>;
}

export type Handler = (call: Call) => Reply;
export type Version = readonly [number, number, number, number];

export const atLeast = (version: Version, ...wanted: readonly number[]): boolean => {
  for (const [i, part] of wanted.entries())
    if (version[i] !== part) return (version[i] ?? 0) > part;
  return true;
};

export const OK: Reply = {};

export function headerText({ headers }: Pick<Call, "headers">, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Both clients that exist write booleans in their own way. */
export const headerFlag = (call: Pick<Call, "headers">, name: string): boolean =>
  headerText(call, name)?.toLowerCase() === "true";

export function headerInt(call: Pick<Call, "headers">, name: string, otherwise: number): number {
  const text = headerText(call, name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`${name} is no number: ${text}`);
  return Number(text);
}

/** Snapshots are part of the bucket's name, and of the schema's for the reader. */
export function bucketOf({ path: [bucket = ""], tx }: Pick<Call, "path" | "tx">): string {
  if (!tx.catalog.buckets.has(bucket)) throw notFound(`bucket ${bucket}`, "NoSuchBucket");
  return bucket;
}

/** The full path of the schema that the request names. @throws TabularError 404 */
export function schemaPath(call: Call, segments = call.path): string {
  bucketOf(call);
  const path = segments.join("/");
  if (segments.length < 2 || !call.tx.catalog.schemas.has(path)) throw notFound(`schema ${path}`);
  return path;
}

export interface Named {
  readonly path: string;
  readonly table: Table;
}

/** The table that the request names. @throws TabularError 404 */
export function tableOf(call: Call): Named {
  bucketOf(call);
  if (call.params.get("sub-table") !== null)
    throw notFound(`imports table of ${call.path.join("/")}`);
  const path = call.path.join("/");
  const table = findTable(call.tx.catalog, path);
  if (table === undefined) throw notFound(`table ${path}`);
  return { path, table };
}

export const findTable = ({ tableIds, tables }: Catalog, path: string): Table | undefined => {
  const id = tableIds.get(path);
  return id === undefined ? undefined : tables.get(id);
};
