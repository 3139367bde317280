/**
 * GPT-2's letters for bytes, in their order: printable bytes stand for themselves, the others for
 * the letters from 256 on. With a letter for each byte, a token that splits a UTF-8 letter is text
 * all the same.
 */
export const BYTE_LETTERS: readonly string[] = (() => {
  let next = 256;
  const isPlain = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPlain(byte) ? byte : next++),
  );
})();

/** The byte that each letter stands for. */
export const LETTER_BYTES: ReadonlyMap<string, number> = new Map(
  BYTE_LETTERS.map((letter, byte) => [letter, byte]),
);
