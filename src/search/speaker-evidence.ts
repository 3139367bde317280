import { foldText } from "../text/fold.ts";
import { wordPattern } from "../text/words.ts";

/** Parts of names that many people share. */
const TITLES: ReadonlySet<string> = new Set("am hon right mr mrs ms dr the".split(" "));

/** A smaller share of a name is found by chance: a first name, a word of a long title. */
const MIN_SHARE = 0.5;

/**
 * Words in the form in which they are compared; a single letter only if it is a capital, as in
 * "Grad B".
 */
const nameWords = (text: string): string[] =>
  [...text.replace(/['\u2019]s(?![\p{L}\p{N}])/gu, "").matchAll(wordPattern(text))]
    .map(([word]) => word)
    .filter((word) => word.length > 1 || word !== word.toLowerCase())
    .map(foldText);

/**
 * Makes a measure of how much of a speaker's name a query has, 0 to 1: who asks what somebody said
 * means what that one said.
 */
export function speakerShare(query: string): (speaker: string | null) => number {
  const asked = new Set(nameWords(query));
  const shares = new Map<string, number>();
  const measure = (speaker: string): number => {
    const words = nameWords(speaker).filter((word) => !TITLES.has(word));
    const share = words.filter((word) => asked.has(word)).length / Math.max(1, words.length);
    return share < MIN_SHARE ? 0 : share;
  };
  return (speaker) => {
    if (speaker === null) return 0;
    const share = shares.get(speaker) ?? measure(speaker);
    shares.set(speaker, share);
    return share;
  };
}
