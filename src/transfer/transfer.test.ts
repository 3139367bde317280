import type { EmbeddingModel } from "../embedding-model.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AssetVersion } from "../backends/versions.ts";
import type { Backend } from "../backends/backend.ts";
import { openBackend } from "../backends/registry.ts";
import { copyLibrary, type CopyOptions } from "./copy.ts";
import { inParallel } from "./in-parallel.ts";
import { verifyCopy } from "./verify.ts";

const MODEL: EmbeddingModel = { embedder: "m@1", dimensions: 3 };
const options: CopyOptions = {
  wants: () => true,
  rename: (id) => id,
  signal: new AbortController().signal,
};

async function local(): Promise<Backend> {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-transfer-"));
  const backend = await openBackend("local", {
    path: join(folder, "library.sqlite"),
    create: true,
  });
  onTestFinished(async () => {
    await backend.close();
    rmSync(folder, { recursive: true });
  });
  return backend;
}

const version = (id: string, more: Partial<AssetVersion> = {}): AssetVersion => ({
  id,
  sizeBytes: 5,
  mtimeMs: 6,
  fingerprint: `f${id}`,
  sidecarKey: "",
  origin: "asr",
  engine: "e@1",
  language: "en",
  durationMs: 9000,
  indexedAtMs: 1_700_000_000_000,
  recordedAtMs: 1_500_000_000_000,
  segments: ["the budget of next year", "boats in the harbour", "a bridge was closed"].map(
    (text, index) => ({
      index,
      startMs: index * 3000,
      endMs: index * 3000 + 2500,
      text: `${text} ${id}`,
      speaker: index === 1 ? "Ada" : null,
      confidence: index / 3,
      vector: Float32Array.of(1, index + 1, id.length),
    }),
  ),
  ...more,
});

/** A library with one file in each state, an archived transcript and a job. */
async function full(): Promise<Backend> {
  const backend = await local();
  const { library, jobs } = backend;
  for (const id of ["/a", "/bb", "/ccc", "/failed", "/deleted"])
    await library.versions.commit(version(id), MODEL);
  await library.versions.commit(version("/a", { fingerprint: "newer" }), MODEL);
  await library.versions.commit(
    version("/partial", {
      segments: version("/p").segments.map((segment) => ({ ...segment, vector: null })),
    }),
    MODEL,
  );
  await library.catalog.register([{ id: "/registered", sizeBytes: 1, mtimeMs: 2 }]);
  const place = { id: "/failed", sizeBytes: 5, mtimeMs: 6, sidecarKey: "" };
  await library.catalog.recordFailure(place, "it crashed");
  await library.catalog.recordFailure({ ...place, id: "/broken" }, "no sound");
  await library.catalog.markDeleted(["/deleted"]);
  await jobs.put({
    id: "/failed",
    state: "QUARANTINED",
    code: "WORKER_CRASHED",
    reason: "it crashed",
    hint: null,
    attempts: 5,
    log: ["one"],
    engine: "local",
    stat: "s",
    updatedAtMs: 7,
  });
  return backend;
}

const statuses = async ({ library }: Backend): Promise<unknown[]> => {
  const all = [];
  for await (const status of library.catalog.list()) all.push(status);
  return all;
};

describe("a library that is copied", () => {
  it("arrives whole: every state, vector, archived transcript and job, and the source is as it was", async () => {
    const source = await full();
    const before = await statuses(source);
    const target = await local();
    const summary = await copyLibrary(source, target, options);
    expect(summary).toMatchObject({ copied: 8, present: 0, newer: [], archived: 1, jobs: 1 });
    expect(await statuses(target)).toEqual(before);
    expect(await statuses(source)).toEqual(before);
    expect(await target.jobs.list()).toEqual(await source.jobs.list());
    const archived = [];
    for await (const one of target.library.archive.read())
      archived.push([one.id, one.fingerprint, one.segments.length]);
    expect(archived).toEqual([["/a", "f/a", 3]]);
    const proof = await verifyCopy(source, target, options);
    expect(proof).toMatchObject({ versions: 6, segments: 18, vectors: 15, differences: [] });
    expect(proof.queries).toBeGreaterThan(15);
    expect(proof.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is not written twice: the same call again finds everything there", async () => {
    const source = await full();
    const target = await local();
    await copyLibrary(source, target, options);
    const after = await statuses(target);
    expect(await copyLibrary(source, target, options)).toMatchObject({
      copied: 0,
      present: 8,
      archived: 1,
    });
    expect(await statuses(target)).toEqual(after);
    expect((await target.library.archive.list()).length).toBe(1);
  });

  it("goes on where it was stopped", async () => {
    const source = await full();
    const target = await local();
    const stop = new AbortController();
    let writes = 0;
    const stopping: Backend = {
      ...target,
      library: {
        ...target.library,
        versions: {
          ...target.library.versions,
          commit: async (...args) => {
            await target.library.versions.commit(...args);
            if (++writes === 2) stop.abort();
          },
        },
      },
    };
    await expect(
      copyLibrary(source, stopping, { ...options, signal: stop.signal }),
    ).rejects.toThrow("aborted");
    const summary = await copyLibrary(source, target, options);
    expect(summary.present).toBeGreaterThanOrEqual(2);
    expect(summary.copied + summary.present).toBe(8);
    expect((await verifyCopy(source, target, options)).differences).toEqual([]);
  });

  it("can be a part of one, under other names", async () => {
    const source = await full();
    const target = await local();
    const some: CopyOptions = {
      ...options,
      wants: (id) => id.startsWith("/b"),
      rename: (id) => `s3://media${id}`,
    };
    await copyLibrary(source, target, some);
    expect((await statuses(target)).map((status) => (status as { id: string }).id)).toEqual([
      "s3://media/bb",
      "s3://media/broken",
    ]);
    const proof = await verifyCopy(source, target, some);
    expect(proof).toMatchObject({ versions: 1, differences: [] });
    expect(proof.queries).toBe(3);
  });

  it("leaves alone what the target indexed later", async () => {
    const source = await full();
    const target = await local();
    await target.library.versions.commit(
      version("/bb", { fingerprint: "later", indexedAtMs: 1_800_000_000_000 }),
      MODEL,
    );
    const summary = await copyLibrary(source, target, options);
    expect(summary.newer).toEqual(["/bb"]);
    expect((await target.library.catalog.get("/bb"))?.fingerprint).toBe("later");
    expect(
      (await verifyCopy(source, target, { ...options, newer: new Set(summary.newer) })).differences,
    ).toEqual([]);
  });

  it("is refused by a library of another embedding model, which stays empty", async () => {
    const target = await local();
    await target.library.versions.commit(version("/x"), { ...MODEL, embedder: "other@1" });
    await expect(copyLibrary(await full(), target, options)).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
    });
    expect((await statuses(target)).length).toBe(1);
  });
});

