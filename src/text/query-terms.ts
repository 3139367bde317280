import { foldText, isAscii } from "./fold.ts";
import { withoutInvisible } from "./fold.ts";
import { joinNumberWords } from "./number-words.ts";
import { joinNumbers, signWords } from "./side-text.ts";
import { tellingWords } from "./telling-words.ts";
import { isUnspaced, literally } from "./words.ts";

/** Matches the words of a query in lower case, each with what follows an apostrophe. */
const askedPattern = (text: string): RegExp =>
  isAscii(text) ? /[a-z0-9]+(?:'[a-z]+)*/g : wideAskedPattern();
/** A function of its own, because to compile one with classes of Unicode takes time. */
const wideAskedPattern = (): RegExp => /[\p{L}\p{N}\p{M}\p{Co}]+(?:'[\p{L}\p{M}]+)*/gu;

/**
 * Takes the terms out of a natural question: lower-case Unicode words, each once, in the order
 * written, without a possessive 's and without stop words, unless there is nothing else.
 * Punctuation and operators mean nothing here. Scripts without spaces are cut into words.
 */
export function queryTerms(query: string): string[] {
  const plain = joinNumberWords(
    joinNumbers(
      isAscii(query)
        ? query
        : withoutInvisible(query.normalize("NFKC")).replace(/[\u2018\u2019\u02bc\uff07]/g, "'"),
    ).toLowerCase(),
  );
  const words = [
    ...new Set(
      (plain.match(askedPattern(plain)) ?? []).flatMap((word) =>
        isUnspaced(word) ? unspacedWords(word) : [word],
      ),
    ),
  ];
  return [
    ...new Set([
      ...signWords(query),
      ...tellingWords(words).map((word) => word.replace(/'s$/, "")),
    ]),
  ];
}

/** Particles that Korean words end with; the longer ones first. */
const PARTICLES =
  /(?:에서|으로|부터|까지|에게|한테|처럼|보다|이나|은|는|이|가|을|를|에|의|와|과|도|로)$/u;

/**
 * Cuts a text into words by the dictionaries of ICU. Single letters are mostly grammar, so they are
 * kept only when there is nothing longer.
 */
function unspacedWords(text: string): string[] {
  const pieces = [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
  const long = pieces.filter((piece) => [...piece].length > 1);
  return (long.length > 0 ? long : pieces).map((piece) =>
    /^\p{sc=Hangul}{3,}$/u.test(piece) ? piece.replace(PARTICLES, "") : piece,
  );
}

const comparable = (name: string): string => foldText(name).replace(/\s+/g, " ").trim();

/**
 * Makes the test that `SearchFilter.speaker` demands: a speaker's name must be equal to the wanted
 * one or contain it as whole words, whatever its case and accents. An empty name matches nobody.
 */
export function speakerMatcher(wanted: string): (speaker: string | null) => boolean {
  const name = comparable(wanted);
  if (name === "") return () => false;
  const inside = new RegExp(
    `(?<![\\p{L}\\p{N}\\p{M}])${literally(name)}(?![\\p{L}\\p{N}\\p{M}])`,
    "u",
  );
  return (speaker) => {
    if (speaker === null) return false;
    const folded = comparable(speaker);
    return folded === name || inside.test(folded);
  };
}
