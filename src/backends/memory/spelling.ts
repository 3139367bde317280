import { nearestStems, nearestWord } from "../../text/spelling.ts";
import { isUnspaced, tokens } from "../../text/words.ts";
import { hasTerm, type SegmentEntry } from "./rank.ts";

export function suggestSpellings(
  words: readonly string[],
  rows: readonly SegmentEntry[],
): Map<string, string> {
  const counts = new Map<string, number>();
  const texts = rows.flatMap(({ segment }) => [segment.text, segment.speaker ?? ""]);
  for (const text of texts)
    for (const { stem } of tokens(text)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  const corrections = new Map<string, string>();
  for (const word of words) {
    if (tokens(word).length !== 1 || isUnspaced(word) || rows.some((entry) => hasTerm(entry, word)))
      continue;
    const near = nearestStems(
      word,
      [...counts].map(([stem, count]) => ({ stem, count })),
    );
    const meant = near
      .map((stem) => nearestWord(stem, word, texts))
      .find((one) => one !== undefined);
    if (meant !== undefined) corrections.set(word, meant);
  }
  return corrections;
}
