import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { Backend } from "../backends/backend.ts";
import type { QueryVectors } from "../backends/search-access.ts";
import { open as openLibrary } from "../backends/local/open.ts";
import type { Embedder } from "./embedder.ts";
import { openEmbedder } from "./registry.ts";
import { rememberQueries } from "./remember-queries.ts";

const model = await openEmbedder({ model: "all-MiniLM-L6-v2" });
afterAll(() => model.close());
const identity = { embedder: model.id, dimensions: model.dimensions };

function queryVectorsOf({ searchAccess }: Backend): QueryVectors {
  if (searchAccess.kind !== "library" || !searchAccess.queryVectors)
    throw new Error("a library file keeps vectors of queries");
  return searchAccess.queryVectors;
}

async function openTemporary(): Promise<{
  readonly path: string;
  readonly backend: Backend;
  readonly memory: QueryVectors;
}> {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-queries-"));
  const path = join(folder, "library.sqlite");
  const backend = await openLibrary({ path, create: true });
  onTestFinished(async () => {
    await backend.close();
    rmSync(folder, { recursive: true });
  });
  return { path, backend, memory: queryVectorsOf(backend) };
}

describe("an embedder that remembers queries", () => {
  it("gives the model's own vectors in order and opens the model for a new query only, whatever process asked first", async () => {
    const { path, memory } = await openTemporary();
    const queries = [
      "the budget for next year",
      "who was at the harbour?",
      "the budget for next year",
    ];
    const expected = await model.embed(queries, { as: "query" });
    let opened = 0;
    const remembering = (vectors: typeof memory): Embedder =>
      rememberQueries(
        identity,
        async () => {
          opened++;
          return { ...model, close: async () => {} };
        },
        vectors,
      );
    const first = remembering(memory);
    expect(await first.embed(queries, { as: "query" })).toEqual(expected);
    await first.close();
    const again = await openLibrary({ path, create: false });
    const second = remembering(queryVectorsOf(again));
    expect(await second.embed(queries.toReversed(), { as: "query" })).toEqual(
      expected.toReversed(),
    );
    await second.close();
    expect(opened).toBe(1);
    expect(
      await second.embed(["the budget for this year", queries[1] ?? ""], { as: "query" }),
    ).toEqual(await model.embed(["the budget for this year", queries[1] ?? ""], { as: "query" }));
    expect(opened).toBe(2);
    await again.close();
  });

  it("never takes another model's vector for its own", async () => {
    const { memory } = await openTemporary();
    await memory.put("other@1", "a query", Float32Array.of(1, 0));
    expect(await memory.get(model.id, "a query")).toBeUndefined();
    expect([...((await memory.get("other@1", "a query")) ?? [])]).toEqual([1, 0]);
  });
});

describe("the query vectors of a library", () => {
  it("are a thousand at most: the oldest go", async () => {
    const { memory } = await openTemporary();
    for (let n = 0; n < 1005; n++) await memory.put("m", `query ${n}`, Float32Array.of(n));
    expect(
      (await Promise.all([0, 4, 5, 1004].map((n) => memory.get("m", `query ${n}`)))).map(
        (vector) => vector?.[0],
      ),
    ).toEqual([undefined, undefined, 5, 1004]);
  });

  it("do not tell what was looked for", async () => {
    const { path, backend, memory } = await openTemporary();
    await memory.put("m", "a very private question", Float32Array.of(1));
    const file = Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]);
    expect(file.includes("private")).toBe(false);
    expect(backend.schema().current).toBe(backend.schema().newest);
  });

  it("are let go, without waiting, while another process writes; later writes wait as before", async () => {
    const { path, backend, memory } = await openTemporary();
    const other = new Sqlite(path);
    other.exec("BEGIN IMMEDIATE");
    const startedAt = performance.now();
    await memory.put("m", "busy", Float32Array.of(1));
    // A write waits ten seconds for its turn.
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(await memory.get("m", "busy")).toBeUndefined();
    other.exec("ROLLBACK");
    other.close();
    await memory.put("m", "busy", Float32Array.of(1));
    expect((await memory.get("m", "busy"))?.length).toBe(1);
    const db = new Sqlite(path);
    db.exec("DROP TABLE query_vectors");
    db.close();
    await memory.put("m", "gone", Float32Array.of(1));
    expect(await memory.get("m", "gone")).toBeUndefined();
    expect(await backend.library.catalog.register([{ id: "/a", sizeBytes: 1, mtimeMs: 1 }])).toBe(
      1,
    );
  });
});
