import type { SpokenWord } from "./word-times.ts";

const BYTE = /^<0x([0-9A-F]{2})>$/;

/**
 * Joins tokens to words. A token that begins with "▁" begins a word; bytes that no token covers
 * come one by one as `<0xE4>`.
 */
export function tokenWords(
  tokens: readonly number[],
  probabilities: readonly number[],
  pieceOf: (token: number) => string,
): SpokenWord[] {
  const words: { bytes: number[]; sum: number; count: number }[] = [];
  tokens.forEach((token, i) => {
    const piece = pieceOf(token);
    const byte = BYTE.exec(piece)?.[1];
    for (const [at, part] of (byte === undefined ? piece.split("▁") : [piece]).entries()) {
      if (at > 0 || words.length === 0) words.push({ bytes: [], sum: 0, count: 0 });
      const word = words.at(-1);
      if (!word || part === "") continue;
      word.bytes.push(
        ...(byte === undefined ? Buffer.from(part, "utf8") : [Number.parseInt(byte, 16)]),
      );
      word.sum += probabilities[i] ?? 0;
      word.count++;
    }
  });
  return words
    .map(({ bytes, sum, count }) => ({
      text: Buffer.from(bytes).toString("utf8").trim(),
      confidence: count > 0 ? sum / count : 0,
    }))
    .filter(({ text }) => text !== "");
}
