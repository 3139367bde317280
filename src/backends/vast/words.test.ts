import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { spawnEmulator, type Spawned } from "../../../emulator/spawn.ts";
import { libraryOn } from "../../../test/vast/emulator.ts";
import type { Segment } from "../../types.ts";
import type { Backend } from "../backend.ts";
import { version } from "../library-case.contract.ts";
import { createDatabase, type Database, type TableRow } from "./database.ts";
import { open } from "./open.ts";
import { assetsWithoutWords } from "./repair.ts";
import { TABLES, WORDS } from "./tables.ts";
import { connectClient } from "./wire/client.ts";
import { equal } from "./wire/predicate.ts";
import type { Value } from "./wire/values.ts";
import { COLUMN_PLACES, wordRows } from "./words.ts";

const MODEL = { embedder: "test@1", dimensions: 4 };

const segment = (index: number, text: string, speaker: string | null = null): Segment => ({
  index,
  startMs: 0,
  endMs: 1,
  text,
  speaker,
  confidence: null,
});

describe("the rows of the words of a version", () => {
  it("have a segment, a place and a length for each occurrence, by stem", () => {
    const rows = wordRows("v", [
      segment(1, "votes: the vote"),
      segment(0, "they voted", "Ann Vote"),
      segment(2, ""),
    ]);
    const of = (stem: string): TableRow | undefined => rows.find((row) => row["stem"] === stem);
    expect(of("vote")).toEqual({
      stem: "vote",
      version_id: "v",
      segments: 2,
      tokens: 4n,
      positions: [0, 0, 1, 1],
      places: [1, COLUMN_PLACES + 1, 0, 2],
      lengths: [4, 4, 3, 3],
    });
    expect(of("")).toMatchObject({ segments: 3, tokens: 7n, positions: [] });
    expect(rows.map((row) => row["stem"])).toEqual(["", "thei", "vote", "ann", "the"]);
  });

  it("are split where a cell would be too long, and count each segment once", () => {
    const rows = wordRows(
      "v",
      Array.from({ length: 5 }, (_, index) => segment(index, "tick ".repeat(8000))),
    ).filter(({ stem }) => stem === "tick");
    expect(rows.map(({ positions }) => (positions as readonly number[]).length)).toEqual([
      16_384, 16_384, 7232,
    ]);
    expect(rows.map(({ segments }) => segments)).toEqual([3, 2, 0]);
    expect(rows.flatMap(({ positions }) => positions)).toHaveLength(40_000);
  });
});

describe("the words of a library", () => {
  let emulator: Spawned;
  beforeAll(async () => {
    emulator = await spawnEmulator();
  });
  afterAll(() => emulator.stop());

  it("are those of the versions that can answer searches, whatever becomes of files", async () => {
    const { backend, database } = await newLibrary(emulator);
    const { session } = database.client;
    const { versions, catalog, archive, embeddings } = backend.library;
    const place = { sizeBytes: 1, mtimeMs: 1, sidecarKey: "" };

    expect(await indexed(database)).toEqual([]);
    await versions.commit(version("/a", [{ text: "alpha" }, { text: "beta" }]), MODEL);
    await versions.commit(version("/b", []), MODEL);
    expect(await indexed(database)).toEqual(["/a alpha beta", "/b"]);
    await versions.commit(version("/a", [{ text: "gamma" }], { fingerprint: "f2" }), MODEL);
    await versions.copy("/a", { id: "/c", ...place });
    await versions.move("/c", { id: "/d", ...place });
    expect(await indexed(database)).toEqual(["/a gamma", "/b", "/d gamma"]);
    const rows = await database.rows(session, WORDS, []);
    expect(new Set(rows.map((row) => row["version_id"])).size).toBe(3);
    await catalog.markDeleted(["/a"]);
    await catalog.remove("/b");
    await archive.purge(Date.now() + 1000);
    expect(await indexed(database)).toEqual(["/d gamma"]);
    await embeddings.rebuild({ embedder: "other@1", dimensions: 2 }, async (segments) =>
      segments.map(() => Float32Array.of(1, 0)),
    );
    expect(await indexed(database)).toEqual(["/d gamma"]);
    expect(await database.rows(session, WORDS, [])).toHaveLength(2);
  });

  it("are completed where an earlier program wrote without them, and swept where it deleted", async () => {
    const { backend, database } = await newLibrary(emulator);
    const { medium, library } = backend;
    if (medium.kind !== "service") throw new Error("a cluster is a service");
    const remove = (versionId: Value): Promise<void> =>
      database.write({ action: "test" }, [], async (tx) =>
        database.drop(
          tx,
          WORDS,
          await database.find(tx, WORDS, [equal("version_id", String(versionId))]),
        ),
      );
    expect(await medium.repair()).toEqual([]);
    for (const [id, text] of Object.entries({ "/a": "alpha", "/b": "beta", "/c": "gamma" }))
      await library.versions.commit(version(id, [{ text }]), MODEL);
    const rows = await database.rows(database.client.session, TABLES.assets, []);
    for (const row of rows) if (row["asset_id"] !== "/b") await remove(row["version_id"]);
    await database.write({ action: "test" }, [], (tx) =>
      database.add(tx, WORDS, [
        { stem: "", version_id: "gone", segments: 1, tokens: 1n },
        { stem: "old", version_id: "gone", segments: 1, tokens: 1n },
      ]),
    );
    expect(await indexed(database)).toEqual(["/b beta"]);
    expect((await assetsWithoutWords(database)).length).toBe(2);
    expect(await medium.repair()).toEqual([
      "put the words of 2 files into the table of words",
      "deleted what 1 version left in it",
    ]);
    expect(await indexed(database)).toEqual(["/a alpha", "/b beta", "/c gamma"]);
    expect(await database.rows(database.client.session, WORDS, [])).toHaveLength(6);
    expect(await medium.repair()).toEqual([]);
  });
});

/** A library, and its tables by another connection. */
async function newLibrary(
  emulator: Spawned,
): Promise<{ readonly backend: Backend; readonly database: Database }> {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-words-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const options = libraryOn(emulator, folder);
  const backend = await open(options, true);
  onTestFinished(() => backend.close());
  const client = await connectClient(options);
  onTestFinished(() => client.close());
  return { backend, database: createDatabase(client, options.bucket, options.schema) };
}

/** The files that the index of words names, with the stems of each. */
async function indexed(database: Database): Promise<readonly string[]> {
  const { session } = database.client;
  const assets = await database.rows(session, TABLES.assets, []);
  const rows = await database.rows(session, WORDS, []).catch(() => []);
  return assets
    .map(({ asset_id: id, version_id: versionId }) => {
      const own = rows.filter((row) => row["version_id"] === versionId);
      const stems = own.map(({ stem }) => String(stem)).toSorted();
      return own.length === 0 ? "" : [id, ...stems.filter((stem) => stem !== "")].join(" ");
    })
    .filter((line) => line !== "")
    .toSorted();
}
