import type { Word } from "../../types.ts";

const onlyLetters = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/**
 * Gives the words of a text the times of words that were timed apart from it, often without
 * capitals and punctuation. Words that differ ("25" for "twenty five") become one with the time of
 * all of them; a word without counterpart joins its neighbour. So the result spells the text, and
 * no time is made up. Null when nothing fits. Longest common subsequence: costs n × m, for texts of
 * some minutes.
 */
export const align = (text: string, timed: readonly Word[]): readonly Word[] | null =>
  alignWith(text, timed)?.map(({ word }) => word) ?? null;

export interface Aligned<T extends Word> {
  readonly word: Word;
  /** The first of the timed words that it got its time from, with whatever else that carries. */
  readonly from: T;
}

export function alignWith<T extends Word>(
  text: string,
  timed: readonly T[],
): readonly Aligned<T>[] | null {
  const tokens = text.split(/\s+/).filter((token) => token !== "");
  const pairs =
    tokens.length === timed.length &&
    tokens.every((token, i) => onlyLetters(token) === onlyLetters(timed[i]?.text ?? ""))
      ? tokens.map((_, i) => [i, i] as const)
      : commonWords(
          tokens.map(onlyLetters),
          timed.map((word) => onlyLetters(word.text)),
        );
  const groups: Group<T>[] = [];
  let [token, word] = [0, 0];
  for (const [atToken, atWord] of [...pairs, [tokens.length, timed.length] as const]) {
    groups.push(...alignGroups(tokens.slice(token, atToken), timed.slice(word, atWord)));
    if (atToken < tokens.length)
      groups.push({ texts: [tokens[atToken] ?? ""], words: [timed[atWord] as T] });
    [token, word] = [atToken + 1, atWord + 1];
  }
  return mergeGroups(groups);
}

interface Group<T> {
  readonly texts: readonly string[];
  readonly words: readonly T[];
}

/**
 * Aligns what lies between two words that agree: word by word if the counts agree, else all as one
 * group.
 */
function alignGroups<T>(texts: readonly string[], words: readonly T[]): readonly Group<T>[] {
  if (texts.length === words.length)
    return texts.map((text, i) => ({ texts: [text], words: [words[i] as T] }));
  return texts.length + words.length > 0 ? [{ texts, words }] : [];
}

function mergeGroups<T extends Word>(groups: readonly Group<T>[]): readonly Aligned<T>[] | null {
  const whole: { texts: string[]; words: T[] }[] = [];
  let early: string[] = [];
  for (const { texts, words } of groups) {
    const last = whole.at(-1);
    if (words.length === 0 && last) last.texts = [...last.texts, ...texts];
    else if (words.length === 0) early = [...early, ...texts];
    // Timed words that the text leaves out, such as hesitations, take no time from others.
    else if (texts.length > 0 || early.length > 0) {
      whole.push({ texts: [...early, ...texts], words: [...words] });
      early = [];
    }
  }
  if (whole.length === 0 || early.length > 0) return null;
  return whole.map(({ texts, words }) => {
    const confidences = words.flatMap(({ confidence }) =>
      confidence === null ? [] : [confidence],
    );
    const confidence =
      confidences.length > 0
        ? confidences.reduce((sum, value) => sum + value, 0) / confidences.length
        : null;
    return {
      from: words[0] as T,
      word: {
        text: texts.join(" "),
        startMs: words[0]?.startMs ?? 0,
        endMs: words.reduce((latestMs, { endMs }) => Math.max(latestMs, endMs), 0),
        confidence,
      },
    };
  });
}

/**
 * Cells of the table that is compared in, 50 MB of them: two texts of 5,000 words, half an hour.
 */
const MAX_CELLS = 25_000_000;

/**
 * Finds the positions of a longest common subsequence, in order. Words without letters match
 * nothing. Of texts that are too long none: then all of one is timed by all of the other.
 */
function commonWords(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  if ((a.length + 1) * (b.length + 1) > MAX_CELLS) return [];
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  const isSame = (i: number, j: number): boolean => a[i] !== "" && a[i] === b[j];
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * width + j] = isSame(i, j)
        ? (length[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(length[(i + 1) * width + j] ?? 0, length[i * width + j + 1] ?? 0);
  const pairs: (readonly [number, number])[] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length;) {
    if (isSame(i, j)) pairs.push([i++, j++]);
    else if ((length[(i + 1) * width + j] ?? 0) >= (length[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return pairs;
}
