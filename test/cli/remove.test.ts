import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { FIXTURES, found, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

let home: string;
let media: string;

const run = (...argv: readonly string[]): Promise<Result> => mediasearch(argv, { home, cwd: home });
const files = async (word: string): Promise<string[]> =>
  found(await run("search", word, "--mode", "keyword", "--json", "--limit", "50")).hits.map(
    ({ displayFile }) => displayFile,
  );
const talk = (name: string, words: string): void =>
  writeFileSync(
    join(media, name),
    `WEBVTT\n\n00:00.000 --> 00:04.000\n<v Quirinus>The bridge: ${words}.\n`,
  );

beforeEach(async () => {
  home = tempFolder();
  media = join(home, "media");
  mkdirSync(join(media, "private"), { recursive: true });
  talk("a.vtt", "aardvark");
  talk("b.vtt", "buffalo");
  talk("private/c.vtt", "cormorant");
  await run("index", media);
});

/** Everything that lies in the library's folder, as bytes. */
const bytesOnDisk = (): string =>
  readdirSync(home)
    .filter((name) => name.includes("sqlite"))
    .map((name) => readFileSync(join(home, name)).toString("latin1").toLowerCase())
    .join("");

/** The packed times of words that the library has, as `bytesOnDisk` shows them. */
async function wordTimes(): Promise<readonly string[]> {
  const { default: Sqlite } = await import("better-sqlite3");
  const db = new Sqlite(join(home, "library.sqlite"), { readonly: true });
  const values = db.prepare("SELECT value FROM records WHERE kind = 'words'").pluck().all();
  db.close();
  return values.map((value) =>
    (JSON.parse(String(value)) as { readonly words: string }).words.toLowerCase(),
  );
}

describe("what is taken out", () => {
  it("answers nothing, stays out of later runs, and comes back", async () => {
    expect((await run("remove", "a.vtt", "-n")).stdout).toBe("media/a.vtt\n");
    expect(await files("bridge")).toHaveLength(3);
    const removed = await run("remove", "a.vtt", join(media, "private"));
    expect([removed.exitCode, removed.stdout]).toEqual([0, "media/a.vtt\nmedia/private/c.vtt\n"]);
    expect(await files("bridge")).toEqual(["media/b.vtt"]);
    talk("private/d.vtt", "dormouse");
    talk("a.vtt", "aardwolf");
    const index = await run("index", media);
    expect(index.stderr).toMatch(/indexed 0 .*1 unchanged, 3 skipped/);
    expect(await files("bridge")).toEqual(["media/b.vtt"]);
    const named = join(home, "library.sqlite");
    expect((await run("remove", "b.vtt", "--store", named)).stderr).toContain(
      `1 file taken out; back: mediasearch remove --store "${named}" "b.vtt" --undo`,
    );
    expect((await run("remove", "b.vtt", "--store", named, "--undo")).exitCode).toBe(0);
    // To name a file is to want it.
    await run("index", join(media, "a.vtt"));
    expect(await files("aardwolf")).toEqual(["media/a.vtt"]);
    expect((await run("remove", join(media, "private"), "--undo")).stdout).toBe(
      "media/private/c.vtt\n",
    );
    expect(await files("cormorant")).toEqual(["media/private/c.vtt"]);
    expect((await run("index", media)).stderr).toMatch(/indexed 1 .*3 unchanged/);
    expect((await run("remove", "b.vtt")).exitCode).toBe(0);
    expect((await run("restore", "b.vtt")).exitCode).toBe(0);
    expect(await files("buffalo")).toEqual(["media/b.vtt"]);
  });

  it("is wiped from the disk on demand, with what was replaced before", async () => {
    talk("a.vtt", "antelope");
    await run("index", media);
    await run("speakers", "rename", "Quirinus", "Zacharias", "--file", "a.vtt");
    expect(bytesOnDisk()).toContain("aardvark".slice(0, 4));
    const purged = await run("remove", "a.vtt", "--purge", "--json");
    expect(JSON.parse(purged.stdout)).toMatchObject({
      purged: true,
      files: [join(media, "a.vtt")],
    });
    for (const word of ["antelope", "antelop", "aardvark", "zacharias"])
      expect(bytesOnDisk().includes(word), word).toBe(false);
    expect(bytesOnDisk()).toContain("buffalo");
    expect((await run("doctor", "--deep")).exitCode).toBe(0);
    expect((await run("index", media)).stderr).toMatch(/2 unchanged, 1 skipped/);
    expect((await run("transcript", "a.vtt")).exitCode).toBe(17);
  });

  it("is wiped with the times of its words, also of what it held before", async () => {
    for (const name of ["budget.wav", "news.mp3"]) {
      cpSync(join(FIXTURES, name), join(media, "d.wav"));
      await run("index", media);
    }
    const times = await wordTimes();
    expect(times).toHaveLength(2);
    for (const packed of times) expect(bytesOnDisk()).toContain(packed);
    cpSync(join(FIXTURES, "news.mp3"), join(media, "private/copy.wav"));
    await run("index", media);
    await run("remove", "d.wav", "--purge");
    // The copy has one of them still.
    expect(await wordTimes()).toHaveLength(1);
    await run("remove", "copy.wav", "--purge");
    expect(await wordTimes()).toEqual([]);
    for (const packed of times) expect(bytesOnDisk().includes(packed), packed).toBe(false);
  });

  it("is wiped by the same command again after a purge that could not end", async () => {
    const { default: Sqlite } = await import("better-sqlite3");
    const reader = new Sqlite(join(home, "library.sqlite"), { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM segments").get();
    expect((await run("remove", "a.vtt", "--purge")).exitCode).toBe(11);
    reader.close();
    expect(bytesOnDisk()).toContain("aardvark");
    const again = await run("remove", "a.vtt", "--purge", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ purged: true, files: [join(media, "a.vtt")] });
    expect(bytesOnDisk()).not.toContain("aardvark");
    // What is done is not done again.
    expect((await run("remove", "a.vtt", "--purge")).exitCode).toBe(17);
  });

  it("must be there, and options must go together", async () => {
    expect((await run("remove", "nothing.mp3")).exitCode).toBe(17);
    expect((await run("remove", "a.vtt", "--undo")).exitCode).toBe(17);
    expect((await run("remove", "a.vtt", "--undo", "--purge")).exitCode).toBe(2);
    expect((await run("remove")).exitCode).toBe(2);
  });
});

describe("words that were kept for a time", () => {
  it("are gone from the disk when the time is over", async () => {
    talk("a.vtt", "antelope");
    await run("index", media);
    const { default: Sqlite } = await import("better-sqlite3");
    const db = new Sqlite(join(home, "library.sqlite"));
    db.exec("UPDATE archive SET archived_at_ms = 1000");
    db.close();
    await run("remove", "b.vtt");
    const other = new Sqlite(join(home, "library.sqlite"));
    other.exec("UPDATE assets SET deleted_at_ms = 1000 WHERE deleted_at_ms IS NOT NULL");
    other.close();
    expect((await run("index", media)).exitCode).toBe(0);
    const last = new Sqlite(join(home, "library.sqlite"));
    last.pragma("wal_checkpoint(TRUNCATE)");
    last.close();
    expect(bytesOnDisk()).not.toContain("buffalo");
    expect(bytesOnDisk()).toContain("antelope");
  });

  it("take the times of their words along, those of other files stay", async () => {
    for (const name of ["budget.wav", "news.mp3"]) cpSync(join(FIXTURES, name), join(media, name));
    await run("index", media);
    expect(await wordTimes()).toHaveLength(2);
    await run("remove", "budget.wav");
    await run("index", media);
    expect(await wordTimes()).toHaveLength(2);
    const { default: Sqlite } = await import("better-sqlite3");
    const db = new Sqlite(join(home, "library.sqlite"));
    db.exec("UPDATE assets SET deleted_at_ms = 1000 WHERE deleted_at_ms IS NOT NULL");
    db.close();
    await run("index", media);
    expect(await wordTimes()).toHaveLength(1);
  });
});
