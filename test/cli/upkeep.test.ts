import {
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import { FIXTURES, found, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

let folder: string;
let home: string;
beforeEach(() => {
  folder = tempFolder();
  home = tempFolder();
});
const put = (name: string, source = "bees.flac"): void => {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  copyFileSync(join(FIXTURES, source), join(folder, name));
};
const index = (...more: string[]): Promise<Result> =>
  mediasearch(["index", folder, ...more], { home, cwd: folder });
const files = async (query: string): Promise<string[]> =>
  found(await mediasearch(["search", query, "--mode", "keyword", "--json"], { home, cwd: folder }))
    .hits.map(({ displayFile }) => displayFile)
    .toSorted();
const listed = async (): Promise<string[]> =>
  (await json<{ files: { displayFile: string }[] }>("list")).files.map(
    ({ displayFile }) => displayFile,
  );
const json = async <T>(...argv: string[]): Promise<T> =>
  JSON.parse((await mediasearch([...argv, "--json"], { home, cwd: folder })).stdout) as T;
const db = <T>(act: (db: Sqlite.Database) => T): T => {
  const opened = new Sqlite(join(home, "library.sqlite"));
  try {
    return act(opened);
  } finally {
    opened.close();
  }
};

describe("a file that moves", () => {
  it("keeps its transcript without being recognised again, wherever it goes below the roots", async () => {
    put("one.flac");
    await index();
    mkdirSync(join(folder, "deep"));
    renameSync(join(folder, "one.flac"), join(folder, "deep/two.flac"));
    expect((await index()).stderr).toMatch(/indexed 0 .*, 1 reused, 0 failed/);
    expect(await files("honey")).toEqual(["deep/two.flac"]);
    expect((await index()).stderr).toMatch(/indexed 0 .*, 1 unchanged/);
  });
});

describe("copies", () => {
  it("are recognised once and found at every path", async () => {
    put("a.flac");
    put("b.flac");
    expect((await index("--jobs", "2")).stderr).toMatch(/indexed 1 .*, 1 reused/);
    expect(await files("honey")).toEqual(["a.flac", "b.flac"]);
    rmSync(join(folder, "a.flac"));
    expect((await index()).stderr).toMatch(/1 deleted/);
    expect(await files("honey")).toEqual(["b.flac"]);
  });
});

describe("a file that is deleted", () => {
  it("vanishes from results at the next run, and comes back without work when it does", async () => {
    put("a.flac");
    put("b.m4a", "garden.m4a");
    await index();
    renameSync(join(folder, "a.flac"), join(home, "a.flac"));
    expect((await index()).stderr).toMatch(/deleted: a\.flac[\s\S]*1 deleted/);
    expect(await files("honey")).toEqual([]);
    expect((await json<{ files: { deleted: number } }>("status")).files.deleted).toBe(1);
    renameSync(join(home, "a.flac"), join(folder, "a.flac"));
    expect((await index()).stderr).toMatch(/restored: a\.flac[\s\S]*1 reused/);
    expect(await files("honey")).toEqual(["a.flac"]);
  });

  it("is forgotten when its time is over", async () => {
    put("a.flac");
    put("b.m4a", "garden.m4a");
    await index();
    rmSync(join(folder, "a.flac"));
    await index();
    db((one) =>
      one.exec(
        "UPDATE assets SET deleted_at_ms = deleted_at_ms - 31 * 86400000 WHERE deleted_at_ms IS NOT NULL",
      ),
    );
    await index();
    expect((await json<{ files: unknown[] }>("list")).files).toHaveLength(1);
  });

  it("vanishes too when it was the only one of its folder", async () => {
    put("alone/a.flac");
    await index();
    rmSync(join(folder, "alone/a.flac"));
    expect((await index()).stderr).toMatch(/deleted: alone\/a\.flac/);
    expect(await files("honey")).toEqual([]);
  });

  it("is not what an offline volume looks like: a mount point as it was before, a link that leads nowhere, or a root that is gone", async () => {
    put("disk/a.flac");
    put("b.m4a", "garden.m4a");
    const stick = tempFolder();
    copyFileSync(join(FIXTURES, "budget.wav"), join(stick, "c.wav"));
    symlinkSync(stick, join(folder, "link"));
    await index();
    rmSync(join(folder, "disk/a.flac"));
    utimesSync(join(folder, "disk"), new Date(), new Date(Date.now() - 60_000));
    renameSync(stick, `${stick}-away`);
    const { stderr } = await index();
    renameSync(`${stick}-away`, stick);
    expect(stderr).toMatch(/offline\? disk is empty or not mounted; 1 file of it kept/);
    expect(stderr).toMatch(/offline\? link is empty or not mounted; 1 file of it kept/);
    expect(await files("honey")).toEqual(["disk/a.flac"]);
    renameSync(folder, `${folder}-away`);
    expect((await mediasearch(["index", folder], { home })).exitCode).toBe(3);
    expect(
      (await json<{ files: { deleted: number; indexed: number } }>("status")).files,
    ).toMatchObject({ deleted: 0, indexed: 3 });
    renameSync(`${folder}-away`, folder);
    expect((await index()).stderr).toMatch(/2 unchanged/);
  });

  it("leaves no failure behind that waits for it", async () => {
    writeFileSync(join(folder, "bad.mp3"), "no sound in here, only letters");
    put("b.m4a", "garden.m4a");
    await index();
    rmSync(join(folder, "bad.mp3"));
    await index();
    expect((await json<{ jobs: unknown[] }>("jobs")).jobs).toEqual([]);
  });
});

describe("captions", () => {
  it("beside media are never indexed by themselves as well, whatever their language and whatever the media is called", async () => {
    const say = (name: string, text: string): void =>
      writeFileSync(join(folder, name), `1\n00:00:01,000 --> 00:00:03,000\n${text}\n`);
    say("talk.en.srt", "English words.");
    say("talk.de.srt", "Deutsche Worte.");
    say("plain.srt", "Plain words.");
    await index();
    expect(await listed()).toEqual(["plain.srt", "talk.de.srt", "talk.en.srt"]);
    put("talk.m4a", "garden.m4a");
    put("plain", "bees.flac");
    await index();
    expect(await listed()).toEqual(["plain", "talk.m4a"]);
    expect((await index()).stderr).toMatch(/indexed 0 .*, 2 unchanged/);
    expect(await listed()).toEqual(["plain", "talk.m4a"]);
  });
});

describe("a file that is replaced", () => {
  it("is archived in its old form for a while", async () => {
    put("a.flac");
    await index();
    put("a.flac", "garden.m4a");
    expect((await index()).stderr).toMatch(/indexed 1 /);
    expect((await json<{ archived: number }>("status")).archived).toBe(1);
    await mediasearch(["index", folder], {
      home,
      cwd: folder,
      env: { ARCHIVE_RETENTION_DAYS: "0" },
    });
    db((one) => one.exec("UPDATE archive SET archived_at_ms = archived_at_ms - 1000"));
    await mediasearch(["index", folder], {
      home,
      cwd: folder,
      env: { ARCHIVE_RETENTION_DAYS: "0" },
    });
    expect((await json<{ archived: number }>("status")).archived).toBe(0);
    expect(await files("tomatoes")).toEqual(["a.flac"]);
  });

  it("by itself, touched only, is not recognised again", async () => {
    put("a.flac");
    await index();
    utimesSync(join(folder, "a.flac"), new Date(), new Date(Date.now() - 5000));
    expect((await index()).stderr).toMatch(/indexed 0 .*, 1 unchanged/);
  });
});

describe("a file that failed", () => {
  it("is quarantined with what to do, and not tried again until it changes", async () => {
    writeFileSync(join(folder, "a.flac"), "no sound in here, only letters");
    expect((await index()).exitCode).toBe(3);
    const { jobs } = await json<{
      jobs: {
        displayFile: string;
        state: string;
        code: string;
        attempts: number;
        log: string[];
        reason: string;
      }[];
    }>("jobs");
    expect(jobs).toMatchObject([
      { displayFile: "a.flac", state: "NEEDS_MEDIA_FIX", code: "UNREADABLE_MEDIA", attempts: 1 },
    ]);
    expect(jobs[0]?.log).toHaveLength(1);
    const again = await index();
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toMatch(/1 file not tried again.*mediasearch jobs/);
    expect((await mediasearch(["jobs", "show", "a.flac"], { home, cwd: folder })).stdout).toMatch(
      /NEEDS_MEDIA_FIX[\s\S]*next:  put captions beside it[\s\S]*attempt 1: UNREADABLE_MEDIA/,
    );
    put("a.flac");
    expect((await index()).stderr).toMatch(/indexed 1 /);
    expect((await mediasearch(["jobs"], { home })).stderr).toBe("no failed files\n");
  });

  it("can be retried, skipped and forgotten", async () => {
    writeFileSync(join(folder, "a.flac"), "no sound in here, only letters");
    await index();
    expect((await mediasearch(["jobs", "retry", "a.flac"], { home, cwd: folder })).exitCode).toBe(
      3,
    );
    expect((await mediasearch(["jobs", "skip", "a.flac"], { home, cwd: folder })).stderr).toBe(
      "1 file skipped from now on\n",
    );
    expect((await index("--engine", "STUB")).stderr).toMatch(/not tried again/);
    expect((await mediasearch(["jobs", "purge", "--all"], { home, cwd: folder })).stderr).toBe(
      "1 file forgotten\n",
    );
    expect((await json<{ files: unknown[] }>("list")).files).toEqual([]);
    expect((await mediasearch(["jobs", "retry"], { home })).exitCode).toBe(2);
    expect((await mediasearch(["jobs", "show", "x.mp3"], { home })).exitCode).toBe(17);
  });

  it("with one engine is tried again with another", async () => {
    writeFileSync(join(folder, "a.flac"), "no sound in here, only letters");
    await index();
    const other = await mediasearch(["jobs", "retry", "--all", "--engine", "STUB"], {
      home,
      cwd: folder,
    });
    expect(other.exitCode).toBe(3);
    expect((await json<{ jobs: { engine: string }[] }>("jobs")).jobs[0]?.engine).toBe("STUB");
  });

  it("for want of memory is tried once more in a fresh worker, then quarantined", async () => {
    put("a.flac");
    const { exitCode, stderr } = await mediasearch(["index", folder], {
      home,
      cwd: folder,
      env: { WORKER_MEMORY_MB: "200", MAX_RETRY_ATTEMPTS: "3", BASE_RETRY_DELAY_MS: "10" },
    });
    expect(exitCode).toBe(3);
    expect(stderr.match(/again in .*: a\.flac: its worker needed more than 200 MB/g)).toHaveLength(
      1,
    );
    expect((await json<{ jobs: unknown[] }>("jobs")).jobs).toMatchObject([
      { state: "QUARANTINED", code: "OUT_OF_MEMORY", attempts: 2 },
    ]);
    expect((await mediasearch(["jobs", "retry", "--all"], { home, cwd: folder })).exitCode).toBe(0);
    expect(await files("honey")).toEqual(["a.flac"]);
  });
});

describe("words without vectors", () => {
  it("are found by keyword, and completed by the next run without recognition", async () => {
    put("a.flac");
    await index();
    db((one) => one.exec("DELETE FROM vectors; UPDATE assets SET state = 'partial'"));
    expect(await files("honey")).toEqual(["a.flac"]);
    expect((await index()).stderr).toMatch(/indexed 0 .*, 1 reused/);
    expect(
      found(
        await mediasearch(["search", "insects", "--mode", "semantic", "--json"], {
          home,
          cwd: folder,
        }),
      ).hits[0]?.displayFile,
    ).toBe("a.flac");
    expect((await json<{ files: { partial: number } }>("status")).files.partial).toBe(0);
  });

  it("that move are completed where they are now", async () => {
    put("a.flac");
    await index();
    db((one) => one.exec("DELETE FROM vectors; UPDATE assets SET state = 'partial'"));
    renameSync(join(folder, "a.flac"), join(folder, "b.flac"));
    expect((await index()).stderr).toMatch(/moved: b\.flac.*\n.*indexed 0 .*, 1 reused, 0 failed/);
    expect(
      (await json<{ files: { partial: number; indexed: number } }>("status")).files,
    ).toMatchObject({ partial: 0, indexed: 1 });
  });
});

describe("two runs on one library", () => {
  it("do not get in each other's way: the second is told who has it, and a dead run holds nothing", async () => {
    put("a.flac");
    await index();
    db((one) =>
      one
        .prepare("INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms) VALUES (?, ?, 1, ?)")
        .run(1, "elsewhere", Date.now()),
    );
    const second = await index();
    expect(second.exitCode).toBe(11);
    expect(second.stderr).toMatch(/process 1 on elsewhere has been indexing/);
    db((one) =>
      one
        .prepare("UPDATE runs SET renewed_at_ms = ? WHERE host = 'elsewhere'")
        .run(Date.now() - 120_000),
    );
    expect((await index()).exitCode).toBe(0);
  });
});
