import type { Database } from "better-sqlite3";
import type { Rows, ScannedRows } from "../code-scan.ts";
import { openBlockCodes } from "./block-codes.ts";
import { BLOCK_ROWS } from "./vector-blocks.ts";
import { encodeQuery, paddedRows, rowBytes, TABLE_BYTES, TILE_ROWS } from "./vector-codes.ts";
import { FOUND_BYTES, openKernel, WASM_PAGE_BYTES } from "./vector-kernel.ts";

export type Scan = (vector: Float32Array, most: number, only?: readonly Rows[]) => ScannedRows;

/**
 * What one process keeps of the codes once it searches again: all of a library of ten million
 * segments of 384 dimensions.
 */
const RESIDENT_BYTES = 512 << 20;

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/**
 * The best rows of a library by their codes, best first. The first search of a process reads block
 * after block into one place; from the second one on they stay in memory. Blocks are never changed,
 * so one that is there still holds.
 */
export function openScan(db: Database, dimensions: number): Scan {
  const width = rowBytes(dimensions);
  const slotBytes = aligned(BLOCK_ROWS * (width + Float32Array.BYTES_PER_ELEMENT));
  const foundAt = aligned(width * TABLE_BYTES);
  const slotsAt = foundAt + BLOCK_ROWS * FOUND_BYTES;
  const { memory, scan } = openKernel(slotsAt + slotBytes);
  const codesOf = openBlockCodes(db, dimensions);
  // Somebody else may have made the library: no block may need more room than one has.
  const listBlocks = db
    .prepare(`SELECT id, max(0, min(row_count, ${BLOCK_ROWS})) FROM vector_blocks ORDER BY id`)
    .raw();
  /** Which slot a block is in; slot 0 is for those that do not stay. */
  const resident = new Map<number, number>();
  const free: number[] = [];
  let scans = 0;

  const slotFor = (block: number): number => {
    if (scans < 2 || (resident.size + 2) * slotBytes > RESIDENT_BYTES) return 0;
    const slot = free.pop() ?? resident.size + 1;
    const missing = slotsAt + (slot + 1) * slotBytes - memory.buffer.byteLength;
    // Sixteen megabytes at a time.
    if (missing > 0) memory.grow(Math.max(256, Math.ceil(missing / WASM_PAGE_BYTES)));
    resident.set(block, slot);
    return slot;
  };
  const addressOf = (block: number, rows: number): number => {
    const slot = resident.get(block);
    if (slot !== undefined) return slotsAt + slot * slotBytes;
    const codes = codesOf(block, rows);
    const address = slotsAt + slotFor(block) * slotBytes;
    new Uint8Array(memory.buffer, address, codes.length).set(codes);
    // Gives the memory back now, to be used for the next: waiting for the collector doubles the
    // time of the first search.
    (codes.buffer as ArrayBuffer).transfer(0);
    return address;
  };
  const forget = (counts: ReadonlyMap<number, number>): void => {
    for (const [block, slot] of resident) {
      if (counts.has(block)) continue;
      resident.delete(block);
      free.push(slot);
    }
  };

  // One transaction: SQLite would look for changes and lock the file for each block.
  return db.transaction((vector, most, only) => {
    scans++;
    const counts = new Map(listBlocks.all() as [number, number][]);
    forget(counts);
    const { tables, bias, factor } = encodeQuery(vector);
    new Uint8Array(memory.buffer, 0, tables.length).set(tables);
    const best = keepBest(most);
    const wanted = only && rowsByBlock(only);
    for (const block of wanted?.keys() ?? counts.keys()) {
      const rows = counts.get(block) ?? 0;
      if (rows === 0) continue;
      const codes = addressOf(block, rows);
      const scales = codes + paddedRows(rows) * width;
      const tiles = paddedRows(rows) / TILE_ROWS;
      const bytes = scan(0, codes, scales, tiles, width, bias, best.least(), foundAt);
      const [numbers, scores] = [
        new Int32Array(memory.buffer, foundAt, bytes / 4),
        new Float32Array(memory.buffer, foundAt, bytes / 4),
      ];
      const isWanted = wanted?.get(block) ?? firstRows(rows);
      for (let i = 0; i < numbers.length; i += 2)
        if (isWanted[numbers[i] as number] === 1)
          best.add(block * BLOCK_ROWS + (numbers[i] as number), scores[i + 1] as number);
    }
    return best.all(factor);
  }) as Scan;
}

/** Which rows of a block count, 1 for each that does. */
type RowMarks = Uint8Array;

/** A block is scanned as a whole, which takes microseconds; what is not asked for is left out. */
function rowsByBlock(only: readonly Rows[]): ReadonlyMap<number, RowMarks> {
  const blocks = new Map<number, RowMarks>();
  for (const { place, rows } of only) {
    const [block, row] = [Math.floor(place / BLOCK_ROWS), place % BLOCK_ROWS];
    const marks = blocks.get(block) ?? new Uint8Array(BLOCK_ROWS);
    marks.fill(1, row, row + rows);
    blocks.set(block, marks);
  }
  return blocks;
}

const ALL_ROWS = new Uint8Array(BLOCK_ROWS).fill(1);

/** Not what fills up the last tile. */
const firstRows = (count: number): RowMarks =>
  count === BLOCK_ROWS ? ALL_ROWS : new Uint8Array(BLOCK_ROWS).fill(1, 0, count);

/** Of many candidates so many of the best; of equals those that came first. */
function keepBest(most: number): {
  readonly add: (place: number, score: number) => void;
  readonly least: () => number;
  readonly all: (factor: number) => ScannedRows;
} {
  const room = most * 2 + BLOCK_ROWS;
  const [places, scores] = [new Float64Array(room), new Float32Array(room)];
  let count = 0;
  let least = -Infinity;
  const cut = (): void => {
    if (count < most) return;
    // Without a function that compares, numbers are sorted in a tenth of the time.
    const sorted = scores.slice(0, count).sort();
    least = sorted[count - most] as number;
    let equals = most - (count - sorted.findLastIndex((score) => score <= least) - 1);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const score = scores[i] as number;
      if (score < least || (score === least && equals-- <= 0)) continue;
      scores[kept] = score;
      places[kept++] = places[i] as number;
    }
    count = kept;
  };
  return {
    add(place, score) {
      places[count] = place;
      scores[count++] = score;
      if (count === room) cut();
    },
    least: () => least,
    all(factor) {
      cut();
      const order = Array.from({ length: count }, (_, i) => i).sort(
        (a, b) => (scores[b] as number) - (scores[a] as number),
      );
      return {
        places: Float64Array.from(order, (i) => places[i] as number),
        scores: Float32Array.from(order, (i) => (factor > 0 ? (scores[i] as number) / factor : 0)),
      };
    },
  };
}
