import { spawn, spawnSync } from "node:child_process";
import { existsSync, linkSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BIN, environment, type FoundHit, mediasearch } from "../helpers/run.ts";
import { filmLibrary } from "../helpers/films.ts";
import { schemaErrors } from "../helpers/schema.ts";

const { home, films } = filmLibrary();
const run = (...argv: string[]) => mediasearch(argv, { home, cwd: films });
const search = async (...argv: string[]): Promise<Answer> =>
  JSON.parse((await run("search", ...argv, "--json")).stdout) as Answer;
interface Answer {
  readonly total: number;
  readonly hits: readonly (FoundHit & {
    readonly number: number;
    readonly before?: readonly { text: string }[];
    readonly after?: readonly { text: string }[];
    readonly explain?: object;
  })[];
}
const keyword = ["--mode", "keyword"] as const;

describe("clips of hits", () => {
  const spawned = (...argv: string[]) =>
    spawnSync(process.execPath, [BIN, "search", ...argv], {
      cwd: films,
      env: environment(home),
      encoding: "utf8",
    });

  it("are cut by the real program, as JSON says by its schema", () => {
    const { status, stdout, stderr } = spawned(
      "repaired",
      ...keyword,
      "--clip",
      "1",
      "-o",
      "hall.mp4",
      "--exact",
      "--pad",
      "0.25",
      "--json",
    );
    expect(status, stderr).toBe(0);
    const told = JSON.parse(stdout) as { durationMs: number; hits: number[] };
    expect(schemaErrors("clip", told)).toBe("");
    expect(told.hits).toEqual([1]);
    expect(existsSync(join(films, "hall.mp4"))).toBe(true);
    const again = spawned("repaired", ...keyword, "--clip", "1", "-o", "hall.mp4");
    expect([again.status, again.stderr]).toEqual([
      2,
      expect.stringMatching(/hall\.mp4: is there already\nnext: {2}--force/),
    ]);
    expect(
      spawned("repaired", ...keyword, "--clip", "1", "-o", "hall.mp4", "--force").stderr,
    ).toMatch(/hall\.mp4 {2}[\d.]+ s, copied as it is; --exact/);
  });

  it("join; touching ones become one piece, what has no recording is left out and told", async () => {
    const all = await run(
      "search",
      "river membership repaired",
      ...keyword,
      "--supercut",
      "all.mp4",
      "--titles",
    );
    expect(all.exitCode).toBe(3);
    expect(all.stderr).toMatch(
      /warning: hit \d left out: minutes\.vtt: captions without their recording/,
    );
    expect(all.stderr).toMatch(/all\.mp4 {2}[\d.]+ s in 2 pieces/);
    const { durationMs } = JSON.parse(
      (await run("search", "river", ...keyword, "--supercut", "river.m4a", "--pad", "0", "--json"))
        .stdout,
    ) as { durationMs: number };
    const { hits } = await search("river", ...keyword);
    expect(
      Math.abs(durationMs - hits.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)),
    ).toBeLessThan(20);
    expect((await run("search", "xylophone", ...keyword, "--supercut", "none.mp4")).exitCode).toBe(
      17,
    );
    expect(
      (await run("search", "membership", ...keyword, "--supercut", "none.mp4")).stderr,
    ).toContain("no hit has a recording");
  });

  it("never take the place of a recording of the library, by whatever path it is named", async () => {
    symlinkSync(films, join(home, "way"));
    const news = readFileSync(join(films, "news.mp3"));
    for (const [to, ...action] of [
      ["news.mp3", "--clip", "1", "-o"],
      [join(home, "way/news.mp3"), "--clip", "1", "-o"],
      ["news.mp3", "--supercut"],
    ] as const) {
      const { exitCode, stderr } = await run(
        "search",
        "river",
        ...keyword,
        ...action,
        to,
        "--force",
      );
      expect([exitCode, stderr], to).toEqual([
        2,
        expect.stringMatching(/is a recording of the library; a clip never takes its place/),
      ]);
    }
    expect(readFileSync(join(films, "news.mp3")).equals(news)).toBe(true);
    linkSync(join(films, "lecture.mp3"), join(home, "other.mp3"));
    expect(
      (
        await run(
          "search",
          "river",
          ...keyword,
          "--clip",
          "1",
          "-o",
          join(home, "other.mp3"),
          "--force",
        )
      ).stderr,
    ).toContain("one of the recordings");
  });

  it("say what is missing or wrong before they start", async () => {
    for (const [argv, told] of [
      [["--clip", "1"], /--output says which file/],
      [["-o", "x.mp4"], /goes with --clip/],
      [["--clip", "1", "--play", "1"], /only one of/],
      [["--clip", "1", "-o", "x.doc"], /told by its ending/],
      [["--supercut", "x.mp3", "--titles"], /no picture to write them on/],
      [["--pad", "-1"], /seconds from 0 to 600/],
      [["--clip", "0", "-o", "x.mp4"], /1 to 1000/],
    ] as const) {
      const { exitCode, stderr } = await run("search", "river", ...keyword, ...argv);
      expect(exitCode, argv.join(" ")).toBe(2);
      expect(stderr).toMatch(told);
    }
  });

  it("are cut into a folder, one file a hit, named by recording and time", async () => {
    const cut = async (...more: string[]) =>
      run("search", "river membership repaired", ...keyword, "--clips", "cuts/of all", ...more);
    const first = await cut();
    expect(first.exitCode, first.stderr).toBe(3);
    const names = readdirSync(join(films, "cuts/of all")).toSorted();
    expect(names).toHaveLength(3);
    for (const name of names)
      expect(name).toMatch(/^(boiler_0-00-\d\d\.mp4|lecture_0-00-\d\d\.mp3)$/);
    expect(first.stdout.trim().split("\n").toSorted()).toEqual(
      names.map((name) => join("cuts/of all", name)),
    );
    expect(first.stderr).toMatch(/warning: hit \d left out: minutes\.vtt: captions without/);
    expect(first.stderr).toMatch(/^cuts\/of all {2}3 clips, [\d.]+ s$/m);
    const again = await cut("--json");
    const told = JSON.parse(again.stdout) as { clips: unknown[]; leftOut: { reason: string }[] };
    expect(schemaErrors("clips", told)).toBe("");
    expect([told.clips.length, told.leftOut.length]).toEqual([0, 4]);
    const anew = JSON.parse((await cut("--json", "--force", "--exact")).stdout) as {
      clips: { output: string; how: string }[];
    };
    expect(schemaErrors("clips", anew)).toBe("");
    expect(anew.clips.map(({ how }) => how)).toEqual(["encoded", "encoded", "encoded"]);
    for (const { output } of anew.clips) expect(existsSync(output)).toBe(true);
  });

  it("leave nothing behind when they are stopped", async () => {
    const child = spawn(
      process.execPath,
      [
        BIN,
        "search",
        "the OR a OR of OR and",
        "--mode",
        "keyword",
        "--limit",
        "200",
        "--supercut",
        "stopped.mp4",
        "--titles",
        "--pad",
        "600",
      ],
      { cwd: films, env: environment(home), stdio: ["ignore", "ignore", "pipe"] },
    );
    const begun = (): boolean => readdirSync(films).some((name) => name.includes("unfinished"));
    while (!begun() && child.exitCode === null) await new Promise((done) => setTimeout(done, 20));
    const ended = new Promise((done) => child.on("exit", done));
    expect(child.exitCode, "it had begun").toBeNull();
    child.kill("SIGINT");
    const code = await ended;
    expect([code, begun(), existsSync(join(films, "stopped.mp4"))]).toEqual([130, false, false]);
  });
});
