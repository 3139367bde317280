import { describe, expect, it } from "vitest";
import { englishWords } from "./english.ts";
import { countedWords, errorRate, sumErrors, wordErrors } from "./word-errors.ts";

const words = (text: string): string => englishWords(text).join(" ");

describe("English for comparison", () => {
  it("makes the same of what is said the same", () => {
    for (const [a, b] of [
      ["It's twenty-five past; we can't stay.", "it is 25 past we cannot stay"],
      ["Um, I, uh, won't.", "I will not"],
      ["Mr. Smith paid $1,250.", "mister smith paid 1250 dollars"],
      ["The neighbour's colour", "the neighbor's color"],
      ["one hundred and three", "103"],
      ["two thousand and six", "2006"],
      ["nineteen million three hundred thousand", "19300000"],
      ["50%", "fifty percent"],
      ["Q&A (laughter) [music]", "q and a"],
      ["naïve café", "naive cafe"],
      ["3.5 metres", "3.5 meters"],
      ["They’re realising it.", "they are realizing it"],
      ["the travelled theatre", "the traveled theater"],
      ["Don't", "do not"],
      ["ninety nine", "99"],
    ] as const)
      expect(words(a), `${a} / ${b}`).toBe(words(b));
  });

  it("keeps apart what is not", () => {
    expect(words("one of us")).toBe("one of us");
    expect(words("the four hours")).toBe("the 4 hours");
    expect(words("two five")).toBe("2 5");
    expect(words("hundred")).toBe("hundred");
    expect(words("and then")).toBe("and then");
    expect(words("our wise promise to exercise")).toBe("our wise promise to exercise");
    expect(words("")).toBe("");
  });
});

describe("word errors", () => {
  const errors = (a: string, b: string) =>
    wordErrors(a.split(" ").filter(Boolean), b.split(" ").filter(Boolean));

  it("are the fewest that explain the difference", () => {
    expect(errors("a b c", "a b c")).toEqual({ substituted: 0, deleted: 0, inserted: 0, words: 3 });
    expect(errors("a b c d", "a x c e f")).toEqual({
      substituted: 2,
      deleted: 0,
      inserted: 1,
      words: 4,
    });
    expect(errors("a b c", "")).toEqual({ substituted: 0, deleted: 3, inserted: 0, words: 3 });
    expect(errors("", "a b")).toEqual({ substituted: 0, deleted: 0, inserted: 2, words: 0 });
    expect(errors("the cat sat on the mat", "cat sat on a the mat")).toEqual({
      substituted: 0,
      deleted: 1,
      inserted: 1,
      words: 6,
    });
  });

  it("add up over files by their words, not by their rates", () => {
    expect(errorRate(sumErrors([errors("a b c d", "a b c d"), errors("a", "b")]))).toBeCloseTo(0.2);
  });

  it("are of letters in scripts without spaces, of plain words in other languages", () => {
    expect(countedWords("今天天气好。", "zh")).toEqual(["今", "天", "天", "气", "好"]);
    expect(countedWords("Größe, bitte! [lacht]", "de")).toEqual(["größe", "bitte"]);
    expect(countedWords("It's fine", "en-GB")).toEqual(["it", "is", "fine"]);
  });
});
