import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, afterEach, describe, expect, it } from "vitest";
import type { AssetVersion } from "../versions.ts";
import type { Backend } from "../backend.ts";
import { applyMigration, MIGRATIONS } from "./migrations.ts";
import { open } from "./open.ts";

let folder: string;
let path: string;
const opened: Backend[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mediasearch-local-"));
  path = join(folder, "deep", "library.sqlite");
});
afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
  rmSync(folder, { recursive: true, force: true });
});
const openHere = async (create = true): Promise<Backend> => {
  const backend = await open({ path, create });
  opened.push(backend);
  return backend;
};
const version = (id: string, text: string, segments = 1): AssetVersion => ({
  id,
  sizeBytes: 1,
  mtimeMs: 1,
  fingerprint: "f",
  sidecarKey: "",
  origin: "asr",
  engine: "e",
  language: "en",
  durationMs: 1000,
  segments: Array.from({ length: segments }, (_, index) => ({
    index,
    startMs: index,
    endMs: index + 1,
    text,
    speaker: null,
    confidence: 1,
    vector: null,
  })),
});

describe("hits by words", () => {
  it("fit together page by page, also where very many are equal", async () => {
    const { library } = await openHere();
    for (const id of ["/z", "/b", "/a"])
      await library.versions.commit(version(id, "the walrus sleeps", 300));
    const keys = async (limit: number): Promise<string[]> =>
      (await library.searchIndex.searchText({ terms: ["walrus"] }, {}, limit)).map(
        ({ asset, segment }) => `${asset} ${String(segment.index).padStart(3, "0")}`,
      );
    const all = await keys(900);
    expect(all).toEqual(all.toSorted());
    for (const limit of [1, 2, 299, 300, 301, 700, 899])
      expect(await keys(limit), String(limit)).toEqual(all.slice(0, limit));
  });
});

