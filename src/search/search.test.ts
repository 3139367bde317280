import { describe, expect, it } from "vitest";
import type { Hit } from "../backends/search-index.ts";
import { openBackend } from "../backends/registry.ts";
import type { Embedder } from "../embed/embedder.ts";
import { fileMatcher } from "../text/file-filter.ts";
import { rankHybrid } from "./rank.ts";
import { search } from "./hybrid.ts";
import { libraryModelId } from "../embedding-model.ts";
import { queryTerms, speakerMatcher } from "../text/query-terms.ts";
import { type MarkedTerm, markMatches } from "./snippet.ts";
import { coverageOf } from "../text/terms.ts";

describe("terms of a question", () => {
  it("are its telling words, in lower case, once each", () => {
    expect(queryTerms("What did they say about the budget for next year?")).toEqual([
      "budget",
      "next",
      "year",
    ]);
    expect(queryTerms("Ada's bridge, the BRIDGE!")).toEqual(["ada", "bridge"]);
    expect(queryTerms("O’Brien don't")).toEqual(["o'brien"]);
  });
  it("are all words when none tells anything, and none when there are none", () => {
    expect(queryTerms("to be or not to be")).toEqual(["to", "be", "or", "not"]);
    expect(queryTerms("?!")).toEqual([]);
  });
});

describe("marks", () => {
  it("are on the words that match, however inflected, and keep the text", () => {
    const pieces = markMatches("She counted the Votes, café votes.", ["counting", "vote", "cafe"]);
    expect(pieces.filter(({ matched }) => matched).map(({ text }) => text)).toEqual([
      "counted",
      "Votes",
      "café",
      "votes",
    ]);
    expect(pieces.map(({ text }) => text).join("")).toBe("She counted the Votes, café votes.");
    expect(markMatches("nothing", [])).toEqual([{ text: "nothing", matched: false }]);
    const marked = (text: string, mark: MarkedTerm): string[] =>
      markMatches(text, [mark]).flatMap((piece) => (piece.matched ? [piece.text] : []));
    expect(marked("Raumschiffe und ein Schiff", { pattern: { wildcard: "*schiff*" } })).toEqual([
      "Raumschiffe",
      "Schiff",
    ]);
    expect(marked("The budgets, the bud", { pattern: { fuzzy: "budgt", errors: 1 } })).toEqual([
      "budgets",
    ]);
    expect(marked("Buy the boat", { pattern: { regex: "the b|BUY" } })).toEqual(["Buy", "the b"]);
    expect(marked(`${"a".repeat(60)}!`, { pattern: { regex: "^(a+)+$" } })).toEqual([]);
  });
  it("are on words that begin with a prefix, and on the words of a phrase only where they stand in a row", () => {
    const marked = (text: string, ...marks: readonly MarkedTerm[]) =>
      markMatches(text, marks)
        .filter(({ matched }) => matched)
        .map(({ text: piece }) => piece);
    expect(marked("Communities, commune, Commerce", { prefix: "communi" })).toEqual([
      "Communities",
    ]);
    expect(marked("Évaluer eval", { prefix: "eva" })).toEqual(["Évaluer", "eval"]);
    expect(marked("Next year, not the year next to it.", { phrase: "next year" })).toEqual([
      "Next",
      "year",
    ]);
    expect(marked("next years", { phrase: "next year" })).toEqual([]);
    expect(marked("All that we say of next", { phrase: "next year" })).toEqual(["next"]);
    expect(marked("Year, he said, next", { phrase: "next year all" })).toEqual(["next"]);
    expect(marked("year all over", { phrase: "next year all" })).toEqual(["year", "all"]);
    expect(marked("我喜欢图书馆，图书", "图书馆", { phrase: "喜欢" })).toEqual(["喜欢图书馆"]);
  });
});

describe("filters", () => {
  it("take a path, a folder, a base name with or without extension, or a glob", async () => {
    const matches = async (pattern: string, path: string) =>
      (await fileMatcher(pattern, "/home/me"))(path);
    for (const pattern of [
      "/media/a/Talk.mp3",
      "Talk.mp3",
      "talk",
      "talk.mp3",
      "*.mp3",
      "/media/**/*.mp3",
      "/media/a",
      "/media/",
      "../../media/a/Talk.mp3",
    ])
      expect(await matches(pattern, "/media/a/Talk.mp3"), pattern).toBe(true);
    for (const pattern of ["alk.mp3", "Talk.wav", "/media/b", "*.wav", "/media/*.mp3", "/med"])
      expect(await matches(pattern, "/media/a/Talk.mp3"), pattern).toBe(false);
  });
  it("take names of files with signs in them as they are", async () => {
    expect((await fileMatcher("[live] talk.mp3", "/m"))("/m/[live] talk.mp3")).toBe(true);
  });
  it("take a name as a keyboard writes it for one as macOS stores it", async () => {
    for (const pattern of ["Café.vtt", "café", "Caf*é.vtt", "/m/Café.vtt"])
      expect((await fileMatcher(pattern, "/m"))("/m/Café.vtt".normalize("NFD")), pattern).toBe(
        true,
      );
  });
  it("find speakers by whole words of their names", () => {
    expect(
      ["Ann", "ann lee", "LEE", " lee "].every((name) => speakerMatcher(name)("Ann Lee")),
    ).toBe(true);
    expect(["an", "", "Ann L", "lee ann"].some((name) => speakerMatcher(name)("Ann Lee"))).toBe(
      false,
    );
    expect(speakerMatcher("c++")("C++ group")).toBe(true);
    expect(
      ["jean-luc", "zoe", "müller"].map((name) => speakerMatcher(name)("Jean-Luc Zoë Muller")),
    ).toEqual([true, true, true]);
    expect(speakerMatcher("ann")(null)).toBe(false);
  });
});

