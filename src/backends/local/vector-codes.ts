/** Dimensions in a byte of a code. */
const PER_BYTE = 8;
/** Rows whose bytes lie together: the kernel scores so many at once. */
export const TILE_ROWS = 16;
/** Sums of half a byte: the kernel looks up what each value of it adds. */
const SUMS = 16;
/** Bytes of a query's sums for each byte of a code: one table for each half of it. */
export const TABLE_BYTES = 2 * SUMS;
/** The most that two sums may come to, which the kernel adds up in a byte. */
const HIGHEST_SUM = 127;
const HIGHEST_TOTAL = 65_535;

/** Bytes of a row's code; its scale, a float32, is kept apart. */
export const rowBytes = (dimensions: number): number => Math.ceil(dimensions / PER_BYTE);
/** Rows that a block of so many takes the room of: whole tiles. */
export const paddedRows = (rows: number): number => Math.ceil(rows / TILE_ROWS) * TILE_ROWS;

/**
 * The code of a vector, written into `row`: one bit a dimension, 1 where the value is not negative.
 * @returns what a sum of values with these signs is multiplied with to estimate the inner product:
 * |x|² / Σ|xᵢ|, which makes the estimate right for x itself (Gao and Long 2024, "RaBitQ",
 * https://arxiv.org/abs/2405.12497). It errs by about .75 / √dimensions of the lengths.
 */
export function encode(vector: Float32Array, row: Uint8Array): number {
  row.fill(0);
  let squared = 0;
  let sum = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i] as number;
    squared += value * value;
    sum += Math.abs(value);
    if (value >= 0) row[i >> 3] = (row[i >> 3] as number) | (1 << (i & 7));
  }
  return sum > 0 ? squared / sum : 0;
}

/**
 * Rows as the kernel takes them: of each tile the first bytes of its rows, then the second ones,
 * and so on. What fills up the last tile is 0.
 */
export function toTiles(rows: Uint8Array, width: number): Uint8Array {
  const count = rows.length / width;
  const tiles = new Uint8Array(paddedRows(count) * width);
  for (let row = 0; row < count; row++) {
    const start = tileStart(row, width);
    for (let byte = 0; byte < width; byte++)
      tiles[start + byte * TILE_ROWS] = rows[row * width + byte] as number;
  }
  return tiles;
}

/** Reads the code of one row out of tiles. */
export function rowOfTiles(tiles: Uint8Array, row: number, width: number): Uint8Array {
  const start = tileStart(row, width);
  return Uint8Array.from({ length: width }, (_, byte) => tiles[start + byte * TILE_ROWS] as number);
}

const tileStart = (row: number, width: number): number =>
  Math.floor(row / TILE_ROWS) * TILE_ROWS * width + (row % TILE_ROWS);

/**
 * A query as the scan takes it: for each four dimensions what their signs add up to, whole numbers
 * from 0, and what these are short of. Scores come out multiplied with `factor`.
 */
export function encodeQuery(vector: Float32Array): {
  readonly tables: Uint8Array;
  readonly bias: number;
  readonly factor: number;
} {
  const width = rowBytes(vector.length);
  const reaches = Array.from({ length: 2 * width }, (_, half) =>
    vector.subarray(half * 4, half * 4 + 4).reduce((sum, value) => sum + Math.abs(value), 0),
  );
  const reach = reaches.reduce((most, one) => Math.max(most, one), 0);
  const highest = Math.min(HIGHEST_SUM, Math.floor(HIGHEST_TOTAL / (2 * width)));
  // A query without a direction is equally far from everything.
  const factor = reach > 0 ? highest / (2 * reach) : 0;
  const tables = new Uint8Array(width * TABLE_BYTES);
  reaches.forEach((lowest, half) => {
    for (let signs = 0; signs < SUMS; signs++) {
      let sum = lowest;
      for (let bit = 0; bit < 4; bit++) {
        const value = vector[half * 4 + bit] ?? 0;
        sum += (signs >> bit) & 1 ? value : -value;
      }
      tables[half * SUMS + signs] = Math.round(sum * factor);
    }
  });
  return { tables, bias: -factor * reaches.reduce((sum, one) => sum + one, 0), factor };
}
