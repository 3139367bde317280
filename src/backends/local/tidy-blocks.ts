import type { Database } from "better-sqlite3";
import { openBlockCodes } from "./block-codes.ts";
import { readEmbeddingModel } from "./embedding-model.ts";
import { BLOCK_ROWS, type BlockPart, blockWriter, SMALL_ROWS } from "./vector-blocks.ts";
import { paddedRows, rowBytes, rowOfTiles } from "./vector-codes.ts";

/**
 * Small blocks are joined so many at a time, all of about one size, so that a row is written again
 * four times at most.
 */
const MERGED = 8;

interface Block {
  readonly id: number;
  readonly row_count: number;
  readonly live_count: number;
}

/**
 * After every change of versions, in its transaction: empty blocks go, blocks of which more than a
 * quarter is nobody's are written without it, small ones are joined. So at most a third of what a
 * search reads is dead, and the work is at most in proportion to what was changed.
 */
export function tidyBlocks(db: Database): void {
  const loose = db
    .prepare(
      `SELECT id, row_count, live_count FROM vector_blocks WHERE live_count < ${SMALL_ROWS} OR live_count * 4 < row_count * 3`,
    )
    .all() as Block[];
  const sizes = Map.groupBy(loose, ({ live_count: live }) =>
    Math.floor(Math.log2(Math.max(1, live)) / 2),
  );
  const chosen = loose.filter(
    ({ row_count: rows, live_count: live }) =>
      live * 4 < rows * 3 || (sizes.get(Math.floor(Math.log2(live) / 2))?.length ?? 0) >= MERGED,
  );
  if (chosen.length > 0) repack(db, chosen);
}

function repack(db: Database, blocks: readonly Block[]): void {
  const model = readEmbeddingModel(db);
  if (!model) return;
  const writer = blockWriter(
    db,
    model.dimensions,
    blocks.reduce((sum, { live_count: live }) => sum + live, 0),
  );
  const width = rowBytes(model.dimensions);
  const codesOf = openBlockCodes(db, model.dimensions);
  const readParts = db.prepare(
    `SELECT place % ${BLOCK_ROWS} AS row, version_id AS versionId, position, row_count AS rows FROM vector_parts WHERE place >= ? AND place < ? ORDER BY place`,
  );
  const removeParts = db.prepare("DELETE FROM vector_parts WHERE place >= ? AND place < ?");
  const removeBlock = db.prepare("DELETE FROM vector_blocks WHERE id = ?");
  for (const { id, row_count: total, live_count: live } of blocks) {
    const places = [id * BLOCK_ROWS, (id + 1) * BLOCK_ROWS];
    if (live > 0) {
      const codes = codesOf(id, total);
      for (const { row, versionId, position, rows } of readParts.all(...places) as BlockPart[])
        for (let i = 0; i < rows; i++)
          writer.copy(
            versionId,
            position + i,
            rowOfTiles(codes, row + i, width),
            codes.readFloatLE(paddedRows(total) * width + (row + i) * 4),
          );
    }
    removeParts.run(...places);
    removeBlock.run(id);
  }
  writer.end();
}
