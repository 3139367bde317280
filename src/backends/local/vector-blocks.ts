import type { Database } from "better-sqlite3";
import { toVector } from "./rows.ts";
import { encode, paddedRows, rowBytes, toTiles } from "./vector-codes.ts";

/**
 * Codes are kept in blocks, which are never changed, only replaced by others: a block's number
 * stays true for ever. `vector_parts` says which version's segments a run of rows holds (its
 * absence: nobody's any more), a row's place being block × BLOCK_ROWS + row.
 */
export const BLOCK_ROWS = 1024;
/** Blocks of fewer rows are joined. */
export const SMALL_ROWS = 256;

export const BLOCKS_SCHEMA = `
  CREATE TABLE vector_blocks (id INTEGER PRIMARY KEY AUTOINCREMENT, row_count INTEGER NOT NULL, live_count INTEGER NOT NULL) STRICT;
  CREATE INDEX vector_blocks_loose ON vector_blocks (live_count, row_count) WHERE live_count < ${SMALL_ROWS} OR live_count * 4 < row_count * 3;
  -- Codes of row_count rows in tiles, then as many float32 scales, little-endian; both for whole tiles.
  CREATE TABLE vector_codes (block_id INTEGER PRIMARY KEY REFERENCES vector_blocks (id) ON DELETE CASCADE, codes BLOB NOT NULL) STRICT;
  CREATE TABLE vector_parts (
    place INTEGER PRIMARY KEY,
    version_id INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    row_count INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX vector_parts_version ON vector_parts (version_id);
  CREATE TRIGGER vector_parts_delete AFTER DELETE ON vector_parts BEGIN
    UPDATE vector_blocks SET live_count = live_count - old.row_count WHERE id = old.place / ${BLOCK_ROWS};
  END;
`;

/** A run of rows that hold neighbouring segments of one version. */
export interface BlockPart {
  readonly row: number;
  readonly versionId: number;
  readonly position: number;
  rows: number;
}

export interface BlockWriter {
  add(versionId: number, position: number, vector: Float32Array): void;
  /** A row of another block. */
  copy(versionId: number, position: number, codes: Uint8Array, scale: number): void;
  end(): void;
}

/**
 * Packs rows, `most` in all, into blocks in the order in which they come. Segments come in order
 * too, or each is a part of its own.
 */
export function blockWriter(db: Database, dimensions: number, most = BLOCK_ROWS): BlockWriter {
  const width = rowBytes(dimensions);
  const room = Math.min(most, BLOCK_ROWS);
  const codes = new Uint8Array(room * width);
  const scales = new Float32Array(paddedRows(room));
  let rows = 0;
  let parts: BlockPart[] = [];
  const end = (): void => {
    if (rows > 0) {
      const tiles = toTiles(codes.subarray(0, rows * width), width);
      scales.fill(0, rows);
      const padded = new Uint8Array(scales.buffer, 0, paddedRows(rows) * 4);
      insertBlock(db, Buffer.concat([tiles, padded]), rows, parts);
    }
    rows = 0;
    parts = [];
  };
  const placeRow = (versionId: number, position: number, scale: number): void => {
    const last = parts.at(-1);
    if (last?.versionId === versionId && last.position + last.rows === position) last.rows++;
    else parts.push({ row: rows, versionId, position, rows: 1 });
    scales[rows++] = scale;
    if (rows === room) end();
  };
  const nextRow = (): Uint8Array => codes.subarray(rows * width, (rows + 1) * width);
  return {
    add: (versionId, position, vector) => placeRow(versionId, position, encode(vector, nextRow())),
    copy(versionId, position, row, scale) {
      nextRow().set(row);
      placeRow(versionId, position, scale);
    },
    end,
  };
}

function insertBlock(db: Database, codes: Buffer, rows: number, parts: readonly BlockPart[]): void {
  const id = Number(
    db.prepare("INSERT INTO vector_blocks (row_count, live_count) VALUES (?, ?)").run(rows, rows)
      .lastInsertRowid,
  );
  db.prepare("INSERT INTO vector_codes (block_id, codes) VALUES (?, ?)").run(id, codes);
  const insert = db.prepare(
    "INSERT INTO vector_parts (place, version_id, position, row_count) VALUES (?, ?, ?, ?)",
  );
  for (const part of parts)
    insert.run(id * BLOCK_ROWS + part.row, part.versionId, part.position, part.rows);
}

export interface StoredVector {
  readonly versionId: number;
  readonly position: number;
  readonly vector: Float32Array;
}

const VECTOR_PAGE_ROWS = 500;

/** The vectors of one version, or of all, in order; a few at a time in memory. */
export function* storedVectors(db: Database, onlyVersion?: number): Iterable<StoredVector> {
  const next =
    db.prepare(`SELECT s.version_id AS versionId, s.position, x.vector FROM segments s JOIN vectors x ON x.segment_id = s.id
    WHERE (s.version_id, s.position) > (?, ?) ${onlyVersion === undefined ? "" : "AND s.version_id = ?"} ORDER BY s.version_id, s.position LIMIT ${VECTOR_PAGE_ROWS}`);
  for (let after = [onlyVersion ?? -1, -1]; ;) {
    const rows = next.all(...after, ...(onlyVersion === undefined ? [] : [onlyVersion])) as (Omit<
      StoredVector,
      "vector"
    > & { readonly vector: Buffer })[];
    for (const row of rows) yield { ...row, vector: toVector(row.vector) };
    const last = rows.at(-1);
    if (!last) return;
    after = [last.versionId, last.position];
  }
}

/** Codes of the stored vectors of one version, which has none yet; or anew those of all. */
export function writeCodes(db: Database, dimensions: number, onlyVersion?: number): void {
  if (onlyVersion === undefined) db.exec("DELETE FROM vector_blocks; DELETE FROM vector_parts");
  const writer = blockWriter(db, dimensions);
  for (const { versionId, position, vector } of storedVectors(db, onlyVersion))
    writer.add(versionId, position, vector);
  writer.end();
}
