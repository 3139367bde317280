import type { EmbeddingModel } from "../../embedding-model.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AssetVersion } from "../versions.ts";
import type { Backend } from "../backend.ts";
import type { Hit, SearchFilter } from "../search-index.ts";
import type { Library } from "../library.ts";
import { applyMigration, MIGRATIONS } from "./migrations.ts";
import { open } from "./open.ts";

let folder: string;
let path: string;
const opened: Backend[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mediasearch-vector-"));
  path = join(folder, "library.sqlite");
});
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
  rmSync(folder, { recursive: true, force: true });
});
const openHere = async (): Promise<Backend> => {
  const backend = await open({ path, create: true });
  opened.push(backend);
  return backend;
};
const look = <T>(read: (db: Database) => T): T => {
  const db = new Sqlite(path);
  try {
    return read(db);
  } finally {
    db.close();
  }
};

const DIMENSIONS = 96;
const MODEL: EmbeddingModel = { embedder: "test@1", dimensions: DIMENSIONS };
let state = 1;
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
const centres = Array.from({ length: 20 }, () => Array.from({ length: DIMENSIONS }, normal));
/**
 * Around one of twenty centres, as real embeddings gather by topic, and of different lengths, as
 * vectors in context are.
 */
function clustered(): Float32Array {
  const centre = centres[Math.floor(random() * centres.length)] ?? [];
  const values = centre.map((value) => value + 0.7 * normal());
  const length = Math.hypot(...values) / (0.6 + 0.4 * random());
  return Float32Array.from(values, (value) => value / length);
}

function version(
  id: string,
  segments: number,
  more: Partial<AssetVersion> = {},
  speaker: (index: number) => string | null = () => null,
): AssetVersion {
  return {
    id,
    sizeBytes: 1,
    mtimeMs: 1,
    fingerprint: id,
    sidecarKey: "",
    origin: "asr",
    engine: "e",
    language: "en",
    durationMs: 1000,
    segments: Array.from({ length: segments }, (_, index) => ({
      index,
      startMs: index,
      endMs: index + 1,
      text: `${id} ${index}`,
      speaker: speaker(index),
      confidence: 1,
      vector: clustered(),
    })),
    ...more,
  };
}

/** What a store must answer, out of the vectors that it gives back. */
async function exact(
  library: Library,
  query: Float32Array,
  matches: (id: string, speaker: string | null) => boolean,
  limit: number,
): Promise<string[]> {
  const all: { text: string; score: number }[] = [];
  for await (const { id, state: assetState } of library.catalog.list()) {
    if (assetState === "deleted") continue;
    for await (const { text, speaker, vector } of library.versions.read(id))
      if (vector && matches(id, speaker))
        all.push({
          text,
          score: vector.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0),
        });
  }
  return all
    .toSorted((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ text }) => text);
}
const texts = (hits: readonly Hit[]): string[] => hits.map(({ segment }) => segment.text);

/** Where an answer is not what comparing every vector gives. */
async function differences(
  library: Library,
  filter: SearchFilter = {},
  matches: (id: string, speaker: string | null) => boolean = () => true,
): Promise<string[]> {
  const query = clustered();
  const [found, nearest] = [
    texts(await library.searchIndex.searchVector(query, filter, 10)),
    await exact(library, query, matches, 10),
  ];
  return Array.from({ length: Math.max(found.length, nearest.length) }, (_, i) =>
    found[i] === nearest[i] ? "" : `${found[i]} for ${nearest[i]}`,
  ).filter((one) => one !== "");
}
const faults = async (backend: Backend): Promise<string[]> => {
  const failed: string[] = [];
  for await (const { check, status } of backend.check()) if (status !== "ok") failed.push(check);
  return failed;
};

