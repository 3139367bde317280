import type { Data, Field } from "apache-arrow";
import { MediasearchError } from "../../../errors.ts";
import { startRetries } from "../../../retry.ts";
import { assemble, readLeaf } from "./assemble.ts";
import { tablePathParts, type TablePath, tableStats } from "./catalog.ts";
import type { Session } from "./client.ts";
import { countLeaves } from "./columns.ts";
import { brokenReply, faultOf } from "./faults.ts";
import { readFrames } from "./framing.ts";
import { mergeBounded } from "./merge.ts";
import type { Filter } from "./predicate.ts";
import { columnsInFilter, writeQuery } from "./relation.ts";
import { BACKOFF } from "./transport.ts";

export interface TableQuery {
  /** What to give back, in this order; may be empty (only the number of rows counts). */
  readonly columns: readonly Field[];
  readonly filter?: Filter | undefined;
  /** Columns of the table that only the filter uses. */
  readonly filterColumns?: readonly Field[] | undefined;
  /** Rows of a page at most, for each sub-split: what memory must hold. */
  readonly pageRows?: number | undefined;
  /**
   * Splits of the table, each read by a request of its own; by its number of rows when left out.
   */
  readonly splits?: number | undefined;
  readonly subSplits?: number | undefined;
  /** Requests at a time. */
  readonly parallel?: number | undefined;
  /**
   * Reads from all addresses of the cluster that its statistics name, instead of the endpoint
   * alone.
   */
  readonly spread?: boolean | undefined;
}

/** Rows of one sub-split that follow one another; nothing is known of the order of pages. */
export interface Page {
  readonly rows: number;
  /** One per column of the query. */
  readonly columns: readonly Data[];
}

const ROWS_PER_SPLIT = 4_000_000;
const ROW_GROUPS_PER_SUB_SPLIT = 8;
const FINISHED = (1n << 48n) - 1n;
const ATTEMPTS_WITHOUT_PROGRESS = 8;
/** As the SDK has it: requests stay below nine tenths of 5 MiB. */
const MAX_REQUEST_BYTES = Math.floor(0.9 * 5 * 1024 * 1024);

/**
 * Every matching row once, in any order, a page at a time. A reply that is cut, or a query that
 * fails half-way, goes on after the last whole page of each sub-split. Memory: a page of each
 * sub-split that is under way.
 */
export async function* query(
  session: Session,
  tablePath: TablePath,
  wanted: TableQuery,
): AsyncIterable<Page> {
  const { columns, filter = [], filterColumns = [], parallel = 4 } = wanted;
  const more = columnsInFilter(filter)
    .filter((name) => !columns.some((column) => column.name === name))
    .map((name) => {
      const filterColumn = filterColumns.find((column) => column.name === name);
      if (!filterColumn)
        throw new RangeError(`the query filters by ${name}, whose type is not given`);
      return filterColumn;
    });
  const body = writeQuery([...columns, ...more], columns.length, filter);
  if (body.length > MAX_REQUEST_BYTES)
    throw new RangeError(`the query is too large: ${body.length} bytes of ${MAX_REQUEST_BYTES}`);
  const stats =
    wanted.splits === undefined || wanted.spread ? await tableStats(session, tablePath) : undefined;
  const splits =
    wanted.splits ?? Math.max(1, Math.ceil(Number(stats?.rows ?? 0n) / ROWS_PER_SPLIT));
  const places = wanted.spread
    ? (stats?.addresses ?? []).map((address) => withHost(session.client.endpoint, address))
    : [];
  yield* mergeBounded(
    Array.from(
      { length: splits },
      (_, split) => () =>
        readSplit({
          session,
          at: tablePath,
          body,
          columns,
          split,
          splits,
          subSplits: wanted.subSplits ?? 4,
          pageRows: wanted.pageRows ?? 131_072,
          endpoint: places[split % places.length],
        }),
    ),
    parallel,
  );
}

function withHost(endpoint: string, host: string): string {
  const url = new URL(endpoint);
  url.hostname = host;
  return url.origin;
}

interface Split {
  readonly session: Session;
  readonly at: TablePath;
  readonly body: Uint8Array;
  readonly columns: readonly Field[];
  readonly split: number;
  readonly splits: number;
  readonly subSplits: number;
  readonly pageRows: number;
  readonly endpoint: string | undefined;
}

async function* readSplit(split: Split): AsyncIterable<Page> {
  const next: bigint[] = Array.from({ length: split.subSplits }, () => 0n);
  const open = splitOpener(split);
  const retries = startRetries({
    ...BACKOFF,
    attempts: ATTEMPTS_WITHOUT_PROGRESS,
    budgetMs: 2 * split.session.client.timeoutMs,
  });
  while (next.some((row) => row !== FINISHED)) {
    const before = next.join();
    const body = await open(next);
    let failure: unknown;
    try {
      yield* readPages(body, split.columns, next);
      if (next.join() === before) throw new Error("the reply brought nothing");
    } catch (error) {
      failure = toWireError(error, split);
      if (!canGoOn(failure)) throw failure;
    }
    // A page that came before a break is kept, and counts as progress.
    if (next.join() !== before) retries.restart();
    if (failure !== undefined) await retries.waitAfter(failure);
  }
}

