import { foldAsIndex, foldText, isAscii } from "./fold.ts";
import { inflectorOf } from "./inflections.ts";
import { grams, isUnspaced, wordPattern } from "./words.ts";

/**
 * A pattern over letters (L) and digits (D) of all scripts. Most texts are ASCII, and patterns with
 * Unicode classes are slow the first time, so that ASCII texts have one of their own.
 */
function lettersPattern(pattern: string): (text: string) => RegExp {
  const ascii = new RegExp(pattern.replaceAll("L", "a-zA-Z").replaceAll("D", "0-9"), "g");
  let wide: RegExp | undefined;
  return (text) =>
    isAscii(text)
      ? ascii
      : (wide ??= new RegExp(pattern.replaceAll("L", "\\p{L}").replaceAll("D", "\\p{N}"), "gu"));
}

/** Words with signs that make them what they are: C++, C#, .NET, AT&T. */
const SIGN_WORD = lettersPattern(
  "(?<![LD])(?:[LD]+(?:\\+\\+|#)|\\.[A-Z]{2,}[L]*|[L]+&[L]+)(?![LD+#])",
);
const MAY_HAVE_SIGNS = /[+#&]|\.[A-Z]{2}/;
const SIGN_NAMES: Readonly<Record<string, string>> = {
  "+": "plus",
  "#": "sharp",
  ".": "dot",
  "&": "and",
};

/** Words with signs, spelt without: "C++" is "cplusplus". */
export const signWords = (text: string): string[] =>
  MAY_HAVE_SIGNS.test(text)
    ? (text.match(SIGN_WORD(text)) ?? []).map((word) =>
        foldText(word.replace(/[+#.&]/g, (sign) => SIGN_NAMES[sign] ?? "")),
      )
    : [];

const APOSTROPHE = "['\u2018\u2019\u02bc\uff07]";
const HAS_APOSTROPHE = new RegExp(APOSTROPHE);
const APOSTROPHE_WORD = lettersPattern(`[L]+(?:${APOSTROPHE}[L]+)+`);
const APOSTROPHES = new RegExp(APOSTROPHE, "g");
const POSSESSIVE = new RegExp(`${APOSTROPHE}s$`, "i");

/** Words with an apostrophe inside, as people type them without: "don't" is "dont". */
export const joinedWords = (text: string): string[] =>
  HAS_APOSTROPHE.test(text)
    ? (text.match(APOSTROPHE_WORD(text)) ?? [])
        .map((word) => word.replace(POSSESSIVE, ""))
        .filter((word) => HAS_APOSTROPHE.test(word))
        .map((word) => foldText(word.replace(APOSTROPHES, "")))
    : [];

/** 1,234,567 as languages write it. */
const GROUPED_NUMBER = lettersPattern(
  "(?<![D.,])[D]{1,3}(?:[.,'\u2019\u00a0\u202f\u066c][D]{3})+(?![D])",
);
/** Most texts have no such number, which this tells quickly. */
const mayHaveGroups = (text: string): boolean => !isAscii(text) || /\d[.,']\d\d\d/.test(text);
const SEPARATORS = /[.,'\u2019\u00a0\u202f\u066c]/g;

/** Writes numbers in groups of three as one: "1,234,567" becomes "1234567". */
export const joinNumbers = (text: string): string =>
  mayHaveGroups(text)
    ? text.replace(GROUPED_NUMBER(text), (number) => number.replace(SEPARATORS, ""))
    : text;

const groupedNumbers = (text: string): string[] =>
  !mayHaveGroups(text)
    ? []
    : (text.match(GROUPED_NUMBER(text)) ?? []).map((number) => foldText(joinNumbers(number)));

/** Whether the tokenizer of the index would take some word for another than it is compared as. */
function isFoldedOtherwise(text: string): boolean {
  if (isAscii(text)) return false;
  if (text !== text.normalize("NFC")) return true;
  return (text.match(wordPattern(text)) ?? []).some(
    (word) => !isAscii(word) && !isUnspaced(word) && foldAsIndex(word) !== foldText(word),
  );
}

/** The stems of all words, each once, by the endings of the text's language. */
function inflectedStems(text: string, language: string | undefined): string[] {
  const inflector = inflectorOf(language);
  if (!inflector) return [];
  return [...new Set((text.match(wordPattern(text)) ?? []).flatMap(inflector.stems))];
}

/**
 * Gives what the keyword index keeps beside a text and its speaker's name, because its tokenizer
 * would not find it: the folded text where folding changes more than the tokenizer does, words with
 * apostrophes or signs, numbers, letter pairs of scripts without spaces, and the stems of languages
 * other than English whose endings are loaded; null for most texts.
 * @param language of the text, as a tag (BCP 47).
 */
export function sideText(
  text: string,
  speaker: string | null = null,
  language?: string,
): string | null {
  const sideWords = [text, ...(speaker === null ? [] : [speaker])].flatMap((said) => {
    const letterPairs = grams(said);
    return [
      ...(isFoldedOtherwise(said) ? [foldText(said)] : []),
      ...joinedWords(said),
      ...signWords(said),
      ...groupedNumbers(said),
      ...(letterPairs === null ? [] : [letterPairs]),
    ];
  });
  sideWords.push(...inflectedStems(text, language));
  return sideWords.length === 0 ? null : sideWords.join(" ");
}