describe("search by meaning in a library file", () => {
  it("gives what comparing every vector gives, first and again, whatever was replaced, removed, moved, copied, hidden or purged in between", async () => {
    const backend = await openHere();
    const { library } = backend;
    for (let n = 0; n < 12; n++)
      await library.versions.commit(version(`/${n}`, 20 + Math.floor(random() * 400)), MODEL);
    await library.versions.commit(version("/long", 2500), MODEL);
    const place = (id: string) => ({ id, sizeBytes: 1, mtimeMs: 1, sidecarKey: "" });
    const changes: readonly (() => Promise<unknown>)[] = [
      async () => {},
      () => library.versions.commit(version("/3", 300, { fingerprint: "again" }), MODEL),
      () => library.catalog.remove("/5"),
      () => library.versions.move("/6", place("/moved")),
      () => library.versions.copy("/long", place("/copy")),
      () => library.catalog.markDeleted(["/7", "/8", "/long"]),
      () => library.catalog.restore(place("/7")),
      () => library.archive.purge(Date.now() + 1000),
      () =>
        library.versions.commit(
          version("/partial", 40, {
            segments: version("/partial", 40).segments.map((segment) =>
              segment.index % 3 === 0 ? { ...segment, vector: null } : segment,
            ),
          }),
          MODEL,
        ),
      () =>
        library.embeddings.rebuild(
          { embedder: "test@2", dimensions: DIMENSIONS },
          async (segments) => segments.map(clustered),
        ),
    ];
    for (const change of changes) {
      await change();
      for (let n = 0; n < 3; n++) expect(await differences(library)).toEqual([]);
    }
    expect(await faults(backend)).toEqual([]);
  });

  it("sees what another process changed", async () => {
    const [{ library }, other] = [await openHere(), await openHere()];
    await library.versions.commit(version("/a", 1500), MODEL);
    for (let n = 0; n < 3; n++) expect(await differences(library)).toEqual([]);
    await other.library.catalog.remove("/a");
    await other.library.versions.commit(version("/b", 1300), MODEL);
    for (let n = 0; n < 3; n++) expect(await differences(library)).toEqual([]);
  });

  it("fills the limit when nearly everything is hidden, or said by others", async () => {
    const { library } = await openHere();
    for (let n = 0; n < 40; n++)
      await library.versions.commit(
        version(`/${n}`, 50, {}, (index) => (n % 2 === 0 && index % 25 === 3 ? "Ann Lee" : "Tom")),
        MODEL,
      );
    expect(
      await differences(library, { speaker: "ann" }, (_, speaker) => speaker === "Ann Lee"),
    ).toEqual([]);
    expect(
      await differences(library, { speaker: "tom" }, (_, speaker) => speaker === "Tom"),
    ).toEqual([]);
    expect(
      await differences(
        library,
        { assets: new Set(["/3", "/4"]) },
        (id) => id === "/3" || id === "/4",
      ),
    ).toEqual([]);
    expect(
      await differences(
        library,
        { assets: new Set(["/3", "/4"]), speaker: "lee" },
        (id, speaker) => id === "/4" && speaker === "Ann Lee",
      ),
    ).toEqual([]);
    await library.catalog.markDeleted(Array.from({ length: 39 }, (_, n) => `/${n}`));
    expect(await differences(library)).toEqual([]);
    expect(
      await differences(library, { speaker: "ann" }, (_, speaker) => speaker === "Ann Lee"),
    ).toEqual([]);
  });

  it("finds nothing near a query without a direction, and does not fail", async () => {
    const { library } = await openHere();
    await library.versions.commit(version("/a", 5), MODEL);
    expect(
      (await library.searchIndex.searchVector(new Float32Array(DIMENSIONS), {}, 10)).map(
        ({ score }) => score,
      ),
    ).toEqual([0, 0, 0, 0, 0]);
    expect(await library.searchIndex.searchVector(clustered(), {}, 0)).toEqual([]);
  });
});

