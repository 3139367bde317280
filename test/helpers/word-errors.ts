/** Word error count (Levenshtein distance over words) after lower-casing and dropping punctuation. */
export function wordErrors(reference: string, hypothesis: string): { readonly errors: number; readonly words: number } {
  const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
  const wanted = words(reference);
  const got = words(hypothesis);
  let row = Array.from({ length: got.length + 1 }, (_, i) => i);
  wanted.forEach((word, i) => {
    const next = [i + 1];
    got.forEach((other, j) => {
      next.push(Math.min((row[j] ?? 0) + (word === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    });
    row = next;
  });
  return { errors: row.at(-1) ?? 0, words: wanted.length };
}
