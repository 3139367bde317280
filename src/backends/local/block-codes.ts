import type { Database } from "better-sqlite3";
import { toVector } from "./rows.ts";
import { BLOCK_ROWS } from "./vector-blocks.ts";
import { encode, paddedRows, rowBytes, toTiles } from "./vector-codes.ts";

/** Codes of the rows of a block in tiles, then their scales, in memory that nothing else shares. */
export type BlockCodes = (block: number, rows: number) => Buffer;

/**
 * Reads the codes of blocks of at most BLOCK_ROWS rows. Codes that are not as long as the rows need
 * come of a program that knows another schema, or of damage: they are made anew out of the vectors,
 * here and not in the file, which may be read only.
 */
export function openBlockCodes(db: Database, dimensions: number): BlockCodes {
  const bytes = rowBytes(dimensions) + Float32Array.BYTES_PER_ELEMENT;
  const read = db.prepare("SELECT codes FROM vector_codes WHERE block_id = ?").pluck();
  return (block, rows) => {
    const codes = read.get(block) as Buffer | undefined;
    return codes?.length === paddedRows(rows) * bytes
      ? codes
      : encodeBlock(db, block, rows, dimensions);
  };
}

/** A row that has no vector, or one of another length, gets a code that scores 0. */
function encodeBlock(db: Database, block: number, rows: number, dimensions: number): Buffer {
  const width = rowBytes(dimensions);
  const codes = new Uint8Array(rows * width);
  const scales = new Float32Array(paddedRows(rows));
  const stored = db
    .prepare(`SELECT p.place % ${BLOCK_ROWS} + s.position - p.position AS row, x.vector FROM vector_parts p
    JOIN segments s ON s.version_id = p.version_id AND s.position >= p.position AND s.position < p.position + p.row_count
    JOIN vectors x ON x.segment_id = s.id WHERE p.place >= ? AND p.place < ? AND octet_length(x.vector) = ?`)
    .all(
      block * BLOCK_ROWS,
      (block + 1) * BLOCK_ROWS,
      dimensions * Float32Array.BYTES_PER_ELEMENT,
    ) as { readonly row: number; readonly vector: Buffer }[];
  for (const { row, vector } of stored)
    if (row < rows)
      scales[row] = encode(toVector(vector), codes.subarray(row * width, (row + 1) * width));
  const tiles = toTiles(codes, width);
  const made = Buffer.from(new ArrayBuffer(tiles.length + scales.byteLength));
  made.set(tiles);
  made.set(new Uint8Array(scales.buffer), tiles.length);
  return made;
}
