import { beforeEach, describe, expect, it } from "vitest";
import type { Backend } from "../backends/backend.ts";
import { writeMediaFacts } from "../backends/media-facts.ts";
import { openBackend } from "../backends/registry.ts";
import type { EmbeddedSegment, MediaFacts } from "../types.ts";
import { search, type SearchMode } from "./hybrid.ts";
import type { SearchAnswer } from "./result.ts";

let backend: Backend;
beforeEach(async () => {
  backend = await openBackend("memory", { path: "", create: true });
});

async function add(name: string, facts: MediaFacts, ...texts: readonly string[]): Promise<void> {
  await writeMediaFacts(backend.records, name, facts);
  const segments = texts.map((text, index): EmbeddedSegment => {
    const startMs = index * 20_000;
    return {
      index,
      startMs,
      endMs: startMs + 5000,
      text,
      speaker: null,
      confidence: null,
      vector: null,
    };
  });
  await backend.library.versions.commit({
    id: `/${name}.mp3`,
    sizeBytes: 1,
    mtimeMs: 1,
    sidecarKey: "",
    fingerprint: `3|${name}||prefer||local`,
    origin: "asr",
    engine: "test",
    language: "en",
    durationMs: 100_000,
    segments,
  });
}

const ask = (query: string, mode: SearchMode = "hybrid", limit = 10): Promise<SearchAnswer> =>
  search(backend.library, () => Promise.reject(new Error("no model is needed")), {
    query,
    mode,
    limit,
    filter: {},
    allHits: true,
  });
const texts = async (query: string, mode?: SearchMode): Promise<readonly string[]> =>
  (await ask(query, mode)).hits.map(({ segment }) => segment.text);

describe("titles and chapters in a search", () => {
  it("find a recording by its name, though nobody says it", async () => {
    await add("one", { title: "Harbour walls" }, "Good morning.", "We begin.");
    await add("two", {}, "Something else.");
    for (const mode of ["hybrid", "keyword"] as const) {
      const { hits, isSaid, total } = await ask("harbour walls", mode);
      expect(hits.map(({ segment, heading }) => [segment.text, heading])).toEqual([
        ["Good morning.", "Harbour walls"],
      ]);
      expect([isSaid, total]).toEqual([true, 1]);
    }
    expect(await texts("harbour gates", "keyword")).toEqual([]);
  });

  it("find the beginning of a chapter", async () => {
    const chapters = [
      { startMs: 0, endMs: 20_000, title: "Greetings" },
      { startMs: 20_000, endMs: 60_000, title: "Costs of the ferry" },
    ];
    await add("one", { chapters }, "Good morning.", "Two millions.", "Or three.");
    expect(await texts("ferry costs")).toEqual(["Two millions."]);
  });

  it("come behind words that are said, and add the words that a segment lacks", async () => {
    await add("said", {}, "The bridge needs paint, says Ada.");
    await add("ada", { title: "Interview with Ada" }, "Good morning.", "The bridge needs paint.");
    await add("tom", { title: "Interview with Tom" }, "Good evening.", "The bridge needs paint.");
    const { hits } = await ask("ada bridge");
    expect(hits.slice(0, 2).map(({ asset, segment }) => [asset, segment.text])).toEqual([
      ["/said.mp3", "The bridge needs paint, says Ada."],
      ["/ada.mp3", "The bridge needs paint."],
    ]);
  });

  it("don't change the order inside a recording when they have all of the query", async () => {
    const said = ["We talk of money.", "The bridge is old.", "A bridge costs money.", "So be it."];
    await add("plain", {}, ...said);
    const before = await texts("bridge money");
    await add("plain", { title: "Bridge and money" }, ...said);
    const after = (await texts("bridge money")).filter((text) => text !== said[0]);
    expect(after).toEqual(before.filter((text) => text !== said[0]));
  });

  it("count once with what is said, on every page, and not where signs ask for words", async () => {
    await add("one", { title: "The bridge" }, "The bridge is old.", "A bridge.");
    await add("two", { title: "Bridge" }, "Good morning.");
    for (const limit of [1, 2, 10]) expect((await ask("bridge", "keyword", limit)).total).toBe(3);
    expect((await ask('"bridge"', "keyword")).total).toBe(2);
    expect(await texts("bridge", "keyword")).toHaveLength(3);
  });
});
