import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import {
  BIN,
  environment,
  FIXTURES,
  found,
  mediasearch,
  type Result,
  tempFolder,
} from "../helpers/run.ts";
import { until } from "../helpers/until.ts";

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

describe("status", () => {
  it("tells a run that goes on from one that was killed", async () => {
    put("a.flac");
    await index();
    const run = (pid: number): unknown =>
      db((one) =>
        one
          .prepare("INSERT INTO runs (pid, host, started_at_ms, renewed_at_ms) VALUES (?, ?, 1, 2)")
          .run(pid, hostname()),
      );
    run(process.pid);
    expect((await mediasearch(["status"], { home })).stdout).toMatch(
      new RegExp(`^last run +going on since .*, process ${process.pid} on`, "m"),
    );
    run(4_194_305);
    expect((await mediasearch(["status"], { home })).stdout).toMatch(
      /^last run .*killed before its end; next: mediasearch index/m,
    );
    expect((await json<{ lastRun: { isRunning: boolean } }>("status")).lastRun.isRunning).toBe(
      false,
    );
  });

  it("tells the state of the library at any time", async () => {
    expect((await mediasearch(["status"], { home: join(home, "none") })).exitCode).toBe(10);
    put("a.flac");
    writeFileSync(join(folder, "b.mp3"), "");
    await index();
    const { stdout } = await mediasearch(["status"], { home, cwd: folder });
    expect(stdout).toMatch(/^files +1 indexed, 1 failed$/m);
    expect(stdout).toMatch(/^model +all-MiniLM-L6-v2-int8@/m);
    expect(stdout).toMatch(/^jobs +1 NEEDS_MEDIA_FIX; next: mediasearch jobs$/m);
    expect(stdout).toMatch(/^last run .*indexed 1, 0 unchanged, 1 failed$/m);
  });
});

describe("a long recording whose run is killed", () => {
  it("goes on where it stopped: less than a minute is done again, and the result is that of an undisturbed run", async () => {
    const wav = readFileSync(join(FIXTURES, "budget.wav"));
    const at = wav.indexOf("data") + 8;
    const times = 30;
    const header = Buffer.from(wav.subarray(0, at));
    header.writeUInt32LE((wav.length - at) * times, at - 4);
    writeFileSync(
      join(folder, "long.wav"),
      Buffer.concat([header, ...Array.from({ length: times }, () => wav.subarray(at))]),
    );
    const child = spawn(process.execPath, [BIN, "index", folder, "--json", "--jobs", "1"], {
      env: environment(home),
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    });
    let positionMs = 0;
    await new Promise<void>((killed) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        for (const [, position] of text.matchAll(/"positionMs":(\d+)/g))
          positionMs = Math.max(positionMs, Number(position));
        if (positionMs > 100_000) process.kill(-(child.pid ?? 0), "SIGKILL");
      });
      child.on("close", () => killed());
    });
    const saved = db((one) =>
      one.prepare("SELECT checkpoint FROM checkpoints ORDER BY id").pluck().all(),
    ).map((text) => (JSON.parse(String(text)) as { positionMs: number }).positionMs);
    expect(positionMs - (saved.at(-1) ?? 0)).toBeLessThan(60_000);
    expect((await index()).stderr).toMatch(/indexed 1 /);
    expect(db((one) => one.prepare("SELECT count(*) FROM checkpoints").pluck().get())).toBe(0);
    const other = tempFolder();
    await mediasearch(["index", folder], { home: other });
    const transcript = async (of: string): Promise<unknown> =>
      (
        JSON.parse(
          (await mediasearch(["transcript", join(folder, "long.wav"), "--json"], { home: of }))
            .stdout,
        ) as { segments: unknown }
      ).segments;
    expect(await transcript(home)).toEqual(await transcript(other));
    expect(existsSync(join(folder, "long.wav"))).toBe(true);
  });
});

describe("index --watch", () => {
  it("catches up, then follows what comes, changes, moves and goes, until Ctrl-C", async () => {
    put("a.flac");
    const child = spawn(process.execPath, [BIN, "index", folder, "--watch", "--json"], {
      env: environment(home, { WATCH_STABLE_MS: "200" }),
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const events: { type: string; displayFile: string; how?: string }[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.trim().split("\n"))
        events.push(JSON.parse(line) as (typeof events)[number]);
    });
    const told = async (type: string, displayFile: string): Promise<void> => {
      await until(() =>
        events.some((event) => event.type === type && event.displayFile === displayFile),
      );
      expect(events).toContainEqual(expect.objectContaining({ type, displayFile }));
    };
    await told("indexed", "a.flac");
    put("b.m4a", "garden.m4a");
    await told("indexed", "b.m4a");
    writeFileSync(join(folder, "notes.txt"), "nothing to hear");
    writeFileSync(
      join(folder, "b.srt"),
      "1\n00:00:01,000 --> 00:00:03,000\nSomething about lighthouses.\n",
    );
    await until(
      () =>
        events.filter(({ type, displayFile }) => type === "indexed" && displayFile === "b.m4a")
          .length >= 2,
    );
    expect(await files("lighthouse")).toEqual(["b.m4a"]);
    renameSync(join(folder, "a.flac"), join(folder, "moved.flac"));
    await told("reused", "moved.flac");
    rmSync(join(folder, "moved.flac"));
    await told("deleted", "moved.flac");
    child.kill("SIGINT");
    expect(await new Promise((done) => child.on("close", done))).toBe(130);
    expect(events.filter(({ type }) => type === "failed")).toEqual([]);
    expect(await files("honey")).toEqual([]);
  });
});