describe("verification notices a target that", () => {
  const faults: Readonly<Record<string, (version: AssetVersion) => AssetVersion>> = {
    "lost a segment": (one) => ({ ...one, segments: one.segments.slice(0, -1) }),
    "changed a letter": (one) => ({
      ...one,
      segments: one.segments.map((segment) => ({
        ...segment,
        text: segment.text.replace("a", "e"),
      })),
    }),
    "lost a speaker": (one) => ({
      ...one,
      segments: one.segments.map((segment) => ({ ...segment, speaker: null })),
    }),
    "rounded a confidence": (one) => ({
      ...one,
      segments: one.segments.map((segment) => ({ ...segment, confidence: 0.33 })),
    }),
    "changed a vector": (one) => ({
      ...one,
      segments: one.segments.map((segment) => ({
        ...segment,
        vector: segment.vector && Float32Array.from(segment.vector, (x) => x * 1.0001),
      })),
    }),
    "lost the vectors": (one) => ({
      ...one,
      segments: one.segments.map((segment) => ({ ...segment, vector: null })),
    }),
    "shifted a time": (one) => ({
      ...one,
      segments: one.segments.map((segment) => ({ ...segment, endMs: segment.endMs + 1 })),
    }),
    "forgot when it was recorded": (one) => ({ ...one, recordedAtMs: null }),
    "forgot the engine": (one) => ({ ...one, engine: "" }),
  };
  for (const [fault, change] of Object.entries(faults))
    it(fault, async () => {
      const source = await full();
      const target = await local();
      await copyLibrary(
        source,
        {
          ...target,
          library: {
            ...target.library,
            versions: {
              ...target.library.versions,
              commit: (one, model) =>
                target.library.versions.commit(one.id === "/bb" ? change(one) : one, model),
            },
          },
        },
        options,
      );
      const { differences } = await verifyCopy(source, target, options);
      expect(differences.map(({ id }) => id)).toContain("/bb");
    });

  it("lacks a file", async () => {
    const source = await full();
    const target = await local();
    await copyLibrary(source, target, options);
    await target.library.catalog.remove("/ccc");
    expect((await verifyCopy(source, target, options)).differences).toContainEqual({
      id: "/ccc",
      what: "is missing",
    });
  });

  it("answers otherwise", async () => {
    const source = await full();
    const target = await local();
    await copyLibrary(source, target, options);
    const searchIndex = { ...target.library.searchIndex, searchVector: async () => [] };
    const deaf: Backend = { ...target, library: { ...target.library, searchIndex } };
    expect((await verifyCopy(source, deaf, options)).differences.length).toBeGreaterThan(5);
  });
});

describe("inParallel", () => {
  async function* numbers(count: number): AsyncIterable<number> {
    for (let i = 0; i < count; i++) yield i;
  }

  it("does every item once, no more at a time than allowed", async () => {
    const done: number[] = [];
    let now = 0;
    let most = 0;
    await inParallel(numbers(20), 3, async (item) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      now--;
      done.push(item);
    });
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most).toBe(3);
  });

  it("stops at the first failure and throws it", async () => {
    const done: number[] = [];
    await expect(
      inParallel(numbers(1000), 2, async (item) => {
        if (item === 5) throw new Error("five");
        done.push(item);
      }),
    ).rejects.toThrow("five");
    expect(done.length).toBeLessThan(10);
  });
});
