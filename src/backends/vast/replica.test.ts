import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { spawnEmulator, type Spawned } from "../../../emulator/spawn.ts";
import { libraryOn } from "../../../test/vast/emulator.ts";
import type { AssetVersion } from "../versions.ts";
import type { Backend } from "../backend.ts";
import type { SearchViewOptions } from "../search-access.ts";
import type { Library, ReadableLibrary } from "../library.ts";
import { openBackend } from "../registry.ts";
import { open, type VastOptions } from "./open.ts";

let emulator: Spawned;
beforeAll(async () => {
  emulator = await spawnEmulator(["--rows-per-page", "50"]);
});
afterAll(() => emulator.stop());

const MODEL = { embedder: "m", dimensions: 3 };
const WORDS =
  "walrus penguin committees votes voting café oceans the deep a running runner Ada's bridge".split(
    " ",
  );

function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

function version(id: string, count = 10, seed = 7): AssetVersion {
  const random = numbers(seed + Buffer.from(id).reduce((sum, byte) => sum + byte, 0));
  return {
    id,
    sizeBytes: 1,
    mtimeMs: 1,
    fingerprint: `f${id}${seed}`,
    sidecarKey: "",
    origin: "asr",
    engine: "e",
    language: "en",
    durationMs: 1,
    segments: Array.from({ length: count }, (_, index) => ({
      index,
      startMs: index,
      endMs: index + 1,
      text: Array.from({ length: 1 + random(12) }, () => WORDS[random(WORDS.length)]).join(" "),
      speaker: random(3) === 0 ? "Ada Moreau" : null,
      confidence: 1,
      vector: Float32Array.of(random(9) - 4, random(9) - 4, 1),
    })),
  };
}

async function newLibrary(more: Partial<VastOptions> = {}): Promise<{
  readonly options: VastOptions;
  readonly open: (more?: Partial<VastOptions>) => Promise<Backend>;
  readonly folder: () => string;
}> {
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), "mediasearch-replica-"));
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return made;
  };
  const options = libraryOn(emulator, folder(), more);
  return {
    options,
    folder,
    async open(again = {}) {
      const backend = await open({ ...options, ...again }, true);
      onTestFinished(() => backend.close().catch(() => {}));
      return backend;
    },
  };
}

const view = async (backend: Backend, more: Partial<SearchViewOptions> = {}) => {
  if (backend.searchAccess.kind !== "copy") throw new Error("no view");
  return backend.searchAccess.open({ fresh: false, ...more });
};

async function answers(library: ReadableLibrary): Promise<string[]> {
  const found = [];
  for (const terms of [["walrus"], ["vote", "bridges"], ["cafe", "ada", "deep"], ["moreau", "run"]])
    found.push(
      ...(await library.searchIndex.searchText({ terms }, {}, 50)),
      ...(await library.searchIndex.searchText({ terms }, { speaker: "ada" }, 5)),
    );
  found.push(...(await library.searchIndex.searchVector(Float32Array.of(1, 2, 3), {}, 30)));
  return found.map(({ asset, segment, score }) =>
    [asset, segment.index, segment.text, score.toFixed(6)].join(" "),
  );
}

