import { beforeAll, describe, expect, it } from "vitest";
import { openBackend } from "../backends/registry.ts";
import type { Library } from "../backends/library.ts";
import type { Embedder } from "../embed/embedder.ts";
import { type HybridSearchRequest, search } from "./hybrid.ts";

const SEGMENTS = 1200;
let library: Library;

beforeAll(async () => {
  ({ library } = await openBackend("memory", { path: "", create: true }));
  await library.versions.commit({
    id: "/a",
    sizeBytes: 1,
    mtimeMs: 1,
    fingerprint: "f",
    sidecarKey: "",
    origin: "captions",
    engine: "e",
    language: "en",
    durationMs: SEGMENTS,
    segments: Array.from({ length: SEGMENTS }, (_, index) => ({
      index,
      startMs: index,
      endMs: index + 1,
      text: index < 3 ? "a rare walrus" : "a walrus",
      speaker: null,
      confidence: null,
      vector: null,
    })),
  });
});

const ask = async (query: string, more: Partial<HybridSearchRequest> = {}) =>
  search(
    library,
    async (): Promise<Embedder> => {
      throw new Error("no model is needed");
    },
    { query, mode: "keyword", limit: 10, filter: {}, ...more },
  );

describe("a search by words", () => {
  it("counts what it found, whether or not its list holds all of it", async () => {
    expect((await ask("rare")).total).toBe(3);
    expect((await ask("walrus")).total).toBe(SEGMENTS);
    expect((await ask("walrus", { limit: 1200 })).total).toBe(SEGMENTS);
    expect((await ask("what do they say of any rare walrus here")).total).toBe(SEGMENTS);
  });

  it("reads as far as was asked for, with a least score too", async () => {
    const { hits, total } = await ask("walrus", { limit: 5000, minScore: 0 });
    expect([hits.length, total]).toEqual([SEGMENTS, SEGMENTS]);
    expect((await ask("walrus", { offset: 1150, limit: 10, minScore: 0 })).hits).toHaveLength(10);
  });
});
