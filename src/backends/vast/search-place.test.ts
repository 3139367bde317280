import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { spawnEmulator, type Spawned } from "../../../emulator/spawn.ts";
import { answerOf, differenceOf } from "../../../test/vast/compare-places.ts";
import { libraryOn } from "../../../test/vast/emulator.ts";
import { comparedQueries, fillLibrary } from "../../../test/vast/search-queries.ts";
import type { Backend } from "../backend.ts";
import { writeMediaFacts } from "../media-facts.ts";
import type { SearchView } from "../search-access.ts";
import { createDatabase, type Database } from "./database.ts";
import { open, type VastOptions } from "./open.ts";
import { titlesNotice } from "./search-place.ts";
import { areTitlesLeftOut } from "./sql/headings.ts";
import { TABLES, WORDS } from "./tables.ts";
import { connectClient } from "./wire/client.ts";
import { dropTable } from "./wire/catalog.ts";
import { equal } from "./wire/predicate.ts";

let emulator: Spawned;
beforeAll(async () => {
  emulator = await spawnEmulator();
});
afterAll(() => emulator.stop());

async function newLibrary(on = emulator): Promise<{
  readonly options: VastOptions;
  readonly openWith: (more: Partial<VastOptions>) => Promise<Backend>;
}> {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-place-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const options = libraryOn(on, folder);
  return {
    options,
    async openWith(more) {
      const backend = await open({ ...options, ...more }, true);
      onTestFinished(() => backend.close().catch(() => {}));
      return backend;
    },
  };
}

async function databaseOf(options: VastOptions): Promise<Database> {
  const client = await connectClient(options);
  onTestFinished(() => client.close());
  return createDatabase(client, options.bucket, options.schema);
}

/** As an earlier mediasearch leaves a file that it indexes. */
async function dropWordsOfOne(database: Database): Promise<void> {
  const [row] = await database.rows(database.client.session, TABLES.assets, []);
  const own = [equal("version_id", String(row?.["version_id"]))];
  await database.write({ action: "test" }, [], async (tx) =>
    database.drop(tx, WORDS, await database.find(tx, WORDS, own)),
  );
}

const view = (backend: Backend): Promise<SearchView> => {
  if (backend.searchAccess.kind !== "copy") throw new Error("no view");
  return backend.searchAccess.open({ fresh: false });
};