/**
 * Asks for what is left of a split. When its address does not answer, the endpoint is asked from
 * then on.
 */
function splitOpener(split: Split): (next: readonly bigint[]) => Promise<AsyncIterable<Buffer>> {
  let { endpoint } = split;
  const openAt = async (next: readonly bigint[]): Promise<AsyncIterable<Buffer>> =>
    (await split.session.open({ ...requestOf(split, next), endpoint })).body;
  return async (next) => {
    if (endpoint === undefined) return openAt(next);
    return openAt(next).catch(() => {
      endpoint = undefined;
      return openAt(next);
    });
  };
}

const requestOf = (
  { at, body, split, splits, subSplits, pageRows }: Split,
  next: readonly bigint[],
): Parameters<Session["open"]>[0] => ({
  method: "GET",
  path: tablePathParts(at),
  op: "data",
  body,
  repeatable: true,
  headers: {
    "tabular-split": `${split},${splits},${ROW_GROUPS_PER_SUB_SPLIT}`,
    "tabular-num-of-subsplits": String(subSplits),
    "tabular-request-format": "string",
    "tabular-response-format": "string",
    "tabular-enable-sorted-projections": "True",
    "tabular-limit-rows": String(pageRows),
    ...Object.fromEntries(next.map((row, i) => [`tabular-start-row-id-${i}`, `${i},${row}`])),
  },
});

const toWireError = (error: unknown, { session, at }: Split): unknown =>
  error instanceof MediasearchError || !(error instanceof Error) || error.name === "AbortError"
    ? error
    : brokenReply(
        `${session.client.endpoint} GET /${tablePathParts(at).join("/")}?data`,
        error.message,
      );

const canGoOn = (error: unknown): boolean => [0, 503].includes(faultOf(error)?.status ?? -1);

/**
 * What has come of one page of one sub-split: whole leaves, and the messages of the one that is
 * under way.
 */
interface PageParts {
  readonly leaves: Data[];
  messages: Buffer[];
  rows: number;
  endedLeaves: number;
}

/** Two pages of 131,072 rows with the longest vectors that models make. */
const MAX_PAGE_BYTES = 1 << 30;

/**
 * Gives each page when its last leaf has ended, and notes in `next` where its sub-split goes on:
 * not before.
 */
async function* readPages(
  body: AsyncIterable<Buffer>,
  columns: readonly Field[],
  next: bigint[],
): AsyncIterable<Page> {
  const leafCounts = columns.map(countLeaves);
  // Without columns there is one stream, of the number of rows.
  const pageLeaves = Math.max(
    1,
    leafCounts.reduce((sum, count) => sum + count, 0),
  );
  const pages = new Map<number, PageParts>();
  let heldBytes = 0;
  for await (const { stream, nextRowId, message, isEnd } of readFrames(body)) {
    if (stream >= next.length)
      throw new Error(`the reply is of sub-split ${stream}, of ${next.length}`);
    const page = pages.get(stream) ?? { leaves: [], messages: [], rows: 0, endedLeaves: 0 };
    pages.set(stream, page);
    page.messages.push(message);
    if ((heldBytes += message.length) > MAX_PAGE_BYTES)
      throw new Error("a page of the reply is too large");
    if (isEnd) endLeaf(page);
    if (!isEnd || page.endedLeaves < pageLeaves) continue;
    pages.delete(stream);
    heldBytes = 0;
    const result = { rows: page.rows, columns: columnsOfPage(columns, leafCounts, page) };
    const from = next[stream] ?? 0n;
    // Rows that do not go on would be asked for without an end.
    if (nextRowId < from || (nextRowId === from && page.rows > 0))
      throw new Error("the reply goes back to rows that came before");
    next[stream] = nextRowId;
    if (page.rows > 0) yield result;
  }
}

/** Reads the leaf whose last message has come. */
function endLeaf(page: PageParts): void {
  const { data, rows } = readLeaf(Buffer.concat(page.messages));
  if (data) page.leaves.push(data);
  page.messages = [];
  page.endedLeaves++;
  if (page.endedLeaves > 1 && rows !== page.rows)
    throw new Error("the columns of a page differ in length");
  page.rows = rows;
}

function columnsOfPage(
  columns: readonly Field[],
  leafCounts: readonly number[],
  { leaves, rows }: PageParts,
): Data[] {
  // An empty page has no leaves.
  if (rows === 0) return [];
  let start = 0;
  return columns.map(({ type }, i) =>
    assemble(type, leaves.slice(start, (start += leafCounts[i] ?? 0))),
  );
}
