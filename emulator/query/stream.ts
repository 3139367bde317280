import { concat, gather, sizeInBytes, type Column } from "../arrow/column.ts";
import type { Field } from "../arrow/field.ts";
import { batchMessage, END_OF_STREAM, schemaMessage } from "../arrow/stream.ts";
import type { Tuning } from "../http/call.ts";
import { columnOf } from "../store/chunk.ts";
import { rowIdColumn } from "../store/row-id.ts";
import { leafColumn, leafField } from "./leaf-column.ts";
import { ROW_ID_COLUMN, type Leaf } from "./request.ts";
import { FINISHED, type Found, type Pick } from "./scan.ts";

const marker = (id: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(id);
  return bytes;
};
export const KEEP_ALIVE = marker(0xffffffff);
export const COMPLETED = marker(0xfffffffe);
/** Followed by an error code and a length of 0. */
export const FAILED = Buffer.concat([
  marker(0xfffffffd),
  Buffer.from([13, 0, 0, 0, 0, 0, 0, 0]),
  marker(0),
]);

/** A page is cut where it grows beyond this. */
const PAGE_BYTES = 32 * 1024 * 1024;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Rows that travel together, and where the sub-split goes on after them. */
interface Page {
  readonly picks: readonly Pick[];
  readonly rows: number;
  readonly next: number;
}

/** A message of a sub-split: bytes in pieces; none = still looking for rows. */
export type Piece = readonly Uint8Array[];

/**
 * The messages of one sub-split in one reply. `limit` = rows after which the reply ends for it; 0 =
 * none.
 */
export function* subSplitMessages(
  id: number,
  matches: Generator<Found>,
  leaves: readonly Leaf[],
  limit: number,
  tuning: Tuning,
): Generator<Piece> {
  let sent = 0;
  for (let pages = 1; ; pages++) {
    const most = Math.min(tuning.rowsPerPage, limit > 0 ? limit - sent : Infinity);
    const page = yield* nextPage(matches, most);
    yield* pageMessages(id, page, leaves, tuning);
    sent += page.rows;
    if (page.next === FINISHED || pages === tuning.pagesPerReply || (limit > 0 && sent >= limit))
      return;
  }
}

/** What was found beyond a page's last row begins the next one. */
const rest = new WeakMap<Generator<Found>, Found>();

function* nextPage(matches: Generator<Found>, most: number): Generator<Piece, Page> {
  const picks: Pick[] = [];
  let rows = 0;
  let bytes = 0;
  for (;;) {
    const waiting = rest.get(matches);
    rest.delete(matches);
    const result =
      waiting === undefined ? matches.next() : { done: false as const, value: waiting };
    if (result.done) return { picks, rows, next: FINISHED };
    const { chunk, rows: all, next } = result.value;
    if (all.length === 0) {
      yield [];
      continue;
    }
    const perRow = Math.max(1, chunkBytesPerRow(chunk));
    const room = Math.max(1, Math.min(most - rows, Math.ceil((PAGE_BYTES - bytes) / perRow)));
    const taken = all.subarray(0, room);
    picks.push({ chunk, rows: taken });
    rows += taken.length;
    bytes += taken.length * perRow;
    if (taken.length < all.length) {
      const left = all.subarray(taken.length);
      rest.set(matches, { chunk, rows: left, next: (i) => next(i + taken.length) });
    }
    if (rows >= most || bytes >= PAGE_BYTES) return { picks, rows, next: next(taken.length - 1) };
  }
}

const rowBytes = new WeakMap<Pick["chunk"], number>();
function chunkBytesPerRow(chunk: Pick["chunk"]): number {
  const known =
    rowBytes.get(chunk) ??
    [...chunk.columns.values()].reduce((sum, column) => sum + sizeInBytes(column), 0) /
      Math.max(1, chunk.length);
  rowBytes.set(chunk, known);
  return known;
}

function* pageMessages(
  id: number,
  page: Page,
  leaves: readonly Leaf[],
  tuning: Tuning,
): Generator<Piece> {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(id, 0);
  head.writeBigUInt64LE(BigInt(page.next), 4);
  if (leaves.length === 0) {
    yield [head, schemaMessage({ fields: [], metadata: new Map() })];
    yield [head, ...batchMessage([], { length: page.rows, columns: [] })];
    yield [head, END_OF_STREAM];
    return;
  }
  for (const [i, leaf] of leaves.entries()) {
    // Clients must match columns by position, so the names that come back say nothing.
    const of = { ...leafField(leaf.column.field, leaf.path), name: `column_${i}` };
    yield [head, schemaMessage({ fields: [of], metadata: new Map() })];
    for (const picks of cut(page.picks, tuning.rowsPerBatch)) {
      const column = concat(
        of,
        picks.map((pick) => values(of, leaf, pick)),
      );
      yield [head, ...batchMessage([of], { length: column.length, columns: [column] })];
    }
    if (page.rows === 0)
      yield [head, ...batchMessage([of], { length: 0, columns: [emptyColumn(of)] })];
    yield [head, END_OF_STREAM];
  }
}

const emptyColumn = (of: Field): Column => concat(of, []);

function values(of: Field, { column, path }: Leaf, { chunk, rows }: Pick): Column {
  if (column.id === ROW_ID_COLUMN)
    return rowIdColumn(
      Float64Array.from(rows, (row) => chunk.ids[row] ?? 0),
      column.field.type.kind === "decimal",
    );
  return gather(of, leafColumn(columnOf(chunk, column), path), rows);
}

/** Picks in lots of so many rows, and not much more than some MiB. */
function* cut(picks: readonly Pick[], rowsPerBatch: number): Generator<readonly Pick[]> {
  let lot: Pick[] = [];
  let rows = 0;
  let bytes = 0;
  for (const { chunk, rows: all } of picks) {
    const perRow = Math.max(1, chunkBytesPerRow(chunk));
    for (let at = 0; at < all.length;) {
      const taken = all.subarray(
        at,
        at + Math.max(1, Math.min(rowsPerBatch - rows, Math.ceil((BATCH_BYTES - bytes) / perRow))),
      );
      lot.push({ chunk, rows: taken });
      at += taken.length;
      rows += taken.length;
      bytes += taken.length * perRow;
      if (rows < rowsPerBatch && bytes < BATCH_BYTES) continue;
      yield lot;
      lot = [];
      rows = 0;
      bytes = 0;
    }
  }
  if (rows > 0) yield lot;
}