describe("SEARCH_ON", () => {
  it("cluster answers as the replica does, whatever the query, and keeps no copy", async () => {
    const { options, openWith } = await newLibrary();
    const onCluster = await openWith({ searchOn: "cluster" });
    await fillLibrary(onCluster, 8, 40);
    const here = await view(onCluster);
    const differences: string[] = [];
    expect(readdirSync(options.replica.folder)).toEqual([]);
    const replica = (await view(await openWith({ searchOn: "replica" }))).library;
    for (const query of comparedQueries(66)) {
      const [a, b] = await Promise.all([answerOf(replica, query), answerOf(here.library, query)]);
      const difference = differenceOf(query.mode, a, b);
      if (difference !== "") differences.push(`${query.mode} ${query.query}: ${difference}`);
    }
    expect(differences).toEqual([]);
    expect(here.notices).toEqual([]);
  }, 600_000);

  it("auto copies a small library, and lets the cluster answer for a large one and says so", async () => {
    const { options, openWith } = await newLibrary();
    const backend = await openWith({ searchOn: "auto", replicaMaxSegments: 9 });
    await fillLibrary(backend, 1, 10);
    expect((await view(backend)).notices).toEqual([
      "the cluster answers: its 10 segments are more than REPLICA_MAX_SEGMENTS (9)",
    ]);
    expect(readdirSync(options.replica.folder)).toEqual([]);
    const copying = await view(await openWith({ searchOn: "auto", replicaMaxSegments: 10 }));
    expect(copying.notices).toBeUndefined();
    expect(readdirSync(options.replica.folder)).not.toEqual([]);
  }, 120_000);

  it("cluster says which files' words are not in the table, and what to do without the table", async () => {
    const { options, openWith } = await newLibrary();
    const backend = await openWith({ searchOn: "cluster" });
    const database = await databaseOf(options);
    await fillLibrary(backend, 2, 5);
    await dropWordsOfOne(database);
    expect((await view(backend)).notices).toEqual([
      expect.stringContaining("the words of 1 file are not in the table of words"),
    ]);
    await dropTable(database.client.session, database.at(WORDS));
    await expect(view(await openWith({ searchOn: "cluster" }))).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
      hint: expect.stringContaining("mediasearch doctor --fix"),
    });
    const { medium } = await openWith({});
    if (medium.kind === "service") await medium.repair();
    expect((await view(await openWith({ searchOn: "cluster" }))).notices).toEqual([]);
  }, 120_000);

  it("cluster answers for a library without files once doctor made the table", async () => {
    const { openWith } = await newLibrary();
    const backend = await openWith({ searchOn: "cluster" });
    await expect(view(backend)).rejects.toMatchObject({ code: "SCHEMA_MISMATCH" });
    if (backend.medium.kind === "service") await backend.medium.repair();
    const { library } = await view(backend);
    expect(await library.searchIndex.searchText({ terms: ["word"] }, {}, 1)).toEqual([]);
  }, 120_000);

  it("auto keeps to the copy that is here while words are missing, and says so", async () => {
    const { options, openWith } = await newLibrary();
    const large = { searchOn: "auto", replicaMaxSegments: 9 } as const;
    const backend = await openWith(large);
    await fillLibrary(backend, 2, 5);
    await view(await openWith({ searchOn: "replica" }));
    await dropWordsOfOne(await databaseOf(options));
    expect((await view(backend)).notices).toEqual([
      expect.stringContaining("this machine's copy answers: the words of 1 file are not in"),
    ]);
    if (backend.medium.kind === "service") await backend.medium.repair();
    expect((await view(backend)).notices).toEqual([expect.stringContaining("the cluster answers")]);
  }, 120_000);

  it("auto keeps to a copy where the cluster has no SQL", async () => {
    const older = await spawnEmulator(["--version", "5.4.0.0"]);
    onTestFinished(() => older.stop());
    const { openWith } = await newLibrary(older);
    const backend = await openWith({ searchOn: "auto", replicaMaxSegments: 0 });
    await fillLibrary(backend, 1, 5);
    expect((await view(backend)).asOfMs).toEqual(expect.any(Number));
  }, 120_000);

  it.each(["auto", "cluster"] as const)(
    "%s lets a copy answer when the cluster goes away while the program runs",
    async (searchOn) => {
      const { openWith } = await newLibrary();
      await fillLibrary(await openWith({}), 1, 5);
      await view(await openWith({ searchOn: "replica" }));
      const backend = await openWith({ searchOn, timeoutMs: 1000 });
      onTestFinished(() => emulator.setFaults([]));
      await emulator.setFaults([{ kind: "drop" }]);
      const { away, library } = await view(backend);
      expect(away).toMatchObject({ code: "UNREACHABLE" });
      expect(await library.versions.findByPrefix("")).toHaveLength(1);
      if (backend.searchAccess.kind !== "copy") throw new Error("no view");
      await expect(backend.searchAccess.open({ fresh: true })).rejects.toMatchObject({
        code: "UNREACHABLE",
      });
    },
    120_000,
  );

  it("cluster says when titles are too many to take part", async () => {
    const { options, openWith } = await newLibrary();
    const { records } = await openWith({});
    const database = await databaseOf(options);
    const bounds = { recordings: 2, letters: 10_000 };
    expect(await titlesNotice(database, bounds)).toBeUndefined();
    for (const content of ["a", "b"])
      await writeMediaFacts(records, content, { title: `Talk ${content}` });
    for (let i = 0; i < 3; i++) await records.put("other", String(i), { text: "x".repeat(9000) });
    expect(await titlesNotice(database, bounds)).toBeUndefined();
    expect(await areTitlesLeftOut(database, { recordings: 9, letters: 10 })).toBe(true);
    await writeMediaFacts(records, "c", { title: "Talk c" });
    expect(await titlesNotice(database, bounds)).toContain("titles and chapters are too many");
  }, 120_000);
});
