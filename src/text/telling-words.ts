import { loadedInflectors } from "./inflections.ts";
import { STOP_WORDS } from "./stop-words.ts";

/** One word may be grammar in one language and a name in another: "die" in "die hard". */
const MIN_FOREIGN = 2;

/**
 * Leaves out the words that carry grammar in the language of a query, unless there are no others.
 * It is taken for English, unless more of its words, and two at least, are grammar in another
 * language of the library.
 * @param words in lower case.
 */
export function tellingWords(words: readonly string[]): readonly string[] {
  let stopWords = STOP_WORDS;
  const count = (list: ReadonlySet<string>): number =>
    words.filter((word) => list.has(word)).length;
  let most = 0;
  for (const { stopWords: list } of loadedInflectors()) {
    if (most === 0) most = Math.max(count(STOP_WORDS), MIN_FOREIGN - 1);
    if (count(list) <= most) continue;
    most = count(list);
    stopWords = list;
  }
  const telling = words.filter((word) => !stopWords.has(word));
  return telling.length > 0 ? telling : words;
}