const hit = (index: number, score: number): Hit => ({
  asset: "/a",
  segment: { index, startMs: 0, endMs: 1, text: `t${index}`, speaker: null, confidence: null },
  score,
  origin: "asr",
  engine: "e",
  language: "en",
});

describe("fusion", () => {
  const minute = (index: number, score: number): Hit => ({
    ...hit(index, score),
    segment: {
      ...hit(index, score).segment,
      startMs: index * 60_000,
      endMs: index * 60_000 + 5000,
    },
  });
  const order = (hits: readonly Hit[]): number[] => hits.map(({ segment }) => segment.index);
  const covering =
    (shares: Readonly<Record<number, number>>) =>
    ({ index }: { readonly index: number }): number =>
      shares[index] ?? 0;

  it("lets words decide where all are there, and hardly count where a few of many are", () => {
    const meaning = [minute(1, 0.6), minute(2, 0.4), minute(3, 0.2)];
    expect(order(rankHybrid([minute(3, 9)], meaning, covering({ 3: 1 })))[0]).toBe(3);
    expect(order(rankHybrid([minute(3, 9)], meaning, covering({ 3: 0.5 })))).toEqual([1, 2, 3]);
  });
  it("puts what both like above what one likes, keeps everything once, and says why", () => {
    const fused = rankHybrid(
      [minute(1, 6), minute(2, 6)],
      [minute(4, 0.6), minute(2, 0.55), minute(5, 0.1)],
      covering({ 1: 1, 2: 1 }),
    );
    expect(order(fused)).toEqual([2, 1, 4, 5]);
    expect(fused[0]).toMatchObject({
      score: expect.closeTo(2.4) as number,
      explain: { bm25: 6, cosine: 0.55, nearness: expect.closeTo(0.9) as number, coverage: 1 },
    });
    expect(fused.slice(1, 3).map(({ explain }) => explain)).toEqual([
      { bm25: 6, cosine: null, nearness: 0, coverage: 1 },
      { bm25: null, cosine: 0.6, nearness: 1, coverage: 0 },
    ]);
  });
  it("knows the words of the nearest, also where BM25 has better ones", () => {
    const meaning = Array.from({ length: 150 }, (_, i) => minute(i, 0.9 - i / 200));
    expect(
      order(rankHybrid([minute(500, 9)], meaning, covering({ 20: 1, 120: 1, 500: 1 }))).slice(0, 3),
    ).toEqual([20, 500, 0]);
  });
  it("trusts nearness less where nothing stands out", () => {
    const [words, shares] = [[minute(9, 2)], covering({ 9: 0.8 })];
    expect(order(rankHybrid(words, [minute(1, 0.6), minute(2, 0.1)], shares))[0]).toBe(1);
    expect(order(rankHybrid(words, [minute(1, 0.25), minute(2, 0.1)], shares))[0]).toBe(9);
  });
  it("lets BM25 decide between equals", () => {
    expect(order(rankHybrid([minute(1, 2), minute(2, 3)], [], covering({ 1: 1, 2: 1 })))).toEqual([
      2, 1,
    ]);
  });
  it("takes one list alone, ties in the order of time", () => {
    expect(order(rankHybrid([minute(2, 1), minute(1, 1)], [], covering({})))).toEqual([1, 2]);
    expect(rankHybrid([], [], covering({}))).toEqual([]);
  });
});

