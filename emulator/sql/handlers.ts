import { batchMessage, schemaMessage } from "../arrow/stream.ts";
import { badRequest, notFound } from "../errors.ts";
import type { Reply, Version } from "../http/call.ts";
import type { Store } from "../store/transactions.ts";
import { type Answer, createEngine } from "./engine.ts";
import { decodeMessage, encodeMessage, type QueryId } from "./protocol.ts";

/** The operations of the cluster's query engine, with the queries that are under way. */
export interface QueryEngine {
  capabilities(version: Version): Reply;
  start(body: Uint8Array, store: Store): Promise<Reply>;
  finish(body: Uint8Array): Reply;
  /** `host` is where the client reached this server: it fetches the answer there too. */
  status(body: Uint8Array, host: string): Reply;
  data(body: Uint8Array): Reply;
  finishData(body: Uint8Array): Reply;
}

/** Batches of an answer are dealt out to so many tickets at most. */
const MAX_TICKETS = 3;
/** The driver insists on both, though they are the defaults of their types. */
const GOOD = { status_code: 0, description: "" };
const COMPLETED = 3;
const IN_PROGRESS = 2;
const TICKET_TYPE = "type.vastdata.com/emulator.Ticket";

interface Running {
  readonly answer: Answer;
  /** The numbers of its batches, for each ticket. */
  readonly tickets: readonly (readonly number[])[];
  /** How many tickets were told: they come one by one, as a cluster is free to do. */
  told: number;
}

interface Ticket {
  readonly endpoints: readonly { readonly uri: string }[];
  readonly ticket_id: { readonly type_url: string; readonly value: Uint8Array };
}

export function createQueryEngine(): QueryEngine {
  const engine = createEngine();
  const queries = new Map<string, Running>();
  let started = 0;

  const find = (id: QueryId | undefined): readonly [id: QueryId, query: Running] => {
    const query = queries.get(id?.req_id ?? "");
    if (!id || !query) throw notFound(`query ${id?.req_id}`, "NoSuchQuery");
    return [id, query];
  };

  return {
    capabilities: (version) =>
      message("GetCapabilitiesResponse", { server_version: `${version.join(".")}.0` }),

    async start(body, store) {
      const { sql, txid } = decodeMessage<{ readonly sql?: string; readonly txid?: string }>(
        "StartQueryRequest",
        body,
      );
      if (sql === undefined) throw badRequest("only SQL is emulated");
      const isOfTransaction = txid !== undefined && txid !== "0";
      const catalog = isOfTransaction ? store.get(txid).catalog : store.latest;
      const answer = await engine.run(sql, catalog);
      const id: QueryId = { req_id: String(++started), vip_id: "1" };
      const tickets = dealt(answer.batches.length);
      queries.set(id.req_id, { answer, tickets, told: 0 });
      return message("StartQueryResponse", {
        status: { query_id: id, state: IN_PROGRESS, ...GOOD },
        arrow_schema: schemaMessage(answer.schema),
      });
    },

    status(body, host) {
      const [id, query] = find(
        decodeMessage<{ readonly query_id?: QueryId }>("GetQueryStatusRequest", body).query_id,
      );
      const tickets = query.tickets.slice(query.told, query.told + 1).map((_, i): Ticket => ({
        endpoints: [{ uri: host }],
        ticket_id: { type_url: TICKET_TYPE, value: Buffer.from(String(query.told + i)) },
      }));
      query.told = Math.min(query.tickets.length, query.told + 1);
      const state = query.told === query.tickets.length ? COMPLETED : IN_PROGRESS;
      return message("GetQueryStatusResponse", {
        status: { query_id: id, tickets, state, ...GOOD },
      });
    },

    data(body) {
      const request = decodeMessage<{
        readonly query_id?: QueryId;
        readonly ticket_id?: { readonly value: Uint8Array };
        readonly offset?: { readonly record_batch_id?: string };
      }>("GetDataRequest", body);
      const [, { answer, tickets }] = find(request.query_id);
      const batches = tickets[Number(Buffer.from(request.ticket_id?.value ?? []).toString())];
      if (!batches) throw notFound("the ticket", "NoSuchTicket");
      return pieceOf(answer, batches, Number(request.offset?.record_batch_id ?? 0));
    },

    finish(body) {
      const { query_id: id } = decodeMessage<{ readonly query_id?: QueryId }>(
        "FinishQueryRequest",
        body,
      );
      queries.delete(id?.req_id ?? "");
      return {};
    },

    finishData(body) {
      find(decodeMessage<{ readonly query_id?: QueryId }>("FinishDataRequest", body).query_id);
      return {};
    },
  };
}

/** One batch of a ticket's, behind the message that says where the next one is. */
function pieceOf(answer: Answer, batches: readonly number[], position: number): Reply {
  const number = batches[position];
  const batch = number === undefined ? undefined : answer.batches[number];
  const head = encodeMessage("GetDataResponse", {
    ...(position + 1 < batches.length ? { next: { record_batch_id: position + 1 } } : {}),
    empty_stream: batch === undefined,
  });
  return {
    headers: {
      "Content-Type": "application/octet-stream",
      "tabular-protobuf-size": String(head.length),
    },
    body: Buffer.concat([head, ...(batch ? batchMessage(answer.schema.fields, batch) : [])]),
  };
}

/** Deals batches out in turn. An answer without rows has a ticket too. */
function dealt(batches: number): readonly (readonly number[])[] {
  const tickets = Array.from(
    { length: Math.max(1, Math.min(MAX_TICKETS, batches)) },
    () => [] as number[],
  );
  for (let batch = 0; batch < batches; batch++) tickets[batch % tickets.length]?.push(batch);
  return tickets;
}

const message = (name: string, value: object): Reply => ({
  headers: { "Content-Type": "application/octet-stream" },
  body: encodeMessage(name, value),
});