describe("the codes in a library file", () => {
  const sizes = () =>
    look((db) => ({
      blocks: db.prepare("SELECT count(*) FROM vector_blocks").pluck().get() as number,
      codeBytes: db
        .prepare("SELECT coalesce(sum(length(codes)), 0) FROM vector_codes")
        .pluck()
        .get() as number,
      usedPages:
        (db.pragma("page_count", { simple: true }) as number) -
        (db.pragma("freelist_count", { simple: true }) as number),
    }));

  it("shrink with what is deleted: no dead weight stays behind in what is kept or read", async () => {
    const backend = await openHere();
    for (let n = 0; n < 100; n++)
      await backend.library.versions.commit(version(`/${n}`, 100), MODEL);
    const before = sizes();
    for (let n = 0; n < 100; n++) if (n % 10 !== 0) await backend.library.catalog.remove(`/${n}`);
    const after = sizes();
    expect(after.codeBytes).toBeLessThan(before.codeBytes * 0.134);
    expect(after.usedPages).toBeLessThan(before.usedPages * 0.2);
    expect(await faults(backend)).toEqual([]);
    expect(await differences(backend.library)).toEqual([]);
    await backend.library.catalog.remove("/0");
    for (let n = 10; n < 100; n += 10) await backend.library.catalog.remove(`/${n}`);
    expect(sizes()).toMatchObject({ blocks: 0, codeBytes: 0 });
  });

  it("shrink at once when everything deleted is purged", async () => {
    const backend = await openHere();
    for (let n = 0; n < 60; n++)
      await backend.library.versions.commit(version(`/${n}`, 120), MODEL);
    const before = sizes();
    await backend.library.catalog.markDeleted(Array.from({ length: 54 }, (_, n) => `/${n}`));
    await backend.library.archive.purge(Date.now() + 1000);
    expect(sizes().codeBytes).toBeLessThan(before.codeBytes * 0.134);
    expect(await faults(backend)).toEqual([]);
  });

  it("of many small files are joined into few blocks, each row written again a few times only", async () => {
    const backend = await openHere();
    for (let n = 0; n < 350; n++) await backend.library.versions.commit(version(`/${n}`, 3), MODEL);
    expect(sizes().blocks).toBeLessThan(35);
    // Numbers are never given twice, so the last one tells how many blocks were written in all.
    expect(
      look(
        (db) =>
          db
            .prepare("SELECT seq FROM sqlite_sequence WHERE name = 'vector_blocks'")
            .pluck()
            .get() as number,
      ),
    ).toBeLessThan(350 * 1.2);
    expect(await faults(backend)).toEqual([]);
    expect(await differences(backend.library)).toEqual([]);
  });

  it("are made of the vectors of a library of an older schema, once, with nothing lost", async () => {
    look((db) =>
      db.transaction(() => {
        for (const step of MIGRATIONS.slice(0, 2)) applyMigration(db, step);
        db.pragma("user_version = 2");
        db.pragma(`application_id = ${0x6d737263}`);
        db.prepare("INSERT INTO meta VALUES ('embedder', ?)").run(JSON.stringify(MODEL));
        for (let file = 1; file <= 3; file++) {
          db.prepare(
            "INSERT INTO assets (id, path, size_bytes, mtime_ms, state) VALUES (?, ?, 1, 1, 'partial')",
          ).run(file, `/${file}`);
          db.prepare(
            "INSERT INTO versions VALUES (?, ?, 'f', 'asr', 'e', 'en', 1, 700, '[]', 1)",
          ).run(file, file);
          for (let n = 0; n < 700; n++) {
            const { lastInsertRowid } = db
              .prepare(
                "INSERT INTO segments (version_id, position, start_ms, end_ms, text) VALUES (?, ?, 0, 1, ?)",
              )
              .run(file, n, `/${file} ${n}`);
            if (n % 7 !== 6)
              db.prepare("INSERT INTO vectors VALUES (?, ?)").run(
                lastInsertRowid,
                Buffer.from(clustered().buffer),
              );
          }
        }
      })(),
    );
    const [backend, again] = [await openHere(), await openHere()];
    expect(backend.schema()).toEqual({ current: MIGRATIONS.length, newest: MIGRATIONS.length });
    expect(sizes().blocks).toBe(2);
    expect(await backend.library.catalog.counts()).toMatchObject({ segments: 2100, vectors: 1800 });
    expect(await faults(backend)).toEqual([]);
    expect(await differences(backend.library)).toEqual([]);
    expect(await differences(again.library)).toEqual([]);
  });

  it.each([
    [
      "of a program of another schema",
      "UPDATE vector_codes SET codes = zeroblob(4 * length(codes)) WHERE block_id = 1",
    ],
    ["cut off", "UPDATE vector_codes SET codes = substr(codes, 1, 100)"],
    ["gone", "DELETE FROM vector_codes WHERE block_id = 2"],
    ["counted beyond any block", "UPDATE vector_blocks SET row_count = 1 << 40 WHERE id = 2"],
  ])("that are %s are made of the vectors by searches, and joined by commits", async (_, harm) => {
    const backend = await openHere();
    // More than are weighed by their vectors in any case.
    for (let n = 0; n < 3; n++)
      await backend.library.versions.commit(version(`/${n}`, 1500), MODEL);
    look((db) => db.exec(harm));
    const again = await openHere();
    for (const { library } of [backend, again])
      for (let time = 0; time < 3; time++) expect(await differences(library)).toEqual([]);
    expect(await faults(backend)).toEqual(["vectors"]);
    // Blocks that lose much are written again.
    for (let n = 0; n < 3; n++)
      await backend.library.versions.commit(
        version(`/${n}`, 1500, { segments: version(`/${n}`, 1500).segments.slice(0, 1000) }),
        MODEL,
      );
    expect(await differences(backend.library)).toEqual([]);
    if (backend.medium.kind === "file") await backend.medium.repair();
    expect(await faults(backend)).toEqual([]);
    expect(await differences(backend.library)).toEqual([]);
  });

  it("of a part of a block stay true when the block is written again out of its vectors", async () => {
    const backend = await openHere();
    for (let n = 0; n < 7; n++) await backend.library.versions.commit(version(`/${n}`, 100), MODEL);
    look((db) => db.exec("UPDATE vector_codes SET codes = zeroblob(4 * length(codes))"));
    // The eighth block of one size: all are joined.
    await backend.library.versions.commit(version("/7", 100), MODEL);
    expect(sizes().blocks).toBe(1);
    expect(await faults(backend)).toEqual([]);
    expect(await differences(backend.library)).toEqual([]);
  });

  it.each([
    [
      "a code that is not its vector's",
      "UPDATE vector_codes SET codes = zeroblob(length(codes)) WHERE block_id = 1",
    ],
    [
      "a block that is cut off",
      "UPDATE vector_codes SET codes = substr(codes, 1, length(codes) - 1) WHERE block_id = 1",
    ],
    [
      "rows that are nobody's any more but counted",
      "UPDATE vector_blocks SET live_count = live_count - 1",
    ],
    ["a version whose vectors have no codes", "DELETE FROM vector_parts WHERE version_id = 2"],
    [
      "two versions in the same rows",
      "UPDATE vector_parts SET row_count = row_count + 1 WHERE version_id = 1; UPDATE vector_blocks SET live_count = live_count + 1 WHERE id = 1",
    ],
    ["a vector that is gone", "DELETE FROM vectors WHERE segment_id = 3"],
  ])("are held against the vectors by check: %s is told", async (_, harm) => {
    const backend = await openHere();
    await backend.library.versions.commit(version("/a", 300), MODEL);
    await backend.library.versions.commit(version("/b", 300), MODEL);
    expect(await faults(backend)).toEqual([]);
    look((db) => db.exec(harm));
    expect(await faults(backend)).toContain("vectors");
    if (backend.medium.kind === "file") await backend.medium.repair();
    expect(await faults(backend)).toEqual([]);
  });
});