describe("a replica", () => {
  it("answers like a local library of the same data: the same hits, scores and order", async () => {
    const { open, folder } = await newLibrary();
    const backend = await open();
    const local = await openBackend("local", {
      path: join(folder(), "library.sqlite"),
      create: true,
    });
    onTestFinished(() => local.close());
    for (let i = 0; i < 20; i++)
      for (const { library } of [backend, local])
        await library.versions.commit(version(`/${i}`), MODEL);
    const here = await answers(local.library);
    expect(here.length).toBeGreaterThan(100);
    expect(await answers((await view(backend)).library)).toEqual(here);
  });

  it("fetches only what is new, and forgets what is gone", async () => {
    const { open } = await newLibrary();
    const [writer, backend] = [await open(), await open()];
    for (const id of ["/a", "/b", "/c", "/d"])
      await writer.library.versions.commit(version(id), MODEL);
    const fetched: number[] = [];
    const sync = async () =>
      (await view(backend, { fresh: true, onProgress: (done) => fetched.push(done) })).library;
    const ids = async (library: ReadableLibrary): Promise<string[]> => {
      const all = [];
      for await (const { id } of library.catalog.list()) all.push(id);
      return all;
    };
    expect(await ids(await sync())).toEqual(["/a", "/b", "/c", "/d"]);
    expect(fetched.at(-1)).toBe(40);
    fetched.length = 0;
    await sync();
    expect(fetched).toEqual([]);
    await writer.library.versions.commit(version("/a", 3, 99), MODEL);
    await writer.library.catalog.markDeleted(["/b"]);
    await writer.library.versions.move("/c", {
      id: "/moved",
      sizeBytes: 5,
      mtimeMs: 5,
      sidecarKey: "",
    });
    await writer.library.catalog.touch({ id: "/d", sizeBytes: 9, mtimeMs: 9, sidecarKey: "x" });
    const library = await sync();
    expect(await ids(library)).toEqual(["/a", "/d", "/moved"]);
    expect(fetched.at(-1)).toBe(3);
    expect((await library.catalog.get("/d"))?.sizeBytes).toBe(9);
    // What is handed out for reading is a whole library file.
    expect((await (library as Library).archive.list()).length).toBe(0);
  });

  it("is synced when it is older than wanted, and at once when it has to be fresh", async () => {
    const { open } = await newLibrary();
    const backend = await open({ replicaMaxAgeMs: 3_600_000 });
    await backend.library.versions.commit(version("/a"), MODEL);
    const count = async (fresh: boolean): Promise<number> =>
      (await (await view(backend, { fresh })).library.catalog.counts()).segments;
    expect(await count(false)).toBe(10);
    await backend.library.versions.commit(version("/b"), MODEL);
    expect([await count(false), await count(true)]).toEqual([10, 20]);
  });

  it("that was cut goes on where it stopped", async () => {
    const { open } = await newLibrary({ timeoutMs: 4000 });
    const backend = await open();
    for (let i = 0; i < 6; i++)
      await backend.library.versions.commit(version(`/${i}`, 5000), MODEL);
    // Two versions fit into a batch; the third batch's vectors never come.
    const fetched: number[] = [];
    await emulator.setFaults([]);
    const cut = view(backend, {
      fresh: true,
      onProgress: (done) => {
        fetched.push(done);
        void emulator.setFaults([{ kind: "drop", op: "query" } as never]);
      },
    });
    await expect(cut).rejects.toMatchObject({ code: "UNREACHABLE" });
    await emulator.setFaults([]);
    const before = fetched.at(-1) ?? 0;
    expect(before).toBeGreaterThan(0);
    fetched.length = 0;
    const { library } = await view(backend, {
      fresh: true,
      onProgress: (done) => fetched.push(done),
    });
    expect(fetched.at(-1)).toBe(30_000 - before);
    expect((await library.catalog.counts()).segments).toBe(30_000);
  });

  it("of another model is another one; the old one is gone when the new one is whole", async () => {
    const { open, options } = await newLibrary();
    const backend = await open();
    await backend.library.versions.commit(version("/a"), MODEL);
    await view(backend);
    const files = (): string[] =>
      readdirSync(options.replica.folder).filter((name) => name.endsWith(".sqlite"));
    const [first] = files();
    await backend.library.embeddings.rebuild({ embedder: "n", dimensions: 2 }, async (segments) =>
      segments.map(() => Float32Array.of(0, 1)),
    );
    const { library } = await view(backend);
    expect(await library.embeddings.model()).toEqual({ embedder: "n", dimensions: 2 });
    expect(files()).toHaveLength(1);
    expect(files()).not.toContain(first);
  });

  it("is shared by the processes of a machine, whoever syncs it", async () => {
    const { open } = await newLibrary();
    const backends = await Promise.all([open(), open(), open()]);
    await backends[0]?.library.versions.commit(version("/a"), MODEL);
    const counts = await Promise.all(
      backends.map(
        async (backend) =>
          (await (await view(backend, { fresh: true })).library.catalog.counts()).segments,
      ),
    );
    expect(counts).toEqual([10, 10, 10]);
  });

  it("is not needed for a search in a few files: those are fetched by themselves", async () => {
    const { open, options } = await newLibrary();
    const backend = await open();
    for (const id of ["/a", "/b", "/c"]) await backend.library.versions.commit(version(id), MODEL);
    const { library, close } = await view(backend, { only: (id) => id === "/b" });
    expect((await library.catalog.counts()).segments).toBe(10);
    expect(
      (await library.searchIndex.searchVector(Float32Array.of(1, 2, 3), {}, 3)).map(
        ({ asset }) => asset,
      ),
    ).toEqual(["/b", "/b", "/b"]);
    await close?.();
    expect(readdirSync(options.replica.folder)).toEqual([]);
  });
});
