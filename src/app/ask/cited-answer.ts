import { cleanText } from "../../text/untrusted.ts";

/** A sentence of an answer, and the moments that it names, by their numbers from 1. */
export interface CitedSentence {
  readonly text: string;
  readonly moments: readonly number[];
}

export interface CitedAnswer {
  readonly sentences: readonly CitedSentence[];
  /** How many sentences did not name moments that exist, and were left out. */
  readonly leftOut: number;
}

const MAX_ANSWER_LETTERS = 20_000;
const NOT_FOUND = /^\W*not found\W*$/i;
const NUMBERS = String.raw`\[\d{1,3}(?:, ?\d{1,3}){0,9}\]`;
/** Numbers that stand behind the full stop, where many models write them. */
const BEHIND = new RegExp(String.raw`([.!?])((?: ?${NUMBERS})+)`, "g");
const CITATION = new RegExp(NUMBERS, "g");
const SENTENCE_END = /(?<!\b(?:Mr|Mrs|Ms|Dr|St|vs|No|e\.g|i\.e)\.)(?<=[.!?])\s+/;

/**
 * Takes an answer apart and keeps the sentences that rest on moments that exist. What a server
 * writes is not believed otherwise: it is text from outside.
 */
export function readAnswer(answer: string, momentCount: number): CitedAnswer {
  const text = cleanText(answer.slice(0, MAX_ANSWER_LETTERS));
  if (NOT_FOUND.test(text)) return { sentences: [], leftOut: 0 };
  const read = text
    .replaceAll(BEHIND, " $2$1")
    .split(SENTENCE_END)
    .map((sentence) => readSentence(sentence, momentCount))
    .filter(({ text: spoken }) => /[\p{L}\p{N}]/u.test(spoken));
  const sentences = read.filter(({ moments }) => moments.length > 0);
  return { sentences, leftOut: read.length - sentences.length };
}

/** A sentence that names a moment that is not there rests on none: it was made up in part. */
function readSentence(sentence: string, momentCount: number): CitedSentence {
  const numbers = (sentence.match(CITATION) ?? []).flatMap((one) =>
    one.slice(1, -1).split(",").map(Number),
  );
  const exist = numbers.every((number) => number >= 1 && number <= momentCount);
  const spoken = sentence.replaceAll(CITATION, "").replace(/\s+/g, " ");
  return {
    text: spoken.replace(/ +([.!?])/g, "$1").trim(),
    moments: exist ? [...new Set(numbers)] : [],
  };
}
