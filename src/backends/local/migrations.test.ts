import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { markOfThisProcess } from "../../process-mark.ts";
import { encodeMark } from "../lease.ts";
import { canonicaliseLanguages } from "./canonical-languages.ts";
import { defineFunctions } from "./filter.ts";
import { inflectOlderVersions } from "./inflections.ts";
import { LIVE_INDEX_SCHEMA } from "./live-index.ts";
import { APPLICATION_ID, applyMigration, backupPath, MIGRATIONS } from "./migrations.ts";
import { open } from "./open.ts";
import { takeProcessLock } from "./process-lock.ts";
import { renewSideTexts } from "./side-texts.ts";
import { writeCodes } from "./vector-blocks.ts";

/**
 * A library as schema n wrote it, with what that schema knew: released steps are never changed, so
 * they are the fixture.
 */
function libraryOf(schema: number): string {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-schema-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "library.sqlite");
  const db = new Sqlite(path);
  defineFunctions(db);
  for (const step of MIGRATIONS.slice(0, schema)) applyMigration(db, step);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${schema}`);
  db.exec(`
    INSERT INTO meta VALUES ('embedder', '{"embedder":"m@1","dimensions":4}');
    INSERT INTO assets (path, size_bytes, mtime_ms, captions_stat, state, error) VALUES ('/a.mp3', 11, 22, 'c', 'indexed', NULL), ('/b.mp3', 1, 2, '', 'failed', 'no sound'), ('/c.mp3', 1, 2, '', 'registered', NULL);
    INSERT INTO versions (asset_id, fingerprint, origin, engine, language, duration_ms, segment_count, speakers, indexed_at_ms) VALUES (1, 'f', 'asr', 'e@1', 'en', 9000, 3, '["Ann"]', 5);
    INSERT INTO segments (version_id, position, start_ms, end_ms, text, speaker, confidence) VALUES (1, 0, 0, 900, 'a walrus', 'Ann', 0.5), (1, 1, 900, 1200, 'the harbour', NULL, NULL), (1, 2, 1200, 1300, '図書館の本', NULL, 1)`);
  const vectors = db.prepare("INSERT INTO vectors (segment_id, vector) VALUES (?, ?)");
  [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 0.6, 0.8],
  ].forEach((vector, i) => vectors.run(i + 1, Buffer.from(Float32Array.from(vector).buffer)));
  if (schema >= 4) writeCodes(db, 4);
  if (schema >= 2)
    db.exec(
      `INSERT INTO jobs VALUES ('/b.mp3', '{"id":"/b.mp3","state":"NEEDS_MEDIA_FIX","code":"UNREADABLE_MEDIA","reason":"no sound","hint":null,"attempts":1,"log":[],"engine":"local","stat":"s","updatedAtMs":1}')`,
    );
  db.close();
  return path;
}

async function everything(path: string): Promise<unknown> {
  const { library, jobs, check, close } = await open({ path, create: false });
  const assets = [];
  for await (const asset of library.catalog.list()) assets.push(asset);
  const segments = [];
  for await (const segment of library.versions.read("/a.mp3"))
    segments.push({ ...segment, vector: [...(segment.vector ?? [])].map((x) => x.toFixed(4)) });
  const found = async (term: string): Promise<number[]> =>
    (await library.searchIndex.searchText({ terms: [term] }, {}, 9)).map(
      ({ segment }) => segment.index,
    );
  const words = {
    walrus: await found("walrus"),
    harbour: await found("harbours"),
    ann: await found("ann"),
  };
  const near = (
    await library.searchIndex.searchVector(Float32Array.of(0, 0.1, 0.6, 0.8), {}, 3)
  ).map(({ segment }) => segment.index);
  const findings = [];
  for await (const { status, found } of check({ deep: true }))
    if (status !== "ok") findings.push(found);
  const jobCount = (await jobs.list()).length;
  await close();
  return { assets, segments, words, near, findings, jobs: jobCount };
}

describe("a library of an earlier schema", () => {
  for (let schema = 1; schema < MIGRATIONS.length; schema++)
    it(`${schema} is brought to the newest with everything that it holds, once, and a copy of it as it was stays`, async () => {
      const path = libraryOf(schema);
      const first = await everything(path);
      expect(first).toMatchObject({
        words: { walrus: [0], harbour: [1], ann: [0] },
        near: [2, 1, 0],
        findings: [],
        jobs: schema >= 2 ? 1 : 0,
        assets: [
          {
            id: "/a.mp3",
            state: "indexed",
            sizeBytes: 11,
            mtimeMs: 22,
            sidecarKey: "c",
            fingerprint: "f",
            segmentCount: 3,
            speakers: ["Ann"],
            indexedAtMs: 5,
            recordedAtMs: null,
          },
          { id: "/b.mp3", state: "failed", error: "no sound" },
          { id: "/c.mp3", state: "registered" },
        ],
        segments: [
          {
            text: "a walrus",
            speaker: "Ann",
            confidence: 0.5,
            vector: ["1.0000", "0.0000", "0.0000", "0.0000"],
          },
          { text: "the harbour", confidence: null },
          { text: "図書館の本", confidence: 1, vector: ["0.0000", "0.0000", "0.6000", "0.8000"] },
        ],
      });
      const copy = backupPath(path, schema);
      expect(statSync(copy).mode & 0o777).toBe(0o600);
      const old = new Sqlite(copy, { readonly: true });
      expect([
        old.pragma("user_version", { simple: true }),
        old.prepare("SELECT count(*) FROM segments").pluck().get(),
      ]).toEqual([schema, 3]);
      old.close();
      expect(await everything(path)).toEqual(first);
    });

  it("finds words however they are written, and what was removed no more", async () => {
    const path = libraryOf(MIGRATIONS.indexOf(renewSideTexts));
    const db = new Sqlite(path);
    db.prepare(
      "INSERT INTO segments (version_id, position, start_ms, end_ms, text, speaker) VALUES (1, 3, 1300, 1400, 'Die Straße, 図書館', 'Pat O''Brien')",
    ).run();
    db.exec("UPDATE versions SET segment_count = 4");
    db.close();
    const { library, check, close } = await open({ path, create: false });
    for (const term of ["strasse", "straße", "obrien", "図書"])
      expect(
        (await library.searchIndex.searchText({ terms: [term] }, {}, 9)).map(
          ({ segment }) => segment.index,
        ),
        term,
      ).toContain(3);
    const findings = [];
    for await (const { status, found } of check({ deep: true }))
      if (status !== "ok" && !found.includes("vector")) findings.push(found);
    expect(findings).toEqual([]);
    await library.catalog.remove("/a.mp3");
    expect(await library.searchIndex.searchText({ terms: ["strasse", "obrien"] }, {}, 9)).toEqual(
      [],
    );
    await close();
  });

  it("has its languages in canonical form, and what is no tag as it was", async () => {
    for (const [written, canonical] of [
      ["eng", "en"],
      ["en-gb", "en-GB"],
      ["und", "und"],
      ["not a tag", "not a tag"],
    ] as const) {
      const path = libraryOf(MIGRATIONS.indexOf(canonicaliseLanguages));
      const db = new Sqlite(path);
      db.prepare("UPDATE versions SET language = ?").run(written);
      db.close();
      const { library, close } = await open({ path, create: false });
      expect((await library.catalog.get("/a.mp3"))?.language).toBe(canonical);
      await close();
    }
  });

  it("weighs words by the files that answer, and those that come back", async () => {
    const path = libraryOf(MIGRATIONS.indexOf(LIVE_INDEX_SCHEMA));
    const db = new Sqlite(path);
    db.exec(`
      INSERT INTO assets (path, size_bytes, mtime_ms, captions_stat, state, deleted_at_ms) VALUES ('/gone.mp3', 1, 2, '', 'indexed', 77);
      INSERT INTO versions (asset_id, fingerprint, origin, engine, language, duration_ms, segment_count, speakers, indexed_at_ms)
        VALUES ((SELECT id FROM assets WHERE path = '/gone.mp3'), 'g', 'asr', 'e@1', 'en', 9000, 2, '[]', 5);
      INSERT INTO segments (version_id, position, start_ms, end_ms, text) SELECT id, 0, 0, 9, 'a walrus again' FROM versions WHERE fingerprint = 'g';
      INSERT INTO segments (version_id, position, start_ms, end_ms, text) SELECT id, 1, 0, 9, 'an octopus' FROM versions WHERE fingerprint = 'g'`);
    db.close();
    const { library, check, close } = await open({ path, create: false });
    const weigh = () => library.searchIndex.termWeights(["walrus", "octopus"]);
    const of = (all: number, count: number): number =>
      Math.log((all - count + 0.5) / (count + 0.5));
    expect(await weigh()).toEqual([of(3, 1), of(3, 0)]);
    const place = { id: "/gone.mp3", sizeBytes: 1, mtimeMs: 2, sidecarKey: "" };
    await library.catalog.restore(place);
    expect(await weigh()).toEqual([of(5, 2), of(5, 1)]);
    await library.catalog.remove("/gone.mp3");
    expect(await weigh()).toEqual([of(3, 1), of(3, 0)]);
    const findings = new Map<string, string>();
    for await (const { check: name, status } of check({ deep: true })) findings.set(name, status);
    expect(findings.get("keywords")).toBe("ok");
    await close();
  });

  it("finds inflections of its languages, in files that come back too", async () => {
    const path = libraryOf(MIGRATIONS.indexOf(inflectOlderVersions));
    const db = new Sqlite(path);
    db.exec(`
      INSERT INTO assets (path, size_bytes, mtime_ms, captions_stat, state, deleted_at_ms) VALUES ('/de.mp3', 1, 2, '', 'indexed', NULL), ('/gone.mp3', 1, 2, '', 'indexed', 77);
      INSERT INTO versions (asset_id, fingerprint, origin, engine, language, duration_ms, segment_count, speakers, indexed_at_ms)
        SELECT id, path, 'asr', 'e@1', 'de-AT', 9000, 1, '[]', 5 FROM assets WHERE path IN ('/de.mp3', '/gone.mp3');
      INSERT INTO segments (version_id, position, start_ms, end_ms, text) SELECT id, 0, 0, 9, 'viele Häuser' FROM versions WHERE language = 'de-AT'`);
    db.close();
    const { library, check, close } = await open({ path, create: false });
    const found = async (): Promise<string[]> =>
      (await library.searchIndex.searchText({ terms: ["haus"] }, {}, 9)).map(({ asset }) => asset);
    expect(await found()).toEqual(["/de.mp3"]);
    expect(await library.searchIndex.inflectedLanguages()).toEqual(["de"]);
    await library.catalog.restore({
      id: "/gone.mp3",
      sizeBytes: 1,
      mtimeMs: 2,
      sidecarKey: "",
    });
    expect(await found()).toEqual(["/de.mp3", "/gone.mp3"]);
    const findings = new Map<string, string>();
    for await (const { check: name, status } of check({ deep: true })) findings.set(name, status);
    expect(findings.get("keywords")).toBe("ok");
    await close();
  });

  it("is brought up once when two processes open it at the same moment", async () => {
    const path = libraryOf(1);
    const script = `const { open } = await import(${JSON.stringify(new URL("./open.ts", import.meta.url).href)}); const { close, schema } = await open({ path: process.argv[1], create: false }); console.log(schema().current); await close();`;
    const run = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", script, path], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        let text = "";
        child.stdout.on("data", (chunk) => {
          text += String(chunk);
        });
        child.on("error", reject).on("close", () => resolve(text.trim()));
      });
    expect(await Promise.all([run(), run(), run()])).toEqual(
      Array.from({ length: 3 }, () => String(MIGRATIONS.length)),
    );
    expect(readdirSync(join(path, "..")).filter((name) => name.includes("backup"))).toEqual([
      "library.sqlite.schema-1.backup",
    ]);
    expect(await everything(path)).toMatchObject({ near: [2, 1, 0], findings: [] });
  });

  describe("that a run has", () => {
    const schema = MIGRATIONS.length - 1;
    const noteRun = (path: string, pid: number, note: string | null): void => {
      const db = new Sqlite(path);
      db.prepare(
        "INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms, summary) VALUES (?, ?, ?, ?, ?)",
      ).run(pid, hostname(), Date.now(), Date.now(), note);
      db.close();
    };
    const lockNote = encodeMark({ pid: 0, host: "", mark: markOfThisProcess() }, true);

    it("stays as it is, at once, until the run has ended", async () => {
      const path = libraryOf(schema);
      noteRun(path, process.pid, null);
      const before = readFileSync(path);
      const refused = await open({ path, create: false }).catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: "STORE_BUSY",
        message: expect.stringContaining(`process ${process.pid} on`) as string,
        hint: expect.stringContaining("run the same command again") as string,
      });
      // A lock of SQLite is waited for; this is not.
      expect((refused as Error).cause).toBeUndefined();
      expect(readFileSync(path)).toEqual(before);
      expect(existsSync(backupPath(path, schema))).toBe(false);
      const db = new Sqlite(path);
      db.exec("UPDATE runs SET ended_at_ms = 1");
      db.close();
      expect(await everything(path)).toMatchObject({ near: [2, 1, 0], findings: [] });
    });

    it("is brought up when the run's process is dead", async () => {
      const path = libraryOf(schema);
      noteRun(path, 4_194_305, null);
      expect(await everything(path)).toMatchObject({ near: [2, 1, 0], findings: [] });
    });

    it("is brought up when it is a copy: the run has its lock elsewhere", async () => {
      const path = libraryOf(schema);
      noteRun(path, process.pid, lockNote);
      const db = new Sqlite(path);
      const lock = takeProcessLock(db, path);
      await expect(open({ path, create: false })).rejects.toMatchObject({ code: "STORE_BUSY" });
      if (typeof lock === "object") lock.release();
      db.close();
      expect(await everything(path)).toMatchObject({ near: [2, 1, 0], findings: [] });
    });
  });

  it("takes nothing more from a process that had it open before a newer one came", async () => {
    const path = libraryOf(MIGRATIONS.length);
    const { library, runLock, close } = await open({ path, create: false });
    const db = new Sqlite(path);
    db.pragma(`user_version = ${MIGRATIONS.length + 1}`);
    db.close();
    for (const change of [
      library.catalog.remove("/a.mp3"),
      runLock.acquire({ pid: process.pid, host: hostname() }),
      library.embeddings.rebuild({ embedder: "m@2", dimensions: 2 }, async (segments) =>
        segments.map(() => Float32Array.of(1, 0)),
      ),
    ])
      await expect(change).rejects.toMatchObject({
        code: "SCHEMA_MISMATCH",
        hint: expect.stringContaining("end this process") as string,
      });
    expect(await library.catalog.get("/a.mp3")).toMatchObject({ state: "indexed" });
    await close();
  });

  it("stays as it is when no copy of it can be made", async () => {
    const path = libraryOf(1);
    const { symlinkSync } = await import("node:fs");
    // Somebody put a link to nowhere in the place of the copy.
    symlinkSync(join(path, "nowhere"), backupPath(path, 1));
    await expect(open({ path, create: false })).rejects.toMatchObject({ name: "MediasearchError" });
    const db = new Sqlite(path, { readonly: true });
    expect(db.pragma("user_version", { simple: true })).toBe(1);
    db.close();
    expect(existsSync(backupPath(path, 1))).toBe(false);
  });
});
