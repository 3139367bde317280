import { beforeAll, describe, expect, it } from "vitest";
import { markMatches } from "../search/snippet.ts";
import {
  inflectedLanguage,
  INFLECTED_LANGUAGES,
  inflectorOf,
  isMarkedStem,
  loadInflectors,
} from "./inflections.ts";
import { queryTerms } from "./query-terms.ts";
import { sideText } from "./side-text.ts";
import { coverageOf } from "./terms.ts";

describe("endings of languages", () => {
  it("are known only once they were loaded, by any tag of the language", async () => {
    expect(inflectorOf("cs")).toBeUndefined();
    expect(inflectorOf("de-AT")).toBeUndefined();
    expect(sideText("viele Häuser", null, "de")).toBeNull();
    expect(queryTerms("das Haus und der Hof")).toEqual(["das", "haus", "und", "der", "hof"]);
    await loadInflectors(["de-AT", "und", "en", "xx"]);
    expect(inflectorOf("de")).toBe(inflectorOf("de-CH"));
    expect(inflectorOf("und") ?? inflectorOf("en") ?? inflectorOf(undefined)).toBeUndefined();
    expect([inflectedLanguage("nn-NO"), inflectedLanguage("constructor")]).toEqual([
      "no",
      undefined,
    ]);
  });
});

describe("with endings loaded", () => {
  beforeAll(() => loadInflectors(INFLECTED_LANGUAGES));

  it("every language has a stemmer that works and marks of its own", () => {
    const words = { ar: "المدرسة", el: "δρόμους", hi: "लड़कियों", hy: "գրքերը", ru: "книгами" };
    const marks = INFLECTED_LANGUAGES.map((language) => {
      const word = Object.entries({ ...words, ne: "किताबहरू", ta: "மரங்கள்" }).find(
        ([of]) => of === language,
      );
      const [stem = ""] = inflectorOf(language)?.stems(word?.[1] ?? "telefonen") ?? [];
      expect(isMarkedStem(stem), language).toBe(true);
      return stem[0];
    });
    expect(new Set(marks).size).toBe(INFLECTED_LANGUAGES.length);
  });

  it("words are kept with and without accents, elided words without what stands before; numbers, grammar and short words are not", () => {
    const stems = (language: string, word: string) =>
      inflectorOf(language)
        ?.stems(word)
        .map((stem) => stem.slice(1, -1));
    expect(stems("es", "Comunicación")).toEqual(["comun", "comunicacion"]);
    expect(stems("fr", "l'école")).toEqual(stems("fr", "école"));
    expect(stems("it", "dell’acqua")).toEqual(stems("it", "acqua"));
    expect(stems("de", "über")).toEqual([]);
    for (const word of ["2026", "zu", "図書館", "well-known"])
      expect(stems("de", word)).toEqual([]);
  });

  it("coverage counts inflections in texts of the language alone", () => {
    const share = coverageOf(["haus", "garten"], [1, 1]);
    const text = { text: "viele Häuser", speaker: null };
    expect([share(text, "de"), share(text, "en"), share(text)]).toEqual([0.5, 0, 0]);
  });

  it("inflections are marked in texts", () => {
    const marked = markMatches("Viele Häuser, ein Haus, kein Hof", ["haus"]);
    expect(marked.filter(({ matched }) => matched).map(({ text }) => text)).toEqual([
      "Häuser",
      "Haus",
    ]);
  });

  it("a query leaves out the grammar of its own language", () => {
    expect(queryTerms("das Haus und der Hof")).toEqual(["haus", "hof"]);
    expect(queryTerms("le but de la victoire")).toEqual(["but", "victoire"]);
    expect(queryTerms("las casas de los vecinos")).toEqual(["casas", "vecinos"]);
    expect(queryTerms("the film die hard")).toEqual(["film", "die", "hard"]);
    expect(queryTerms("what did they say about the budget")).toEqual(["budget"]);
    expect(queryTerms("und oder aber")).toEqual(["und", "oder", "aber"]);
  });
});
