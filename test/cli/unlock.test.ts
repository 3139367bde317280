import { copyFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import { markOfThisProcess } from "../../src/process-mark.ts";
import { FIXTURES, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

let folder: string;
let home: string;
beforeEach(async () => {
  folder = tempFolder();
  home = tempFolder();
  copyFileSync(join(FIXTURES, "lecture.mp3"), join(folder, "a.mp3"));
  copyFileSync(join(FIXTURES, "lecture.vtt"), join(folder, "a.vtt"));
  await run("index", folder);
});
const run = (...argv: string[]): Promise<Result> => mediasearch(argv, { home, cwd: folder });

/** A run that never said that it ended, as the library notes it. */
function lock(holder: { pid?: number; host?: string; mark: string; atMs?: number }): void {
  const { pid = process.pid, host = hostname(), mark, atMs = Date.now() } = holder;
  const db = new Sqlite(join(home, "library.sqlite"));
  db.prepare(
    "INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms, summary) VALUES (?, ?, ?, ?, ?)",
  ).run(pid, host, atMs, atMs, JSON.stringify({ mark }));
  db.close();
}

describe("a locked library", () => {
  it("is nobody's when the process began after the lock was made, as the first one of a container does", async () => {
    lock({ mark: `${markOfThisProcess()}1` });
    expect((await run("unlock")).stdout).toMatch(/it has ended: the next run takes the library/);
    expect(await run("index", folder)).toMatchObject({ exitCode: 0 });
    expect((await run("unlock")).stdout).toMatch(/: nobody has it$/m);
  });

  it("is its process's as long as that lives; `unlock --force` alone takes it", async () => {
    lock({ mark: markOfThisProcess(), atMs: Date.now() + 366 * 86_400_000 });
    const refused = await run("index", folder);
    expect(refused.exitCode).toBe(11);
    expect(refused.stderr).toContain("mediasearch unlock");
    const shown = await run("unlock");
    expect(shown).toMatchObject({ exitCode: 0 });
    expect(shown.stdout).toMatch(
      new RegExp(
        `process ${process.pid} on .*which is in the future\\n {2}it lives: .*\\nnothing was changed`,
      ),
    );
    const kept = await run("unlock", "--yes");
    expect([kept.exitCode, (await run("index", folder)).exitCode]).toEqual([11, 11]);
    expect(kept.stderr).toMatch(/mediasearch unlock --force/);
    expect((await run("unlock", "--force")).stdout).toMatch(/^unlocked$/m);
    expect((await run("index", folder)).exitCode).toBe(0);
    expect((await run("list")).stdout).toContain("a.mp3");
  });

  it("of another machine that was heard of just now is taken by `unlock --yes`", async () => {
    lock({ host: "elsewhere\u001b[2J", pid: 1, mark: "linux other pid:[1] 5" });
    const refused = await run("index", folder);
    expect(refused.exitCode).toBe(11);
    expect(refused.stderr).toMatch(/given up 60 s after its last sign/);
    const shown = await run("unlock");
    expect(shown.stdout).toMatch(/another machine or in another container and was heard of/);
    expect(shown.stdout).not.toContain("\u001b");
    const { library: _, ...report } = JSON.parse((await run("unlock", "--yes", "--json")).stdout);
    expect(report).toMatchObject({
      version: 1,
      isBroken: true,
      holders: [{ pid: 1, liveness: "unknown", isHeld: true }],
    });
    expect((await run("index", folder)).exitCode).toBe(0);
  });

  it("lapses when the clock of the other machine is a year ahead", async () => {
    lock({ host: "elsewhere", mark: "x", atMs: Date.now() + 366 * 86_400_000 });
    expect((await run("index", folder)).exitCode).toBe(0);
  });
});

describe("unlock", () => {
  it("says that there is no library", async () => {
    expect((await mediasearch(["unlock"], { home: join(home, "none") })).exitCode).toBe(10);
  });
});
