import { describe, expect, it } from "vitest";
import { MediasearchError } from "../../errors.ts";
import { whyUnfit, FIELD_CONDITIONS } from "./fields.ts";
import { queryTerms } from "../../text/query-terms.ts";
import { filePatterns, parseQuery } from "./parse.ts";

const fault = (query: string): string => {
  try {
    parseQuery(query);
  } catch (error) {
    if (error instanceof MediasearchError && error.code === "USAGE" && error.excerpt)
      return `${error.excerpt.at} ${error.message.replace(/^.*?: /, "")}`;
    throw error;
  }
  return "fine";
};
const where = (query: string) => parseQuery(query).where;

describe("a question in plain words", () => {
  it("is never malformed and asks for nothing that must hold, whatever signs are in it", () => {
    for (const query of [
      "What's the plan for next year?",
      "O’Brien's e-mail, (10:30) & more",
      '5" pipes :)',
      "the speaker: who was it?",
      "note: buy milk",
      "it's -5 degrees - or less",
      "C++ and C#",
      "50% of 3*4",
      "A* search",
      "http://example.org/a?b=c",
      "(in brackets) and not",
      "mañana — ¿qué?",
      "rock'n'roll",
      "?!",
      "",
      "what (if anything",
      "smile :) ;-)",
      "and or not",
      "他说：「",
      "re:invent",
      "a*b",
    ]) {
      const { where: must, termsOptional } = parseQuery(query);
      expect([query, must, termsOptional]).toEqual([query, undefined, false]);
    }
  });
  it("is compared by meaning just as it was typed", () => {
    expect(parseQuery("What's the plan (for next year)?").meaning).toBe(
      "What's the plan (for next year)?",
    );
    expect(parseQuery("?!").meaning).toBe("");
  });
  it("in capitals is plain where its words do not work as signs", () => {
    expect(parseQuery("NOT AGAIN AND").terms).toEqual(["not", "again", "and"]);
    expect(where("NATO AND EU")).toEqual({ all: [{ term: "NATO" }, { term: "EU" }] });
  });
  it("written without spaces is cut into words", () => {
    expect(queryTerms("図書館はどこですか")).toContain("図書館");
    expect(queryTerms("도서관에서 만나요")).toEqual(["도서관", "만나요"]);
    expect(queryTerms("猫")).toEqual(["猫"]);
  });
});

