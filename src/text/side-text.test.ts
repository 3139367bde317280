import { describe, expect, it } from "vitest";
import { foldText } from "./fold.ts";
import { joinNumbers, sideText, signWords } from "./side-text.ts";

describe("folding", () => {
  it.each([
    ["Straße", "strasse"],
    ["STRAẞE", "strasse"],
    ["Αθήνας", "αθηνασ"],
    ["ещё мой їжак", "еще мой їжак"],
    ["Łódź Øresund Æon", "lodz oresund aeon"],
    ["İstanbul ılık", "istanbul ilik"],
    ["أَحْمَد إلى", "احمد الي"],
    ["می\u200cخواهم", "ميخواهم"],
    ["שָׁלוֹם", "שלום"],
    ["Wirt\u00adschaft", "wirtschaft"],
    ["ﬁnal ｗｉｄｅ", "final wide"],
    ["٢٠٢٦ ۱۲", "2026 12"],
    ["がぎ カ\u3099", "がぎ ガ"],
    ["हिन्दी", "हिन्दी"],
  ])("%s is compared as %s", (text, folded) => {
    expect(foldText(text)).toBe(folded);
    expect(foldText(folded)).toBe(folded);
  });
});

describe("what is indexed beside a text", () => {
  it.each([
    ["plain words, 3.5 of them", null],
    ["Ada's résumé: naïve, Ünal", null],
    ["they don't", "dont"],
    ["die Straße in O’Fallon", "die strasse in o’fallon ofallon"],
    ["we use C++, C# and .NET at AT&T.", "cplusplus csharp dotnet atandt"],
    ["C+ and A+B & co.", null],
    ["1,234,567 or 1.234.567", "1234567 1234567"],
    ["图书", "图书 书"],
  ])("%s: %s", (text, side) => {
    expect(sideText(text)).toBe(side);
  });
  it("has the speaker's name too", () => {
    expect(sideText("hello", "Jørgen O'Neill")).toBe("jorgen o'neill oneill");
  });
});

describe("queries", () => {
  it("name words with signs and numbers as the index does", () => {
    expect([signWords("C++ or AT&T?"), joinNumbers("about 1,234,567 people in 2,5")]).toEqual([
      ["cplusplus", "atandt"],
      "about 1234567 people in 2,5",
    ]);
  });
});
