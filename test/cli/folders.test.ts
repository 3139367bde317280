import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import { mediasearch, type Result, spawnMediasearch, tempFolder } from "../helpers/run.ts";
import { until } from "../helpers/until.ts";

let home: string;
let media: string;

const run = (...argv: readonly string[]): Promise<Result> => mediasearch(argv, { home, cwd: home });
const talk = (folder: string, name: string, words: string): void =>
  writeFileSync(
    join(folder, name),
    `WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>The bridge: ${words}.\n`,
  );
/** What a run of another process leaves behind: one that goes on, or one that was killed. */
function otherRun(isAlive: boolean): void {
  const db = new Sqlite(join(home, "library.sqlite"));
  db.prepare("INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms) VALUES (1, ?, 1, ?)").run(
    "elsewhere",
    isAlive ? Date.now() : 1,
  );
  db.close();
}

interface Listed {
  readonly folders: readonly Record<string, unknown>[];
}
const folders = async (): Promise<Listed["folders"]> =>
  (JSON.parse((await run("folders", "--json")).stdout) as Listed).folders;

beforeEach(() => {
  home = tempFolder();
  media = join(home, "media");
  mkdirSync(media);
});

describe("folders that were indexed", () => {
  it("are remembered with their globs, gone over without paths, and forgotten", async () => {
    const other = join(home, "other");
    mkdirSync(other);
    talk(media, "a.vtt", "aardvark");
    talk(other, "b.vtt", "buffalo");
    talk(other, "draft.vtt", "dormouse");
    await run("index", media);
    await run("index", other, "--exclude", "draft*");
    expect(await folders()).toMatchObject([
      { folder: media, files: 1, done: 1, toDo: 0, failed: 0, interrupted: false, watched: false },
      { folder: other, files: 1, exclude: ["draft*"] },
    ]);
    talk(media, "c.vtt", "cormorant");
    const again = await run("index");
    expect(again.stderr).toMatch(/indexed 1 .*2 unchanged/);
    expect((await run("status")).stdout).toMatch(/folder {5}.*media: 2 files: 2 done, last look/);
    expect((await run("folders")).stdout).toMatch(/other {2}1 file: 1 done.*without draft\*/);
    expect((await run("folders", "forget", other)).exitCode).toBe(0);
    expect(await folders()).toHaveLength(1);
    expect((await run("folders", "forget", other)).exitCode).toBe(17);
    expect((await run("folders", "forget")).exitCode).toBe(2);
  });

  it("say that a run was cut, and what is not indexed yet", async () => {
    talk(media, "a.vtt", "aardvark");
    await run("index", media);
    const db = new Sqlite(join(home, "library.sqlite"));
    db.exec(`UPDATE records SET value = json_set(value, '$.endedAtMs', NULL);
      INSERT INTO assets (path, size_bytes, mtime_ms, state) VALUES ('${media}/b.vtt', 1, 1, 'registered')`);
    db.close();
    expect(await folders()).toMatchObject([{ interrupted: true, toDo: 1, lastLook: null }]);
    expect((await run("status")).stdout).toMatch(/1 to do, interrupted/);
    expect((await run("search", "bridge")).stderr).toContain(
      "1 file is not indexed yet; next: mediasearch index",
    );
    talk(media, "b.vtt", "buffalo");
    await run("index");
    expect(await folders()).toMatchObject([{ interrupted: false, toDo: 0, done: 2 }]);
    expect((await run("search", "bridge")).stderr).not.toContain("not indexed yet");
  });
});

describe("while another run holds the library", () => {
  it("names, corrections, removals and repairs work, and failed files are handed over", async () => {
    talk(media, "a.vtt", "aardvark");
    writeFileSync(join(media, "b.flac"), "no sound in here");
    await run("index", media);
    otherRun(true);
    expect((await run("index", media)).exitCode).toBe(11);
    expect((await run("speakers", "rename", "Ada", "Ada Moreau")).exitCode).toBe(0);
    expect((await run("doctor", "--fix")).stderr).toContain("nothing to fix");
    expect((await run("edits", "undo", "a.vtt")).exitCode).toBe(0);
    expect((await run("remove", "a.vtt")).exitCode).toBe(0);
    const retried = await run("jobs", "retry", "--all");
    expect([retried.exitCode, retried.stderr]).toEqual([
      0,
      "1 file handed to the run that is going on: it tries them soon, with its own options\n",
    ]);
    const db = new Sqlite(join(home, "library.sqlite"));
    db.exec("UPDATE runs SET renewed_at_ms = 1 WHERE ended_at_ms IS NULL");
    db.close();
    // The next run does what was asked for.
    expect((await run("index", media)).stderr).toMatch(/1 failed/);
  });

  it("one that watches tries again what it is asked for", async () => {
    talk(media, "a.vtt", "aardvark");
    writeFileSync(join(media, "b.flac"), "no sound in here");
    const stop = new AbortController();
    const watching = spawnMediasearch(["index", "--watch", media], { home, signal: stop.signal });
    watching.catch(() => {});
    const attempts = async (): Promise<number> => {
      const { stdout } = await run("jobs", "--json");
      const { jobs } = JSON.parse(stdout || '{"jobs":[]}') as { jobs: { updatedAtMs: number }[] };
      return jobs[0]?.updatedAtMs ?? 0;
    };
    await until(async () => (await attempts()) > 0);
    const before = await attempts();
    await until(async () => (await folders())[0]?.["lastLook"] !== null);
    expect((await run("jobs", "retry", "--all")).stderr).toContain("handed to the run");
    await until(async () => (await attempts()) > before);
    stop.abort();
    await watching.catch(() => {});
    expect(await folders()).toMatchObject([{ watched: true, failed: 1 }]);
  });
});

describe("a command that can do nothing", () => {
  it("says so, and makes no library", async () => {
    expect((await run("index")).exitCode).toBe(2);
    expect(existsSync(join(home, "library.sqlite"))).toBe(false);
    const empty = await run("index", media);
    expect([empty.exitCode, empty.stderr.includes("no media found")]).toEqual([17, true]);
    expect((await run("folders")).stdout).toBe("");
    talk(media, "a.vtt", "aardvark");
    await run("index", media);
    expect((await run("doctor", "--store", join(home, "nothere.sqlite"))).exitCode).toBe(10);
    expect(
      (await run("migrate", "--to", join(home, "x.sqlite"), "--only", "nothing.mp3")).exitCode,
    ).toBe(17);
    const dry = await run("migrate", "--reembed", "--dry-run");
    expect([dry.exitCode, dry.stdout.includes("would embed 1 segment anew")]).toEqual([0, true]);
  });
});
