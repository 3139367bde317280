import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bundledFile } from "../models/catalogue.ts";
import { prefixStems } from "./phrases.ts";
import { stem } from "./stem.ts";
import type { TermTokens } from "./words.ts";

describe("a prefix in an index of stems", () => {
  const words = readFileSync(bundledFile("all-MiniLM-L6-v2", "vocab.txt"), "utf8")
    .split("\n")
    .filter((word) => /^[a-z]{3,}$/.test(word));
  const stems = new Map(words.map((word) => [word, stem(word)]));
  const isOf = ({ row, open }: TermTokens, stemmed: string): boolean =>
    open ? stemmed.startsWith(row[0] ?? "") : stemmed === row[0];
  const sampled = words.filter((_, n) => n % 23 === 0);
  const prefixes = [
    ...new Set(
      sampled.flatMap((word) =>
        Array.from({ length: word.length - 1 }, (_, i) => word.slice(0, i + 2)),
      ),
    ),
  ];

  it("finds every word that begins so", () => {
    const missed = sampled.flatMap((word) =>
      Array.from({ length: word.length - 1 }, (_, i) => word.slice(0, i + 2))
        .filter((prefix) => {
          const { sure, unsure } = prefixStems(prefix);
          return ![...sure, ...unsure].some((row) => isOf(row, stems.get(word) ?? ""));
        })
        .map((prefix) => `${prefix}* ${word}`),
    );
    expect(missed).toEqual([]);
  });

  it("is sure only of words that begin so", () => {
    const wrong = prefixes.flatMap((prefix) => {
      const { sure } = prefixStems(prefix);
      return sure.length === 0
        ? []
        : words
            .filter(
              (word) =>
                !word.startsWith(prefix) && sure.some((row) => isOf(row, stems.get(word) ?? "")),
            )
            .map((word) => `${prefix}* ${word}`);
    });
    expect(wrong).toEqual([]);
  });
});
