import { setTimeout as sleep } from "node:timers/promises";
import { type Data, type Field, RecordBatchReader } from "apache-arrow";
import { MediasearchError } from "../../../errors.ts";
import type { ClusterReply } from "./transport.ts";
import type { Session } from "./client.ts";
import { brokenReply } from "./faults.ts";
import { mustBeMessages, mustBeWhole } from "./plausible.ts";
import { type Message, readMessage, writeMessage } from "./protobuf.ts";

/** Rows of an answer that came together. */
export interface SqlPage {
  readonly rows: number;
  readonly fields: readonly Field[];
  /** One per field. */
  readonly columns: readonly Data[];
}

/** A whole query may take so many times what a single answer may. */
const MAX_QUERY_TIMEOUTS = 10;
const MIN_POLL_MS = 10;
const MAX_POLL_MS = 500;
const MAX_TICKETS = 100_000;
const MAX_HEAD_BYTES = 1 << 20;
const COMPLETED = 3n;
const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

/** A query that runs on the cluster. */
interface Query {
  readonly id: Uint8Array;
  /** The message that describes the columns; each batch follows it. */
  readonly schema: Uint8Array;
}

/**
 * Runs SQL by the cluster's query engine, in the session's transaction, and yields its rows as they
 * come, in no order between pages (protocol page §11: start, ask for tickets, fetch each ticket's
 * batches, finish). Memory: one batch. A query that is left early is ended on the cluster.
 * @throws what faults.ts makes of the cluster's refusals, of a statement too; IO_FAILED for a query
 * that the cluster ends.
 */
export async function* querySql(session: Session, sql: string): AsyncGenerator<SqlPage> {
  const { id, schema } = await start(session, sql);
  try {
    const seen = new Set<string>();
    for await (const ticket of tickets(session, id)) {
      const key = Buffer.from(ticket).toString("base64");
      if (seen.has(key)) continue;
      if (seen.add(key).size > MAX_TICKETS) throw broken(session, "it names tickets without end");
      yield* batches(session, { id, schema }, ticket);
    }
  } finally {
    // What is not finished lapses on the cluster; a failure here must hide no other.
    await call(session, "DELETE", "vastdb-run-query", writeMessage([[1, id]])).catch(() => {});
  }
}

async function start(session: Session, sql: string): Promise<Query> {
  const { client, txid } = session;
  const reply = await call(
    session,
    "POST",
    "vastdb-run-query",
    writeMessage([
      [2, BigInt(txid)],
      [3, sql],
      [6, BigInt(Math.ceil((client.timeoutMs * MAX_QUERY_TIMEOUTS) / 1000))],
    ]),
  );
  const response = messageOf(session, reply.body);
  const status = goodStatus(session, response.message(1));
  const id = status.bytes(1);
  const schema = response.bytes(2);
  if (!id || !schema) throw broken(session, "it names no query, or no columns");
  const isEnded = Buffer.from(schema.subarray(-END_OF_STREAM.length)).equals(END_OF_STREAM);
  return { id, schema: isEnded ? schema.subarray(0, -END_OF_STREAM.length) : schema };
}

/** The tickets of a query as the cluster names them, until it has named all. */
async function* tickets(session: Session, id: Uint8Array): AsyncIterable<Uint8Array> {
  const { timeoutMs } = session.client;
  const untilMs = performance.now() + timeoutMs * MAX_QUERY_TIMEOUTS;
  for (let waitMs = MIN_POLL_MS; ; waitMs = Math.min(MAX_POLL_MS, waitMs * 2)) {
    const reply = await call(
      session,
      "POST",
      "vastdb-query-status",
      writeMessage([
        [1, id],
        [2, BigInt(Math.ceil(timeoutMs / 1000))],
      ]),
    );
    const status = goodStatus(session, messageOf(session, reply.body).message(1));
    const named = status.messages(4).flatMap((ticket) => ticket.bytes(4) ?? []);
    yield* named;
    if (status.number(7) === COMPLETED) return;
    if (performance.now() > untilMs) throw broken(session, "the query does not end");
    if (named.length > 0) waitMs = MIN_POLL_MS;
    else await sleep(waitMs);
  }
}

/** The batches of one ticket. */
async function* batches(
  session: Session,
  { id, schema }: Query,
  ticket: Uint8Array,
): AsyncIterable<SqlPage> {
  let next: bigint | undefined;
  do {
    const reply = await call(
      session,
      "POST",
      "vastdb-data",
      writeMessage([
        [1, id],
        ...(next === undefined ? [] : [[3, writeMessage([[1, next]])] as const]),
        [4, BigInt(Math.ceil(session.client.timeoutMs / 1000))],
        [7, ticket],
      ]),
    );
    const [head, body] = divided(session, reply);
    yield* readBatches(session, schema, body);
    const following = head.message(1)?.number(1);
    if (following !== undefined && following <= (next ?? -1n))
      throw broken(session, "its answer goes back");
    next = following;
  } while (next !== undefined);
  const finished = writeMessage([
    [1, id],
    [5, ticket],
  ]);
  await call(session, "DELETE", "vastdb-data", finished).catch(() => {});
}

/** The message that heads a piece of the answer, and the batches behind it. */
function divided(session: Session, { headers, body }: ClusterReply): readonly [Message, Buffer] {
  const size = Number(headers["tabular-protobuf-size"]);
  if (!Number.isInteger(size) || size < 0 || size > Math.min(MAX_HEAD_BYTES, body.length))
    throw broken(session, "its answer does not say where its rows begin");
  return [messageOf(session, body.subarray(0, size)), body.subarray(size)];
}

function* readBatches(session: Session, schema: Uint8Array, body: Buffer): Iterable<SqlPage> {
  if (body.length === 0) return;
  const pages: SqlPage[] = [];
  try {
    const stream = Buffer.concat([schema, body]);
    mustBeMessages(stream);
    for (const { data, numRows, schema: columns } of RecordBatchReader.from(stream)) {
      for (const column of data.children) mustBeWhole(column);
      pages.push({ rows: numRows, fields: columns.fields, columns: data.children });
    }
  } catch (error) {
    throw broken(session, error instanceof Error ? error.message : String(error));
  }
  yield* pages;
}

/** @throws for a query that the cluster ended with an error. */
function goodStatus(session: Session, status: Message | undefined): Message {
  if (!status) throw broken(session, "it says nothing of the query");
  const code = status.number(5) ?? 0n;
  if (code === 0n) return status;
  const { endpoint } = session.client;
  throw new MediasearchError(
    "IO_FAILED",
    `${endpoint}: the cluster ended a query (${code}: ${status.text(6) ?? ""})`,
    { subject: endpoint },
  );
}

function messageOf(session: Session, bytes: Uint8Array): Message {
  try {
    return readMessage(bytes);
  } catch (error) {
    throw broken(session, error instanceof Error ? error.message : String(error));
  }
}

const broken = (session: Session, what: string): MediasearchError =>
  brokenReply(`${session.client.endpoint} POST /?vastdb-run-query`, what);

/** A query that was started twice lapses on the cluster, so that each call may be repeated. */
const call = (
  session: Session,
  method: "POST" | "DELETE",
  op: string,
  body: Uint8Array,
): Promise<ClusterReply> =>
  session.send({
    method,
    path: [],
    op,
    body,
    repeatable: true,
    headers: { "content-type": "application/octet-stream" },
  });
