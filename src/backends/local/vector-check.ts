import type { Database } from "better-sqlite3";
import { BLOCK_ROWS } from "./vector-blocks.ts";
import { encode, paddedRows, rowBytes, rowOfTiles } from "./vector-codes.ts";
import { toVector } from "./rows.ts";

interface CheckedPart {
  readonly row: number;
  readonly versionId: number;
  readonly position: number;
  readonly rows: number;
}

/**
 * How many vectors a search could not find, or would find as what they are not: each is held
 * against its code.
 */
export function wrongCodes(db: Database, dimensions: number): number {
  const blocks = db
    .prepare("SELECT id, row_count AS rows, live_count AS live FROM vector_blocks ORDER BY id")
    .all() as { id: number; rows: number; live: number }[];
  const readCodes = db.prepare("SELECT codes FROM vector_codes WHERE block_id = ?").pluck();
  const readParts = db.prepare(
    `SELECT place % ${BLOCK_ROWS} AS row, version_id AS versionId, position, row_count AS rows FROM vector_parts WHERE place >= ? AND place < ? ORDER BY place`,
  );
  let [right, wrong] = [0, 0];
  for (const { id, rows, live } of blocks) {
    const codes = readCodes.get(id) as Buffer | undefined;
    const parts = readParts.all(id * BLOCK_ROWS, (id + 1) * BLOCK_ROWS) as CheckedPart[];
    const held = parts.reduce((sum, part) => sum + part.rows, 0);
    const isSound =
      codes?.length ===
        paddedRows(rows) * (rowBytes(dimensions) + Float32Array.BYTES_PER_ELEMENT) &&
      held === live &&
      parts.every(({ row, rows: many }, i) => row + many <= (parts[i + 1]?.row ?? rows));
    const good = isSound
      ? parts.reduce((sum, part) => sum + rightRows(db, codes, rows, part, dimensions), 0)
      : 0;
    right += good;
    wrong += held - good;
  }
  // What has no code, too.
  return (
    wrong +
    Math.max(
      0,
      (db.prepare("SELECT count(*) FROM vectors").pluck().get() as number) - right - wrong,
    )
  );
}

function rightRows(
  db: Database,
  codes: Buffer,
  total: number,
  { row, versionId, position, rows }: CheckedPart,
  dimensions: number,
): number {
  const vectors = db
    .prepare(
      `SELECT x.vector FROM segments s JOIN vectors x ON x.segment_id = s.id WHERE s.version_id = ? AND s.position >= ? AND s.position < ? ORDER BY s.position`,
    )
    .pluck()
    .all(versionId, position, position + rows) as Buffer[];
  if (vectors.length !== rows) return 0;
  const width = rowBytes(dimensions);
  const expected = new Uint8Array(width);
  return vectors.filter((vector, i) => {
    if (vector.length !== dimensions * Float32Array.BYTES_PER_ELEMENT) return false;
    const scale = encode(toVector(vector), expected);
    return (
      Buffer.from(rowOfTiles(codes, row + i, width)).equals(expected) &&
      nearly(codes.readFloatLE(paddedRows(total) * width + (row + i) * 4), scale)
    );
  }).length;
}

/** To the last digit but one of a float32: a scale may have been computed in other steps. */
const nearly = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.abs(b);
