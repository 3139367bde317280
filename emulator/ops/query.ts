import { badRequest } from "../errors.ts";
import { batchMessage, END_OF_STREAM, schemaMessage } from "../arrow/stream.ts";
import { headerInt, headerText, tableOf, type Call, type Handler } from "../http/call.ts";
import { readQuery } from "../query/request.ts";
import {
  ESTIMATE_SPLIT,
  FINISHED,
  projectionFor,
  readSplit,
  ROW_GROUP,
  scan,
} from "../query/scan.ts";
import { COMPLETED, KEEP_ALIVE, subSplitMessages, type Piece } from "../query/stream.ts";
import { rowCount } from "../store/table.ts";

export const query: Handler = (call) => {
  const { table } = tableOf(call);
  const priority = headerText(call, "tabular-schedule-id");
  if (priority !== undefined && !/^\d+$/.test(priority))
    throw badRequest(`tabular-schedule-id must not be negative: ${priority}`);
  for (const name of ["tabular-request-format", "tabular-response-format"])
    if ((headerText(call, name) ?? "string") !== "string")
      throw badRequest(`${name} must be string`);
  const asked = readQuery(call.body, table);
  const split = readSplit(call);
  const limit = headerInt(call, "tabular-limit-rows", 0);
  if (split.id === ESTIMATE_SPLIT)
    return { stream: estimate(Math.ceil(rowCount(table) / ROW_GROUP)) };
  const order = projectionFor(call, table, asked);
  const streams = [...split.starts]
    .filter(([, start]) => start < FINISHED)
    .map(([sub]) =>
      subSplitMessages(
        sub,
        scan(table, asked, split, sub, order),
        asked.projection,
        limit,
        call.tuning,
      ),
    );
  return { stream: interleaved(streams, call.tuning) };
};

/** A batch whose number of rows is the number of row groups. */
async function* estimate(groups: number): AsyncGenerator<Piece> {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(FINISHED), 4);
  yield [head, schemaMessage({ fields: [], metadata: new Map() })];
  yield [head, ...batchMessage([], { length: groups, columns: [] })];
  yield [head, END_OF_STREAM];
  yield [COMPLETED];
}

/** The sub-splits' messages in turn, with keep-alive markers between them, and the end. */
async function* interleaved(
  streams: readonly Generator<Piece>[],
  { keepAliveEvery }: Call["tuning"],
): AsyncGenerator<Piece> {
  yield [KEEP_ALIVE];
  let running = [...streams];
  for (let sent = 1; running.length > 0;) {
    const finished = new Set<Generator<Piece>>();
    for (const stream of running) {
      const { done, value } = stream.next();
      if (done === true) finished.add(stream);
      else if (value.length === 0) await new Promise(setImmediate);
      else {
        yield value;
        if (keepAliveEvery > 0 && sent++ % keepAliveEvery === 0) yield [KEEP_ALIVE];
      }
    }
    running = running.filter((stream) => !finished.has(stream));
  }
  yield [COMPLETED];
}
