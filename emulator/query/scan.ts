import { badRequest, notFound } from "../errors.ts";
import { headerInt, headerText, type Call } from "../http/call.ts";
import { firstId, lastId, lowerBound, type Chunk } from "../store/chunk.ts";
import { byIds, type Projection, type Table } from "../store/table.ts";
import { matchingRows } from "./evaluate.ts";
import { orderedRows } from "./order.ts";
import type { Query } from "./request.ts";

export const ROW_GROUP = 65_536;
/** As `next_row_id`: the sub-split has no more rows. */
export const FINISHED = 2 ** 48 - 1;

/** Rows of one chunk, in order. */
export interface Pick {
  readonly chunk: Chunk;
  readonly rows: Uint32Array;
}

/** Rows found, and where to go on after them. */
export interface Found extends Pick {
  /** The `next_row_id` after row `i` of these. */
  readonly next: (i: number) => number;
}

export interface Split {
  readonly id: number;
  readonly of: number;
  readonly subSplits: number;
  readonly groupsPerSubSplit: number;
  /** Where each asked-for sub-split starts. */
  readonly starts: ReadonlyMap<number, number>;
}

export const ESTIMATE_SPLIT = 0xfffffffc;

export function readSplit(call: Call): Split {
  const parts = (headerText(call, "tabular-split") ?? "0,1,8").split(",").map(Number);
  const [id = 0, of = 1, groups = 8] = parts;
  if (
    parts.length !== 3 ||
    parts.some((part) => !Number.isSafeInteger(part)) ||
    of < 1 ||
    groups < 1 ||
    id < 0 ||
    (id >= of && id !== ESTIMATE_SPLIT)
  )
    throw badRequest("tabular-split is no split");
  const subSplits = headerInt(call, "tabular-num-of-subsplits", 1);
  if (subSplits < 1 || subSplits > 1024)
    throw badRequest("tabular-num-of-subsplits is out of range");
  const starts = new Map<number, number>();
  for (const [name, value] of Object.entries(call.headers)) {
    if (!name.startsWith("tabular-start-row-id-")) continue;
    const [sub = -1, start = -1] = String(value).split(",").map(Number);
    if (!(sub >= 0 && sub < subSplits && Number.isSafeInteger(start) && start >= 0))
      throw badRequest(`${name} is no start of a sub-split`);
    starts.set(sub, start);
  }
  if (starts.size === 0) for (let sub = 0; sub < subSplits; sub++) starts.set(sub, 0);
  return { id, of, subSplits, groupsPerSubSplit: groups, starts };
}

/**
 * Whether a block of row groups belongs to a sub-split: blocks go round the splits, then round
 * their sub-splits.
 */
const owns = (
  { id, of, subSplits, groupsPerSubSplit }: Split,
  sub: number,
  row: number,
): boolean => {
  const block = Math.floor(row / (ROW_GROUP * groupsPerSubSplit));
  return block % of === id && Math.floor(block / of) % subSplits === sub;
};

/**
 * The matching rows of a sub-split from its start on, some at a time; may yield no rows to say that
 * it goes on.
 */
export function* scan(
  table: Table,
  query: Query,
  split: Split,
  sub: number,
  order: Projection | undefined,
): Generator<Found> {
  const start = split.starts.get(sub) ?? FINISHED;
  if (start >= FINISHED) return;
  if (order !== undefined) return yield* scanOrdered(table, query, split, sub, order, start);
  const step = ROW_GROUP * split.groupsPerSubSplit;
  for (const chunk of table.chunks) {
    if (chunk.length === 0 || lastId(chunk) < start) continue;
    for (let block = Math.floor(firstId(chunk) / step); block * step <= lastId(chunk);) {
      const from = lowerBound(chunk.ids, Math.max(block * step, start));
      const to = lowerBound(chunk.ids, (block + 1) * step);
      if (from < to && owns(split, sub, block * step)) {
        const rows = matchingRows(chunk, query.filter, from, to);
        yield { chunk, rows, next: (i) => (chunk.ids[rows[i] ?? 0] ?? 0) + 1 };
      }
      // Ids that clients chose may lie far apart.
      block =
        to < chunk.length ? Math.max(block + 1, Math.floor((chunk.ids[to] ?? 0) / step)) : Infinity;
    }
  }
}

/** As `scan`, with places in the projection's order instead of row ids. */
function* scanOrdered(
  table: Table,
  query: Query,
  split: Split,
  sub: number,
  order: Projection,
  start: number,
): Generator<Found> {
  const { chunks, rows } = orderedRows(table, byIds(table, order.sorted));
  const matching = table.chunks.map(
    (chunk) => new Set(matchingRows(chunk, query.filter, 0, chunk.length)),
  );
  for (let place = start; place < rows.length; place++) {
    const c = chunks[place] ?? 0;
    const row = rows[place] ?? 0;
    const chunk = table.chunks[c];
    if (chunk === undefined || !owns(split, sub, place) || !matching[c]?.has(row)) continue;
    const next = place + 1;
    yield { chunk, rows: Uint32Array.of(row), next: () => next };
  }
}

/**
 * The projection that the request names, or the first that is sorted by a column which the filter
 * bounds and that has all that is asked for.
 */
export function projectionFor(call: Call, table: Table, query: Query): Projection | undefined {
  const name = call.params.get("name");
  if (name !== null) {
    const named = table.projections.find((projection) => projection.name === name);
    if (named === undefined) throw notFound(`projection ${name}`);
    return named;
  }
  if (headerText(call, "tabular-enable-sorted-projections")?.toLowerCase() !== "true")
    return undefined;
  const filtered = new Set(query.filter.flat().map(({ leaf }) => leaf.column.id));
  const used = [...filtered, ...query.projection.map(({ column }) => column.id)];
  return table.projections.find(
    ({ sorted, unsorted }) =>
      filtered.has(sorted[0] ?? -2) &&
      used.every((id) => sorted.includes(id) || unsorted.includes(id)),
  );
}