describe("a library file", () => {
  it("and its folder are readable by their owner only, side files too", async () => {
    const { library } = await openHere();
    await library.versions.commit(version("/a", "walrus"));
    expect(statSync(join(folder, "deep")).mode & 0o777).toBe(0o700);
    for (const name of ["library.sqlite", "library.sqlite-wal", "library.sqlite-shm"])
      expect(statSync(join(folder, "deep", name)).mode & 0o777, name).toBe(0o600);
  });

  it("keeps what was committed when it is opened again, in one file that can be copied", async () => {
    const { library, close } = await open({ path, create: true });
    await library.versions.commit(version("/a", "walrus"));
    await close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    const again = await openHere(false);
    expect((await again.library.searchIndex.searchText({ terms: ["walrus"] }, {}, 1)).length).toBe(
      1,
    );
    expect(again.schema()).toEqual({ current: MIGRATIONS.length, newest: MIGRATIONS.length });
  });

  it("is not made by a command that only reads", async () => {
    await expect(open({ path, create: false })).rejects.toMatchObject({
      code: "NO_STORE",
      hint: "mediasearch index FOLDER",
    });
    expect(existsSync(join(folder, "deep"))).toBe(false);
  });

  it("of an earlier schema is brought to the newest with everything that it holds", async () => {
    mkdirSync(join(folder, "deep"));
    const db = new Sqlite(path);
    for (const step of MIGRATIONS.slice(0, 2)) applyMigration(db, step);
    db.pragma("application_id = 1836282467");
    db.pragma("user_version = 2");
    db.exec(`INSERT INTO assets (path, size_bytes, mtime_ms, state) VALUES ('/a', 1, 2, 'partial');
      INSERT INTO versions (asset_id, fingerprint, origin, engine, language, segment_count, speakers, indexed_at_ms) VALUES (1, 'f', 'asr', 'e', 'zh', 2, '["Ann"]', 5);
      INSERT INTO segments (version_id, position, start_ms, end_ms, text, speaker) VALUES (1, 0, 0, 9, 'a walrus', 'Ann'), (1, 1, 9, 12, '我喜欢图书馆', NULL)`);
    db.close();
    const { library, check } = await openHere(false);
    const found = async (term: string) =>
      (await library.searchIndex.searchText({ terms: [term] }, {}, 9)).map(
        ({ segment }) => segment.index,
      );
    expect([
      await found("walrus"),
      await found("ann"),
      await found("图书馆"),
      (await library.catalog.get("/a"))?.recordedAtMs,
    ]).toEqual([[0], [0], [1], null]);
    for await (const { status } of check()) expect(status).toBe("ok");
    await library.catalog.remove("/a");
    expect(await found("图书馆")).toEqual([]);
    for await (const { status } of check()) expect(status).toBe("ok");
  });

  it("of a newer schema is refused and left as it is", async () => {
    const { close } = await open({ path, create: true });
    await close();
    const db = new Sqlite(path);
    db.pragma(`user_version = ${MIGRATIONS.length + 1}`);
    db.close();
    const before = readFileSync(path);
    await expect(open({ path, create: true })).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
      exitCode: 13,
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("of another program is refused and left as it is, database or not", async () => {
    mkdirSync(join(folder, "deep"));
    const db = new Sqlite(path);
    db.exec("CREATE TABLE contacts (name TEXT)");
    db.close();
    const before = readFileSync(path);
    await expect(open({ path, create: true })).rejects.toMatchObject({ code: "SCHEMA_MISMATCH" });
    expect(readFileSync(path).equals(before)).toBe(true);
    writeFileSync(path, "Dear diary, this is a letter and no database at all.\n".repeat(50));
    await expect(open({ path, create: true })).rejects.toMatchObject({ code: "SCHEMA_MISMATCH" });
    expect(readFileSync(path, "utf8")).toMatch(/^Dear diary/);
  });

  it("that is damaged is told by check", async () => {
    const { library, close } = await open({ path, create: true });
    for (let i = 0; i < 50; i++)
      await library.versions.commit(version(`/${i}`, `walrus number ${i}`, 50));
    await close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 40_000, 120_000);
    writeFileSync(path, bytes);
    const told: string[] = [];
    try {
      for await (const { status } of (await openHere(false)).check()) told.push(status);
    } catch (error) {
      told.push((error as { code: string }).code);
    }
    expect(told.join()).toMatch(/failed|SCHEMA_MISMATCH|CORRUPT/);
  });

  it("in a folder that can't be written is read, not changed, and says that it can't be written", async () => {
    const script = join(folder, "reader.ts");
    writeFileSync(
      script,
      `
      import { chmodSync } from "node:fs";
      import { open } from ${JSON.stringify(new URL("open.ts", import.meta.url).pathname)};
      const path = ${JSON.stringify(path)};
      const made = await open({ path, create: true });
      await made.library.versions.commit(${JSON.stringify(version("/a", "walrus"))});
      await made.close();
      chmodSync(${JSON.stringify(folder)}, 0o755);
      chmodSync(path, 0o444);
      chmodSync(${JSON.stringify(join(folder, "deep"))}, 0o555);
      // Root writes everywhere.
      if (process.getuid() === 0) process.setuid(65534);
      const { library, check } = await open({ path, create: false });
      const hits = await library.searchIndex.searchText({ terms: ["walrus"] }, {}, 5);
      const findings = [];
      for await (const { status } of check()) findings.push(status);
      const refused = await library.catalog.remove("/a").catch(({ code, hint }) => [code, typeof hint]);
      process.stdout.write(JSON.stringify([hits.length, new Set(findings).size, findings[0], refused]));`,
    );
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    const [answer] = await Promise.all([child.stdout.toArray(), once(child, "exit")]);
    expect(JSON.parse(Buffer.concat(answer as Buffer[]).toString())).toEqual([
      1,
      1,
      "ok",
      ["NO_SPACE", "string"],
    ]);
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  it("that is empty is no library to a command that only reads, and is left as it is", async () => {
    mkdirSync(join(folder, "deep"));
    const db = new Sqlite(path);
    db.exec("CREATE TABLE gone (x); DROP TABLE gone");
    db.close();
    const before = readFileSync(path);
    await expect(open({ path, create: false })).rejects.toMatchObject({ code: "NO_STORE" });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("whose keyword index lacks a text is told by check", async () => {
    const backend = await openHere();
    await backend.library.versions.commit(version("/a", "walrus"));
    const db = new Sqlite(path);
    db.exec(
      "INSERT INTO segments_fts (segments_fts, rowid, text, speaker) SELECT 'delete', id, text, speaker FROM segments",
    );
    db.close();
    const failed: string[] = [];
    for await (const { check, status } of backend.check())
      if (status === "failed") failed.push(check);
    expect(failed).toEqual(["keywords"]);
  });

  it("can't be a folder", async () => {
    await expect(open({ path: folder, create: true })).rejects.toMatchObject({
      code: "USAGE",
      hint: `mediasearch … --store ${join(folder, "library.sqlite")}`,
    });
  });
});

describe("several at once", () => {
  it("opening a new library at the same time is done once", async () => {
    const all = await Promise.all([1, 2, 3].map(() => openHere()));
    await Promise.all(
      all.map(({ library }, i) => library.versions.commit(version(`/${i}`, "walrus"))),
    );
    expect((await all[0]?.library.catalog.counts())?.segments).toBe(3);
  });

  it("a writer in another process is waited for, then told", async () => {
    const { library } = await openHere();
    const other = new Sqlite(path);
    other.exec("BEGIN IMMEDIATE");
    const db = new Sqlite(path, { timeout: 50 });
    expect(() => db.exec("BEGIN IMMEDIATE")).toThrow(/locked/);
    db.close();
    setTimeout(() => {
      other.exec("ROLLBACK");
      other.close();
    }, 0);
    await new Promise((done) => setTimeout(done, 20));
    await library.versions.commit(version("/a", "walrus"));
    expect((await library.catalog.counts()).segments).toBe(1);
  });

  it("a writer that goes on for too long is told as such", async () => {
    await openHere();
    const other = new Sqlite(path);
    other.exec("BEGIN IMMEDIATE");
    const backend = await open({ path, create: true }, 50);
    opened.push(backend);
    await expect(backend.library.versions.commit(version("/a", "walrus"))).rejects.toMatchObject({
      code: "STORE_BUSY",
      exitCode: 11,
    });
    other.exec("ROLLBACK");
    other.close();
    await backend.library.versions.commit(version("/a", "walrus"));
    expect((await backend.library.catalog.counts()).segments).toBe(1);
  });

  it("readers see whole versions only while another process replaces one again and again, and after kill -9", async () => {
    const { library } = await openHere();
    const script = join(folder, "writer.ts");
    writeFileSync(
      script,
      `
      import { open } from ${JSON.stringify(new URL("open.ts", import.meta.url).pathname)};
      const { library } = await open({ path: ${JSON.stringify(path)}, create: true });
      for (let n = 1; ; n++) {
        const segments = Array.from({ length: 40 }, (_, index) => ({ index, startMs: index, endMs: index + 1, text: "generation" + n, speaker: null, confidence: 1, vector: null }));
        await library.versions.commit({ id: "/a", sizeBytes: n, mtimeMs: 1, fingerprint: "f" + n, sidecarKey: "", origin: "asr", engine: "e", language: "en", durationMs: 1, segments });
        if (n === 3) process.stdout.write("going");
      }`,
    );
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const whole = async (): Promise<void> => {
      const texts = [];
      for await (const { text } of library.versions.read("/a")) texts.push(text);
      expect(texts).toHaveLength(40);
      expect(new Set(texts).size).toBe(1);
    };
    for (let i = 0; i < 20; i++) await whole();
    child.kill("SIGKILL");
    await once(child, "exit");
    await whole();
    const status = await library.catalog.get("/a");
    expect(status?.fingerprint).toBe(`f${status?.sizeBytes}`);
    for await (const { status: soundness } of (opened[0] as Backend).check())
      expect(soundness).toBe("ok");
  });
});
