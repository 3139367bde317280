import { firstLetters, mayBeMisspelt, nearestStems, nearestWord } from "../../../text/spelling.ts";
import { isUnspaced, tokens } from "../../../text/words.ts";
import { toText } from "../rows.ts";
import { TABLES, WORDS } from "../tables.ts";
import { withLive } from "./condition.ts";
import { textLiteral } from "./literals.ts";
import { stemOccurrences } from "./occurrences.ts";
import { countHaving } from "./rank-words.ts";
import type { SqlReader } from "./run.ts";
import { compareKeys, toCandidate } from "./texts.ts";

/** As a local library has them. */
const MAX_WORDS = 16;
const MAX_WORD_LENGTH = 40;
const MAX_SPELLING_ROWS = 20;
/** A stem may have so many letters more or less than the word that was typed. */
const MAX_LENGTH_APART = 5;

/** For each word that occurs nowhere: the likeliest word that does. */
export async function findSpellings(
  reader: SqlReader,
  words: readonly string[],
): Promise<Map<string, string>> {
  const corrections = new Map<string, string>();
  const possible = words.filter(
    (word) =>
      word.length <= MAX_WORD_LENGTH &&
      mayBeMisspelt(word) &&
      tokens(word).length === 1 &&
      !isUnspaced(word),
  );
  if (possible.length === 0) return corrections;
  const { having } = await countHaving(reader, possible);
  const unknown = possible.filter((_, i) => having[i] === 0).slice(0, MAX_WORDS);
  for (const word of unknown) {
    const meant = await findMeant(reader, word);
    if (meant !== undefined) corrections.set(word, meant);
  }
  return corrections;
}

async function findMeant(reader: SqlReader, word: string): Promise<string | undefined> {
  for (const stem of nearestStems(word, await vocabularyNear(reader, word))) {
    const meant = nearestWord(stem, word, await textsWith(reader, stem));
    if (meant !== undefined) return meant;
  }
  return undefined;
}

/** The stems that begin as the word may, with the number of segments that have each. */
async function vocabularyNear(
  reader: SqlReader,
  word: string,
): Promise<readonly { readonly stem: string; readonly count: number }[]> {
  const begins = firstLetters(word).map(
    (letter) =>
      `(w.stem >= ${textLiteral(letter)} AND w.stem < ${textLiteral(`${letter}\u{10ffff}`)})`,
  );
  const rows = await reader.rows(
    `${withLive(reader)} SELECT w.stem, CAST(SUM(w.segments) AS BIGINT) AS count FROM ${reader.name(WORDS)} w JOIN live v ON v.version_id = w.version_id
    WHERE (${begins.join(" OR ")}) AND length(w.stem) BETWEEN ${Math.max(1, word.length - MAX_LENGTH_APART)} AND ${word.length + MAX_LENGTH_APART} GROUP BY w.stem`,
  );
  return rows.map((row) => ({ stem: toText(row["stem"]), count: Number(row["count"]) }));
}

async function textsWith(reader: SqlReader, stem: string): Promise<readonly string[]> {
  const rows = await reader.rows(
    `${withLive(reader)} SELECT s.version_id, s.position, s.text, s.speaker FROM (SELECT DISTINCT version_id, position FROM (${stemOccurrences(reader, [stem])}) o ORDER BY version_id, position LIMIT ${MAX_SPELLING_ROWS}) f
    JOIN ${reader.name(TABLES.segments)} s ON s.version_id = f.version_id AND s.position = f.position`,
  );
  return rows
    .map(toCandidate)
    .toSorted(compareKeys)
    .map(({ text, speaker }) => `${text} ${speaker ?? ""}`);
}
