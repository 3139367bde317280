import type { Database } from "better-sqlite3";
import { sideText } from "../../text/side-text.ts";

interface IndexedRow {
  readonly id: number;
  readonly text: string;
  readonly speaker: string | null;
  readonly grams: string | null;
}

/** Rows that are held in memory at a time. */
const BATCH = 1000;

/**
 * Makes what the keyword index keeps beside the texts anew, after the rules of `sideText` have
 * changed. Only the rows that change are indexed again.
 */
export function renewSideTexts(db: Database): void {
  const read = db.prepare(
    "SELECT id, text, speaker, grams FROM segments WHERE id > ? ORDER BY id LIMIT ?",
  );
  const remove = db.prepare(
    "INSERT INTO segments_fts (segments_fts, rowid, text, speaker, grams) VALUES ('delete', ?, ?, ?, ?)",
  );
  const update = db.prepare("UPDATE segments SET grams = ? WHERE id = ?");
  const insert = db.prepare(
    "INSERT INTO segments_fts (rowid, text, speaker, grams) VALUES (?, ?, ?, ?)",
  );
  for (let lastId = -1; ;) {
    const rows = read.all(lastId, BATCH) as IndexedRow[];
    for (const { id, text, speaker, grams } of rows) {
      const side = sideText(text, speaker);
      if (side === grams) continue;
      remove.run(id, text, speaker, grams);
      update.run(side, id);
      insert.run(id, text, speaker, side);
    }
    const end = rows.at(-1);
    if (!end) return;
    lastId = end.id;
  }
}