describe("coverage", () => {
  const said = (text: string, speaker: string | null = null) => ({ text, speaker });
  it("is the weight of the terms that a segment has, as a share of all, however often they are said", () => {
    const share = coverageOf(["budget", "walrus"], [1, 3]);
    expect(
      [
        said("budgets of the budget"),
        said("a Walrus"),
        said("the walrus and its budget"),
        said("nothing"),
      ].map((text) => share(text)),
    ).toEqual([0.25, 0.75, 1, 0]);
  });
  it("sees what the keyword index sees: stems, accents, speakers, prefixes, words of several parts, scripts without spaces", () => {
    for (const [term, text, has] of [
      ["café", "the CAFE closes", true],
      ["cafe", "Cafés", true],
      ["x-ray", "an x ray", true],
      ["x-ray", "ray x", false],
      [{ prefix: "communi" }, "two communities", true],
      [{ prefix: "communi" }, "income", false],
      ["图书馆", "我喜欢图书馆", true],
      ["馆", "我喜欢图书馆", true],
      ["書馆", "我喜欢图书馆", false],
      ["moreau", "nothing", true],
      ["?", "what?", false],
    ] as const)
      expect(
        coverageOf([term], [1])(said(text, "Ada Moreau")),
        `${JSON.stringify(term)} in ${text}`,
      ).toBe(has ? 1 : 0);
  });
  it("is nothing without terms or weights", () => {
    expect([coverageOf([], [])(said("a")), coverageOf(["a"], [0])(said("a"))]).toEqual([0, 0]);
  });
});

describe("search", () => {
  const fake = (id = "m@1"): Embedder => ({
    id,
    dimensions: 2,
    embed: async (texts) =>
      texts.map((text) => (text.includes("sea") ? Float32Array.of(1, 0) : Float32Array.of(0, 1))),
    close: async () => {},
  });
  const newLibrary = async () => {
    const { library } = await openBackend("memory", { path: "", create: true });
    const segments = ["the ocean is deep", "a walrus sleeps"].map((text, index) => ({
      index,
      startMs: index,
      endMs: index + 1,
      text,
      speaker: null,
      confidence: 1,
      vector: index === 0 ? Float32Array.of(1, 0) : Float32Array.of(0, 1),
    }));
    await library.versions.commit(
      {
        id: "/a",
        sizeBytes: 1,
        mtimeMs: 1,
        fingerprint: "f",
        sidecarKey: "",
        origin: "asr",
        engine: "e",
        language: "en",
        durationMs: 1,
        segments,
      },
      { embedder: libraryModelId("m@1", "passages"), dimensions: 2 },
    );
    return library;
  };
  const first = async (mode: "keyword" | "semantic" | "hybrid", query: string) =>
    (await search(await newLibrary(), async () => fake(), { query, mode, limit: 1, filter: {} }))
      .hits[0]?.segment.text;

  it("goes by words, by meaning, or by both", async () => {
    expect(await first("keyword", "sleeping")).toBe("a walrus sleeps");
    expect(await first("keyword", "sea")).toBeUndefined();
    expect(await first("semantic", "sea")).toBe("the ocean is deep");
    expect(await first("hybrid", "sea")).toBe("the ocean is deep");
  });
  it("by words never opens an embedder", async () => {
    const open = async (): Promise<Embedder> => {
      throw new Error("opened");
    };
    const answer = await search(await newLibrary(), open, {
      query: "walrus",
      mode: "keyword",
      limit: 5,
      filter: {},
    });
    expect(answer.total).toBe(1);
  });
  it("refuses an index of another model, and names the way out", async () => {
    await expect(
      search(await newLibrary(), async () => fake("m@2"), {
        query: "sea",
        mode: "hybrid",
        limit: 5,
        filter: {},
      }),
    ).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
      exitCode: 13,
      hint: expect.stringContaining("migrate --reembed") as string,
    });
  });
  it("counts all hits, not only those shown", async () => {
    const { total, hits } = await search(await newLibrary(), async () => fake(), {
      query: "the sea",
      mode: "semantic",
      limit: 1,
      filter: {},
    });
    expect([total, hits.length]).toEqual([2, 1]);
  });
  it("says what each part scored, and turns pages", async () => {
    const library = await newLibrary();
    const ask = (mode: "keyword" | "semantic" | "hybrid", offset: number) =>
      search(library, async () => fake(), {
        query: "deep sea",
        mode,
        limit: 1,
        offset,
        filter: {},
        allHits: true,
      });
    const [first, second] = [await ask("hybrid", 0), await ask("hybrid", 1)];
    expect([
      first.hits[0]?.segment.text,
      second.hits[0]?.segment.text,
      (await ask("hybrid", 2)).hits,
    ]).toEqual(["the ocean is deep", "a walrus sleeps", []]);
    expect(first.hits[0]?.explain).toMatchObject({ cosine: 1, bm25: expect.any(Number) as number });
    expect(second.hits[0]?.explain).toMatchObject({ cosine: 0, bm25: null });
    expect((await ask("keyword", 0)).hits[0]?.explain).toMatchObject({
      cosine: null,
      bm25: expect.any(Number) as number,
    });
    expect([(await ask("keyword", 0)).totalIs, first.totalIs]).toEqual(["all", "ranked"]);
  });
  it("finds nothing in an empty library", async () => {
    const { library } = await openBackend("memory", { path: "", create: true });
    expect(
      await search(library, async () => fake(), {
        query: "sea",
        mode: "hybrid",
        limit: 5,
        filter: {},
      }),
    ).toMatchObject({ total: 0, hits: [] });
  });
});
