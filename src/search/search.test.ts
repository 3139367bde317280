import { describe, expect, it } from "vitest";
import type { Hit } from "../backends/backend.ts";
import { openBackend } from "../backends/registry.ts";
import type { Embedder } from "../embed/embedder.ts";
import { fileMatcher } from "./file-filter.ts";
import { fuse } from "./fuse.ts";
import { search } from "./hybrid.ts";
import { queryTerms, speakerMatcher } from "./parse-query.ts";
import { type Mark, markMatches } from "./snippet.ts";
import { stem } from "./stem.ts";

describe("terms of a question", () => {
  it("are its telling words, in lower case, once each", () => {
    expect(queryTerms("What did they say about the budget for next year?")).toEqual(["budget", "next", "year"]);
    expect(queryTerms("Ada's bridge, the BRIDGE!")).toEqual(["ada", "bridge"]);
    expect(queryTerms("O’Brien don't")).toEqual(["o'brien"]);
  });
  it("are all words when none tells anything, and none when there are none", () => {
    expect(queryTerms("to be or not to be")).toEqual(["to", "be", "or", "not"]);
    expect(queryTerms("?!")).toEqual([]);
  });
});

describe("stems", () => {
  it("are those of Porter's paper", () => {
    const pairs = "caresses caress ponies poni cats cat agreed agre plastered plaster motoring motor hopping hop filing file happy happi relational relat conditional condit vietnamization vietnam triplicate triplic hopeful hope allowance allow adoption adopt rate rate controll control";
    const list = pairs.split(" ");
    for (let i = 0; i < list.length; i += 2) expect(stem(list[i] as string), list[i]).toBe(list[i + 1]);
  });
});

describe("marks", () => {
  it("are on the words that match, however inflected, and keep the text", () => {
    const pieces = markMatches("She counted the Votes, café votes.", ["counting", "vote", "cafe"]);
    expect(pieces.filter(({ matched }) => matched).map(({ text }) => text)).toEqual(["counted", "Votes", "café", "votes"]);
    expect(pieces.map(({ text }) => text).join("")).toBe("She counted the Votes, café votes.");
    expect(markMatches("nothing", [])).toEqual([{ text: "nothing", matched: false }]);
  });
  it("are on words that begin with a prefix, and on the words of a phrase only where they stand in a row", () => {
    const marked = (text: string, ...marks: readonly Mark[]) => markMatches(text, marks).filter(({ matched }) => matched).map(({ text: piece }) => piece);
    expect(marked("Communities, commune, Commerce", { prefix: "communi" })).toEqual(["Communities"]);
    expect(marked("Évaluer eval", { prefix: "eva" })).toEqual(["Évaluer", "eval"]);
    expect(marked("Next year, not the year next to it.", { phrase: "next year" })).toEqual(["Next", "year"]);
    expect(marked("next years", { phrase: "next year" })).toEqual([]);
    expect(marked("All that we say of next", { phrase: "next year" })).toEqual(["next"]);
    expect(marked("Year, he said, next", { phrase: "next year all" })).toEqual(["next"]);
    expect(marked("year all over", { phrase: "next year all" })).toEqual(["year", "all"]);
    expect(marked("我喜欢图书馆，图书", "图书馆", { phrase: "喜欢" })).toEqual(["喜欢", "图书馆"]);
  });
});

describe("filters", () => {
  it("take a path, a folder, a base name with or without extension, or a glob", async () => {
    const matches = async (pattern: string, path: string) => (await fileMatcher(pattern, "/home/me"))(path);
    for (const pattern of ["/media/a/Talk.mp3", "Talk.mp3", "talk", "talk.mp3", "*.mp3", "/media/**/*.mp3", "/media/a", "/media/", "../../media/a/Talk.mp3"])
      expect(await matches(pattern, "/media/a/Talk.mp3"), pattern).toBe(true);
    for (const pattern of ["alk.mp3", "Talk.wav", "/media/b", "*.wav", "/media/*.mp3", "/med"]) expect(await matches(pattern, "/media/a/Talk.mp3"), pattern).toBe(false);
  });
  it("take names of files with signs in them as they are", async () => {
    expect((await fileMatcher("[live] talk.mp3", "/m"))("/m/[live] talk.mp3")).toBe(true);
  });
  it("find speakers by whole words of their names", () => {
    expect(["Ann", "ann lee", "LEE", " lee "].every((name) => speakerMatcher(name)("Ann Lee"))).toBe(true);
    expect(["an", "", "Ann L", "lee ann"].some((name) => speakerMatcher(name)("Ann Lee"))).toBe(false);
    expect(speakerMatcher("c++")("C++ group")).toBe(true);
    expect(speakerMatcher("ann")(null)).toBe(false);
  });
});

const hit = (index: number, score: number): Hit => ({ asset: "/a", segment: { index, startMs: 0, endMs: 1, text: `t${index}`, speaker: null, confidence: null }, score, origin: "asr", engine: "e" });

