import type { Database } from "better-sqlite3";
import {
  firstLetters,
  type IndexWord,
  mayBeMisspelt,
  nearestStems,
  nearestWord,
} from "../../text/spelling.ts";
import { isUnspaced, tokens } from "../../text/words.ts";
import { matchAny } from "./filter.ts";
import { rowsOf } from "./statements.ts";

const MAX_SPELLING_ROWS = 20;
/** Nobody misspells more at once, and no language has longer words that somebody types. */
const MAX_WORDS = 16;
const MAX_WORD_LENGTH = 40;
/**
 * A suggestion that takes longer is none. It is looked for in one piece: nothing else is answered
 * meanwhile.
 */
const MAX_MS = 1000;

/** Unlike `performance`, which a search would have to load first. */
const uptimeMs = (): number => process.uptime() * 1000;

/**
 * Only words that occur nowhere are looked into, and only the part of the index that begins like
 * them (https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module).
 */
export function findSpellings(db: Database, words: readonly string[]): Map<string, string> {
  const corrections = new Map<string, string>();
  const occurs = rowsOf(db, "SELECT 1 FROM segments_fts WHERE segments_fts MATCH ? LIMIT 1");
  const untilMs = uptimeMs() + MAX_MS;
  let looked = 0;
  for (const word of words) {
    if (word.length > MAX_WORD_LENGTH || !mayBeMisspelt(word)) continue;
    const match = matchAny([word]);
    if (match === "" || tokens(word).length !== 1 || isUnspaced(word) || occurs.get(match))
      continue;
    if (looked++ >= MAX_WORDS || uptimeMs() > untilMs) break;
    for (const stem of nearestStems(word, vocabulary(db, word, untilMs))) {
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

/** The words of the index that begin as the word does, as far as time allows. */
function* vocabulary(db: Database, word: string, untilMs: number): Iterable<IndexWord> {
  db.exec(
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, segments_fts, row)",
  );
  const words = db.prepare(
    "SELECT term AS stem, doc AS count FROM temp.vocabulary WHERE term >= ? AND term < ?",
  );
  for (const letter of firstLetters(word))
    for (const one of words.iterate(letter, `${letter}\u{10ffff}`)) {
      if (uptimeMs() > untilMs) return;
      yield one as IndexWord;
    }
}
