import { readFile } from "node:fs/promises";
import { LETTER_BYTES } from "../../byte-letters.ts";

/** The bytes of every text token of Whisper, by its number. */
export type Vocabulary = readonly Buffer[];

/** A word, or where a script has no spaces a clause, with the tokens that it is made of. */
export interface TokenGroup {
  readonly text: string;
  readonly first: number;
  /** The number after the last of its tokens. */
  readonly end: number;
}

/** Reads one token a line, each byte as a letter of GPT-2's byte alphabet. */
export async function readVocabulary(path: string): Promise<Vocabulary> {
  return (await readFile(path, "utf8"))
    .split("\n")
    .slice(0, -1)
    .map((line) => Buffer.from([...line].map((letter) => LETTER_BYTES.get(letter) ?? 0)));
}

export const textOf = (tokens: readonly number[], vocabulary: Vocabulary): string =>
  Buffer.concat(tokens.map((token) => vocabulary[token] ?? Buffer.alloc(0))).toString("utf8");

/** Languages that write no spaces between words, by Whisper's codes. */
const UNSPACED = new Set(["zh", "ja", "th", "lo", "my", "km", "bo", "yue"]);
const CLAUSE_END = /[\u3001\u3002\uff0c\uff0e\uff01\uff1f\uff1b!?,;\u0f0d\u104a\u104b]$/;

/**
 * Joins tokens to words. Bytes become text only when a letter is whole, since tokens may split one.
 * Without spaces, a group is a clause: words there can't be told apart, and a space inside one
 * would hide it from searches.
 */
export function groupTokens(
  tokens: readonly number[],
  vocabulary: Vocabulary,
  language: string,
): TokenGroup[] {
  const isUnspaced = UNSPACED.has(language);
  const groups: { text: string; first: number; end: number }[] = [];
  for (const { text, first, end } of wholeLetters(tokens, vocabulary)) {
    const last = groups.at(-1);
    const begins = isUnspaced ? CLAUSE_END.test(last?.text ?? "") : /^\s/.test(text);
    if (!last || begins || last.text === "") groups.push({ text, first, end });
    else Object.assign(last, { text: last.text + text, end });
  }
  return groups
    .map((group) => ({ ...group, text: group.text.replaceAll("\ufffd", "").trim() }))
    .filter(({ text }) => text !== "");
}

/** The least runs of tokens whose bytes are whole letters. */
function wholeLetters(tokens: readonly number[], vocabulary: Vocabulary): TokenGroup[] {
  const runs: TokenGroup[] = [];
  let first = 0;
  for (let end = 1; end <= tokens.length; end++) {
    const text = textOf(tokens.slice(first, end), vocabulary);
    // Four bytes make the longest letter: what is not whole after five tokens never will be.
    if (text.includes("\ufffd") && end - first < 5 && end < tokens.length) continue;
    runs.push({ text, first, end });
    first = end;
  }
  return runs;
}