describe("signs", () => {
  it("say what must hold; words beside them rank", () => {
    expect(parseQuery('budget "next year" -draft')).toMatchObject({
      where: { all: [{ phrase: "next year" }, { not: { term: "draft" } }] },
      terms: ["budget", "next year", "next", "year"],
      termsOptional: true,
      meaning: "budget next year",
      marks: ["budget", { phrase: "next year" }],
    });
    expect(parseQuery("budg* plan -draft")).toMatchObject({
      where: { all: [{ term: { prefix: "budg" } }, { not: { term: "draft" } }] },
      terms: ["plan", { prefix: "budg" }],
    });
    expect(parseQuery("budget NOT draft")).toMatchObject({
      where: { not: { term: "draft" } },
      terms: ["budget"],
      termsOptional: false,
    });
  });
  it("group: AND binds before OR, and words side by side are one of them at least", () => {
    expect(where("a AND b OR c")).toEqual({
      any: [{ all: [{ term: "a" }, { term: "b" }] }, { term: "c" }],
    });
    expect(where("a AND (b OR c)")).toEqual({
      all: [{ term: "a" }, { any: [{ term: "b" }, { term: "c" }] }],
    });
    expect(where("(budget plan) OR cost")).toEqual({
      any: [{ any: [{ term: "budget" }, { term: "plan" }] }, { term: "cost" }],
    });
    expect(where("a AND b c")).toEqual({ all: [{ term: "a" }, { term: "b" }] });
    expect(where("budget -(draft OR old)")).toEqual({
      not: { any: [{ term: "draft" }, { term: "old" }] },
    });
    expect(where("NOT NOT a AND b")).toEqual({
      all: [{ not: { not: { term: "a" } } }, { term: "b" }],
    });
  });
  it("name conditions, with quotes around values that have spaces", () => {
    expect(where('speaker:"Ann Lee" -speaker:tom LANG:en origin:ASR')).toEqual({
      all: [
        { speaker: "Ann Lee" },
        { not: { speaker: "tom" } },
        { language: "en" },
        { origin: "asr" },
      ],
    });
    expect(where("duration:>10m confidence:0.5..0.9")).toEqual({
      all: [
        { compare: "durationMs", is: ">", value: 600_000 },
        {
          all: [
            { compare: "confidence", is: ">=", value: 0.5 },
            { compare: "confidence", is: "<=", value: 0.9 },
          ],
        },
      ],
    });
    expect(where("(speaker:ann OR speaker:tom) budget")).toEqual({
      any: [{ speaker: "ann" }, { speaker: "tom" }],
    });
    expect(parseQuery("speaker:ann")).toMatchObject({
      terms: [],
      termsOptional: true,
      meaning: "",
    });
    expect(filePatterns('x file:*.mp3 OR file:"my talk"')).toEqual(["*.mp3", "my talk"]);
    expect(parseQuery("file:*.mp3", new Map([["*.mp3", new Set(["/a.mp3"])]])).where).toEqual({
      assets: new Set(["/a.mp3"]),
      named: "*.mp3",
    });
  });
  it("hold wherever they stand: a condition or a NOT in an OR finds what has no word of the query", () => {
    expect(
      [
        parseQuery("budget OR speaker:bob"),
        parseQuery("budget OR -draft"),
        parseQuery("speaker:bob budget"),
        parseQuery("(budget plan) speaker:bob"),
        parseQuery("budget AND speaker:bob"),
      ].map(({ termsOptional }) => termsOptional),
    ).toEqual([true, true, false, false, true]);
  });
  it("take a group after a minus, and no sign out of quotes", () => {
    expect(where("committee -(budget bridge)")).toEqual({
      not: { any: [{ term: "budget" }, { term: "bridge" }] },
    });
    expect(where("smile -(")).toBeUndefined();
    expect(where('"black AND white" budget :)')).toEqual({ phrase: "black AND white" });
    expect(where('"black OR white" (10:30')).toEqual({ phrase: "black OR white" });
  });
  it("of prefixes may have punctuation around them", () => {
    for (const query of ["budg*,", "budg*?", "(budg*)"])
      expect(where(query), query).toEqual({ term: { prefix: "budg" } });
  });
  it("that do not fit are told with their place", () => {
    expect(
      [
        'x "y',
        "budget AND",
        "OR x",
        "x OR",
        "x AND AND y",
        "(budget OR plan",
        "budget OR plan)",
        "x OR ()",
        "x -(",
        "after:2026-13-01",
        "x duration:10",
        "origin:tape",
        "lang:???",
        "confidence:>3",
        "x NOT",
        "a AND OR b",
        'speaker:"ann',
        "boiler duration:",
        "confidence: x",
        "lang:english",
        "duration:40s..8s",
        'file:""',
        `-${"a -".repeat(300)}b`,
        `${"(".repeat(3000)}a AND b${")".repeat(3000)}`,
        `"${"word ".repeat(101)}"`,
      ].map(fault),
    ).toEqual([
      "2 the quote is not closed",
      "7 AND needs something on both sides",
      "0 OR needs something on both sides",
      "2 OR needs something on both sides",
      "6 AND needs something on both sides",
      "0 this is not closed",
      "14 nothing was opened that this could close",
      "6 nothing is in it",
      "fine",
      "6 after: must be a day that there is",
      "11 duration: must be a comparison or a range such as >10m, <=1h30m or 10m..20m",
      "7 origin: must be captions or asr",
      "5 lang: must be a language tag such as en or pt-BR",
      "11 confidence: must be a comparison or a range such as >0.8, <60% or 0.5..0.9",
      "2 nothing follows that it could leave out",
      "2 AND needs something on both sides",
      "8 the quote is not closed",
      "7 a comparison is missing: where a shell took it, put quotes around the query",
      "0 a comparison is missing: where a shell took it, put quotes around the query",
      "5 lang: must be a language tag such as en or pt-BR",
      "9 duration: must be a range from less to more",
      "6 file: must be a name, a path or a glob",
      "750 there are more than 250 signs",
      "250 there are more than 250 signs",
      "0 there are more than 100 words in quotes",
    ]);
  });
});

