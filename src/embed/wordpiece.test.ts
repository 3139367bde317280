import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bundledModelFile } from "./bundled-file.ts";
import { openWordPiece } from "./wordpiece.ts";

const VOCABULARY = readFileSync(bundledModelFile("all-MiniLM-L6-v2", "vocab.txt"), "utf8");
const TEXTS = [
  "What did they say about the budget?",
  "unbelievably misspeled wrods",
  "Naïve café, 北京 and $5!",
  "1764233134892",
  "[PAD] ## #",
];

describe("the tokens of a query", () => {
  it("are the same whether they are sought in the vocabulary's text or in a map of it", () => {
    const lasting = openWordPiece(VOCABULARY);
    // More words than are sought in the text.
    lasting.encode("the ".repeat(100), Infinity);
    for (const text of TEXTS)
      expect(openWordPiece(VOCABULARY).encode(text, 64)).toEqual(lasting.encode(text, 64));
  });

  it("are those of BERT, whatever ends the vocabulary's lines", () => {
    const expected = [101, 2054, 2106, 2027, 2360, 2055, 1996, 5166, 1029, 102];
    for (const vocabulary of [VOCABULARY, VOCABULARY.replaceAll("\n", "\r\n"), `${VOCABULARY}\n`])
      expect(openWordPiece(vocabulary).encode(TEXTS[0] ?? "", 64)).toEqual(expected);
  });
});