describe("fusion", () => {
  const minute = (index: number, score: number): Hit => ({ ...hit(index, score), segment: { ...hit(index, score).segment, startMs: index * 60_000, endMs: index * 60_000 + 5000 } });
  const order = (hits: readonly Hit[]): number[] => hits.map(({ segment }) => segment.index);

  it("lets words decide where they match whole, and hardly count where a few of many match", () => {
    const meaning = [minute(1, 0.6), minute(2, 0.4), minute(3, 0.2)];
    expect(order(fuse([minute(3, 9)], meaning, 10))[0]).toBe(3);
    expect(order(fuse([minute(3, 1.5)], meaning, 10))[0]).toBe(1);
  });
  it("puts what both like above what one likes, and keeps everything once", () => {
    const fused = fuse([minute(1, 6), minute(2, 6)], [minute(4, 0.6), minute(2, 0.55), minute(5, 0.1)], 10);
    expect(fused[0]?.segment.index).toBe(2);
    expect(order(fused).toSorted()).toEqual([1, 2, 4, 5]);
    expect(fused[0]?.explain).toMatchObject({ bm25: 6, cosine: 0.55, mostBm25: 10 });
  });
  it("prefers what is said where more of it is said", () => {
    const at = (index: number, startMs: number, score: number): Hit => ({ ...hit(index, score), segment: { ...hit(index, score).segment, startMs, endMs: startMs + 5000 } });
    expect(order(fuse([], [at(50, 500_000, 0.5), at(10, 100_000, 0.5), at(12, 120_000, 0.45), at(90, 900_000, 0.1)], 0))[0]).toBe(10);
  });
  it("shows moments before more of the same moment", () => {
    const at = (index: number, startMs: number, score: number): Hit => ({ ...hit(index, score), segment: { ...hit(index, score).segment, startMs, endMs: startMs + 4000 } });
    expect(order(fuse([], [at(10, 100_000, 0.6), at(11, 104_000, 0.59), at(50, 500_000, 0.4), at(90, 900_000, 0.1)], 0))).toEqual([10, 50, 90, 11]);
  });
  it("takes one list alone, ties in the order of time", () => {
    expect(order(fuse([minute(2, 1), minute(1, 1)], [], 10))).toEqual([1, 2]);
    expect(fuse([], [], 0)).toEqual([]);
  });
});

describe("search", () => {
  const fake = (id = "m@1"): Embedder => ({ id, dimensions: 2, embed: async (texts) => texts.map((text) => (text.includes("sea") ? Float32Array.of(1, 0) : Float32Array.of(0, 1))), close: async () => {} });
  const library = async () => {
    const { store } = await openBackend("memory", { path: "", create: true });
    const segments = ["the ocean is deep", "a walrus sleeps"].map((text, index) => ({ index, startMs: index, endMs: index + 1, text, speaker: null, confidence: 1, vector: index === 0 ? Float32Array.of(1, 0) : Float32Array.of(0, 1) }));
    await store.commit({ id: "/a", sizeBytes: 1, mtimeMs: 1, fingerprint: "f", captionsStat: "", origin: "asr", engine: "e", language: "en", durationMs: 1, segments }, { embedder: "m@1", dimensions: 2 });
    return store;
  };
  const first = async (mode: "keyword" | "semantic" | "hybrid", query: string) => (await search(await library(), async () => fake(), { query, mode, limit: 1, filter: {} })).hits[0]?.segment.text;

  it("goes by words, by meaning, or by both", async () => {
    expect(await first("keyword", "sleeping")).toBe("a walrus sleeps");
    expect(await first("keyword", "sea")).toBeUndefined();
    expect(await first("semantic", "sea")).toBe("the ocean is deep");
    expect(await first("hybrid", "sea")).toBe("the ocean is deep");
  });
  it("by words never opens an embedder", async () => {
    const open = async (): Promise<Embedder> => { throw new Error("opened"); };
    const answer = await search(await library(), open, { query: "walrus", mode: "keyword", limit: 5, filter: {} });
    expect(answer.total).toBe(1);
  });
  it("refuses an index of another model, and names the way out", async () => {
    await expect(search(await library(), async () => fake("m@2"), { query: "sea", mode: "hybrid", limit: 5, filter: {} })).rejects.toMatchObject({ code: "MODEL_MISMATCH", exitCode: 13, hint: expect.stringContaining("migrate --reembed") as string });
  });
  it("counts all hits, not only those shown", async () => {
    const { total, hits } = await search(await library(), async () => fake(), { query: "the sea", mode: "semantic", limit: 1, filter: {} });
    expect([total, hits.length]).toEqual([2, 1]);
  });
  it("says what each part scored, and turns pages", async () => {
    const store = await library();
    const ask = (mode: "keyword" | "semantic" | "hybrid", offset: number) => search(store, async () => fake(), { query: "deep sea", mode, limit: 1, offset, filter: {} });
    const [first, second] = [await ask("hybrid", 0), await ask("hybrid", 1)];
    expect([first.hits[0]?.segment.text, second.hits[0]?.segment.text, (await ask("hybrid", 2)).hits]).toEqual(["the ocean is deep", "a walrus sleeps", []]);
    expect(first.hits[0]?.explain).toMatchObject({ cosine: 1, bm25: expect.any(Number) as number });
    expect(second.hits[0]?.explain).toMatchObject({ cosine: 0, bm25: null });
    expect((await ask("keyword", 0)).hits[0]?.explain).toMatchObject({ cosine: null, bm25: expect.any(Number) as number });
    expect([(await ask("keyword", 0)).totalIs, first.totalIs]).toEqual(["all", "ranked"]);
  });
  it("finds nothing in an empty library", async () => {
    const { store } = await openBackend("memory", { path: "", create: true });
    expect(await search(store, async () => fake(), { query: "sea", mode: "hybrid", limit: 5, filter: {} })).toMatchObject({ total: 0, hits: [] });
  });
});