describe("values", () => {
  it("of dates are the clock's of this machine, from the start of the day on", () => {
    const at = (value: string) => (FIELD_CONDITIONS.after(value) as { value: number }).value;
    expect(at("2026-02-03")).toBe(new Date(2026, 1, 3).getTime());
    expect(at("2026-2")).toBe(new Date(2026, 1, 1).getTime());
    expect(at("2026")).toBe(new Date(2026, 0, 1).getTime());
    expect(at("2026-02-03T04:05")).toBe(new Date(2026, 1, 3, 4, 5).getTime());
    expect(at("2026-02-03T04:05:06.789")).toBe(new Date(2026, 1, 3, 4, 5).getTime());
    expect(at("2026-02-03T04:05:06.789Z")).toBe(Date.UTC(2026, 1, 3, 4, 5, 6, 789));
    expect(at("2026-02-03T04:05+02:00")).toBe(Date.UTC(2026, 1, 3, 2, 5));
    expect(at("yesterday")).toBeLessThan(at("today"));
    expect(Math.abs(at("2w") - (Date.now() - 14 * 86_400_000))).toBeLessThan(60_000);
    for (const wrong of ["2026-02-30", "soon", "2026-13", "03/04/2026", "2026-01-01T25:00"]) {
      let why: string | undefined;
      try {
        at(wrong);
      } catch (error) {
        why = whyUnfit(error);
      }
      expect(why, wrong).toMatch(/^must be a d/);
    }
  });
  it("of lengths are hours, minutes and seconds", () => {
    const ms = (value: string) => (FIELD_CONDITIONS.duration(value) as { value: number }).value;
    expect([
      ms(">90s"),
      ms("<=1h30m"),
      ms(">1:30:00"),
      ms("<2:05"),
      ms(">=1.5h"),
      ms(">10min"),
      ms("> 10 minutes"),
      ms(">1hr 30mins"),
    ]).toEqual([90_000, 5_400_000, 5_400_000, 125_000, 5_400_000, 600_000, 600_000, 5_400_000]);
  });
});

describe("words that are not known to the letter", () => {
  it("have letters left open, at any place", () => {
    for (const [query, wildcard] of [
      ["bud?et", "bud?et"],
      ["*schiff", "*schiff"],
      ["(col*r),", "col*r"],
      ["*bold*", "*bold*"],
      ["what bud?et?", "bud?et"],
    ] as const)
      expect(where(query), query).toEqual({ pattern: { wildcard } });
    expect(where("-*schiff boat")).toEqual({ not: { pattern: { wildcard: "*schiff" } } });
    expect(where("walr*")).toEqual({ term: { prefix: "walr" } });
    for (const plain of ["really?", "3*4", "a*b", "who? what?", "*", "a/b/c", "5~"])
      expect(where(plain), plain).toBeUndefined();
  });
  it("have letters wrong: one in a short word, two in a long one, or as many as is said", () => {
    expect(where("budgt~")).toEqual({ pattern: { fuzzy: "budgt", errors: 1 } });
    expect(where("recievables~")).toEqual({ pattern: { fuzzy: "recievables", errors: 2 } });
    expect(where("budgt~2,")).toEqual({ pattern: { fuzzy: "budgt", errors: 2 } });
    expect(parseQuery("budgt~").meaning).toBe("budgt");
  });
  it("are a regular expression, from slash to slash", () => {
    expect(where("/buy (the|a) boats?/")).toEqual({ pattern: { regex: "buy (the|a) boats?" } });
    expect(where(String.raw`money AND /\d+ \/ \d+/`)).toEqual({
      all: [{ term: "money" }, { pattern: { regex: String.raw`\d+ \/ \d+` } }],
    });
    expect(where("-/a|b/ boat")).toEqual({ not: { pattern: { regex: "a|b" } } });
    expect(fault("/(/")).toMatch(/^0 not a regular expression: Unterminated group/);
    expect(fault(`/${"a".repeat(501)}/`)).toBe(
      "0 not a regular expression: longer than 500 letters",
    );
    expect(parseQuery("/boats?/")).toMatchObject({ terms: [], meaning: "", needsText: true });
  });
  it("stand near each other", () => {
    expect(where('"school fees"~5')).toEqual({ near: ["school", "fees"], within: 5 });
    expect(parseQuery('"school fees"~5').terms).toEqual(["school", "fees"]);
    expect(where('"school"~5')).toEqual({ term: "school" });
    expect(where('"school fees" ~5')).toEqual({ phrase: "school fees" });
  });
});

describe("near:", () => {
  it("is a minute around a time, or a range of times", () => {
    expect(where("near:12:30")).toEqual({ during: [690_000, 810_000] });
    expect(where("near:30s")).toEqual({ during: [0, 90_000] });
    expect(where("fees near:1:00:00..1:10:00")).toEqual({ during: [3_600_000, 4_200_000] });
    expect(fault("near:12..")).toBe(
      "5 near: must be a time or a range such as 12:30, 1:02:03, 90s or 12:00..13:00",
    );
    expect(where("near: the door, near:the sea")).toBeUndefined();
  });
});
