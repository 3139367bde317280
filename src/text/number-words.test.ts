import { describe, expect, it } from "vitest";
import { queryTerms } from "./query-terms.ts";
import { joinNumberWords, numberForms } from "./number-words.ts";

describe("numbers in any writing", () => {
  it("are found as they are said and as they are written", () => {
    for (const [term, forms] of [
      ["15", ["fifteen"]],
      ["fifteen", ["15"]],
      ["25", ["twenty five"]],
      ["0", ["zero"]],
      ["205", ["two hundred five", "two hundred and five"]],
      ["1500", ["one thousand five hundred", "fifteen hundred"]],
      [
        "1984",
        [
          "one thousand nine hundred eighty four",
          "one thousand nine hundred and eighty four",
          "nineteen eighty four",
        ],
      ],
      ["2000000", ["two million"]],
      ["2005", ["two thousand five", "two thousand and five"]],
    ] as const)
      expect(numberForms(term), term).toEqual(forms);
    for (const none of ["budget", "007", "1234567890", "3.5", "hundred", ""])
      expect(numberForms(none), none).toEqual([]);
  });
  it("of several words are one term", () => {
    expect(joinNumberWords("two hundred and five people")).toBe("205 people");
    expect(joinNumberWords("in nineteen eighty-four")).toBe("in 1984");
    expect(joinNumberWords("twenty-five or forty")).toBe("25 or forty");
    expect(joinNumberWords("three thousand four hundred")).toBe("3400");
    expect(joinNumberWords("five million two")).toBe("5000002");
    for (const plain of [
      "ninety two three",
      "hundred people",
      "one two",
      "seventeen",
      "million dollar",
    ])
      expect(joinNumberWords(plain), plain).toBe(plain);
    expect(queryTerms("Two hundred people")).toEqual(["200", "people"]);
  });
});
