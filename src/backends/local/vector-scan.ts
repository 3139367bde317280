import type { Database } from "better-sqlite3";
import type { Rows, ScannedRows } from "../code-scan.ts";
import { BLOCK_ROWS } from "./vector-blocks.ts";
import { encodeQuery, groupsOf, rowBytes } from "./vector-codes.ts";
import { FOUND_BYTES, openKernel, WASM_PAGE_BYTES } from "./vector-kernel.ts";

export type Scan = (vector: Float32Array, most: number, only?: readonly Rows[]) => ScannedRows;

/**
 * What one process keeps of the codes once it searches again: all of a library of two and a half
 * million segments of 384 dimensions.
 */
const RESIDENT_BYTES = 512 << 20;

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/**
 * The best rows of a library by their codes, best first. The first search of a process reads block
 * after block into one place; from the second one on they stay in memory. Blocks are never changed,
 * so one that is there still holds.
 */
export function openScan(db: Database, dimensions: number): Scan {
  const [width, groups] = [rowBytes(dimensions), groupsOf(dimensions)];
  const slotBytes = aligned(BLOCK_ROWS * (width + Float32Array.BYTES_PER_ELEMENT));
  const foundAt = aligned(groups * 256);
  const slotsAt = foundAt + BLOCK_ROWS * FOUND_BYTES;
  const { memory, scan } = openKernel(slotsAt + slotBytes);
  const readCodes = db.prepare("SELECT codes FROM vector_codes WHERE block_id = ?").pluck();
  const listBlocks = db.prepare("SELECT id, row_count FROM vector_blocks ORDER BY id").raw();
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
  const addressOf = (block: number): number => {
    const slot = resident.get(block);
    if (slot !== undefined) return slotsAt + slot * slotBytes;
    const codes = readCodes.get(block) as Buffer;
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

  return (vector, most, only) => {
    scans++;
    const counts = new Map(listBlocks.all() as [number, number][]);
    forget(counts);
    const { values, bias, factor } = encodeQuery(vector);
    new Int16Array(memory.buffer, 0, values.length).set(values);
    const best = keepBest(most);
    for (const { place, rows } of only ?? whole(counts)) {
      const [block, row] = [Math.floor(place / BLOCK_ROWS), place % BLOCK_ROWS];
      const address = addressOf(block);
      const scales = address + (counts.get(block) ?? 0) * width;
      const bytes = scan(
        0,
        address + row * width,
        scales + row * 4,
        rows,
        groups,
        bias,
        best.least(),
        foundAt,
      );
      const [numbers, scores] = [
        new Int32Array(memory.buffer, foundAt, bytes / 4),
        new Float32Array(memory.buffer, foundAt, bytes / 4),
      ];
      for (let i = 0; i < numbers.length; i += 2)
        best.add(place + (numbers[i] as number), scores[i + 1] as number);
    }
    return best.all(factor);
  };
}

const whole = (counts: ReadonlyMap<number, number>): Rows[] =>
  [...counts].map(([block, rows]) => ({ place: block * BLOCK_ROWS, rows }));

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
