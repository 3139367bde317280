import type { Database } from "better-sqlite3";
import { firstLetters, type IndexWord, nearestStems, nearestWord } from "../../text/spelling.ts";
import { isUnspaced, tokens } from "../../text/words.ts";
import { matchAny } from "./filter.ts";

const MAX_SPELLING_ROWS = 20;

/**
 * Only words that occur nowhere are looked into, and only the part of the index that begins like
 * them (https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module).
 */
export function findSpellings(db: Database, words: readonly string[]): Map<string, string> {
  const corrections = new Map<string, string>();
  const occurs = db.prepare("SELECT 1 FROM segments_fts WHERE segments_fts MATCH ? LIMIT 1");
  for (const word of words) {
    const match = matchAny([word]);
    if (match === "" || tokens(word).length !== 1 || isUnspaced(word) || occurs.get(match))
      continue;
    for (const stem of nearestStems(word, vocabulary(db, word))) {
      const meant = nearestWord(stem, word, textsWith(db, stem));
      if (meant === undefined) continue;
      corrections.set(word, meant);
      break;
    }
  }
  return corrections;
}

/** By the stem itself: as a query it would be stemmed again ("committe" of "committee"). */
function textsWith(db: Database, stem: string): string[] {
  db.exec(
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurrences USING fts5vocab(main, segments_fts, instance)",
  );
  return db
    .prepare(
      `SELECT s.text || ' ' || ifnull(s.speaker, '') FROM (SELECT doc FROM temp.occurrences WHERE term = ? LIMIT ${MAX_SPELLING_ROWS}) o JOIN segments s ON s.id = o.doc`,
    )
    .pluck()
    .all(stem) as string[];
}

function* vocabulary(db: Database, word: string): Iterable<IndexWord> {
  db.exec(
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, segments_fts, row)",
  );
  const words = db.prepare(
    "SELECT term AS stem, doc AS count FROM temp.vocabulary WHERE term >= ? AND term < ?",
  );
  for (const letter of firstLetters(word))
    yield* words.iterate(letter, `${letter}\u{10ffff}`) as IterableIterator<IndexWord>;
}
