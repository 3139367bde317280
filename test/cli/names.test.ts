import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { toLocation } from "../../src/location.ts";
import { FIXTURES, found, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

let home: string;
let media: string;

const run = (...argv: readonly string[]): Promise<Result> => mediasearch(argv, { home, cwd: home });
const files = async (word: string): Promise<string[]> =>
  found(await run("search", word, "--mode", "keyword", "--json")).hits.map(
    ({ displayFile }) => displayFile,
  );
const talk = (name: string): void =>
  writeFileSync(
    join(media, name),
    `WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ann>The bridge of ${name}.\n`,
  );

beforeEach(() => {
  home = tempFolder();
  media = join(home, "media");
  mkdirSync(media);
});

describe("one file with several names", () => {
  it("is found once: by links to files and folders, in one run or in several, whichever came first", async () => {
    cpSync(join(FIXTURES, "budget.wav"), join(media, "b.wav"));
    symlinkSync(join(media, "b.wav"), join(media, "z-link.wav"));
    symlinkSync(media, join(home, "other"));
    const first = await run("index", media);
    expect(first.stderr).toMatch(/another name of media\/b\.wav: media\/z-link\.wav/);
    expect(await files("spring")).toEqual(["media/b.wav"]);
    const again = await run("index", join(home, "other"));
    expect(again.stderr).toMatch(/another name of media\/b\.wav: other\/b\.wav[\s\S]*indexed 0 /);
    expect(await files("spring")).toEqual(["media/b.wav"]);
    const store = ["--store", join(home, "second.sqlite")];
    await run("index", join(home, "other"), ...store);
    // Its own name takes the place of a link's, and nothing is recognised for it.
    expect((await run("index", media, ...store)).stderr).toMatch(/indexed 0 .*1 reused, 1 skipped/);
    const { stdout } = await run("list", "--json", ...store);
    expect(JSON.parse(stdout)).toMatchObject({ total: 1, files: [{ displayFile: "media/b.wav" }] });
  });
  it("has its own name, not that of a link that is listed before it", async () => {
    talk("z.vtt");
    symlinkSync("z.vtt", join(media, "a-link.vtt"));
    mkdirSync(join(media, "y"));
    writeFileSync(join(media, "y", "in.vtt"), "WEBVTT\n\n00:00.000 --> 00:04.000\nThe ferry.\n");
    symlinkSync("y", join(media, "b-link"));
    mkdirSync(join(home, "elsewhere"));
    symlinkSync(join(media, "z.vtt"), join(home, "elsewhere", "first.vtt"));
    await run("index", join(home, "elsewhere"), media);
    expect(await files("bridge")).toEqual(["media/z.vtt"]);
    expect(await files("ferry")).toEqual(["media/y/in.vtt"]);
    // Links to what the run leaves out are the only names there are.
    const store = ["--store", join(home, "second.sqlite")];
    await run("index", media, "--exclude", "z.vtt", "--exclude", "y/", ...store);
    const { stdout } = await run("list", "--json", ...store);
    expect(
      (JSON.parse(stdout) as { files: { displayFile: string }[] }).files.map((f) => f.displayFile),
    ).toEqual(["media/a-link.vtt", "media/b-link/in.vtt"]);
  });
});

describe("what can't be read", () => {
  it("fails once, is listed and can be skipped, and is forgotten when it can be read", async () => {
    talk("a.vtt");
    symlinkSync(join(home, "nowhere.mp3"), join(media, "broken.mp3"));
    expect((await run("index", media)).exitCode).toBe(3);
    expect((await run("jobs")).stdout).toMatch(/NEEDS_MEDIA_FIX +media\/broken\.mp3 {2}does not/);
    const again = await run("index", media);
    expect([again.exitCode, again.stderr.includes("1 file not tried again")]).toEqual([0, true]);
    expect((await run("jobs", "skip", "broken.mp3")).exitCode).toBe(0);
    expect((await run("index", media)).exitCode).toBe(0);
    rmSync(join(media, "broken.mp3"));
    expect((await run("index", media)).exitCode).toBe(0);
    expect((await run("index", join(media, "broken.mp3"))).exitCode).toBe(3);
  });
});

describe("places", () => {
  it("begin at home with ~, and patterns mean any part of a path from any folder", async () => {
    expect(toLocation("~/x.mp3", "/")).toBe(join(homedir(), "x.mp3"));
    expect(toLocation("a~/x.mp3", "/")).toBe("/a~/x.mp3");
    mkdirSync(join(media, "meetings"));
    for (const name of ["meetings/a.vtt", "b.vtt"]) talk(name);
    await run("index", media);
    for (const pattern of ["meetings", "media/meetings", "meetings/a.vtt", "meetings/*.vtt"]) {
      const { stdout } = await mediasearch(["list", "--file", pattern, "--json"], {
        home,
        cwd: "/",
      });
      expect((JSON.parse(stdout) as { total: number }).total, pattern).toBe(1);
    }
  });
});

describe("commands that people guess", () => {
  it("are answered with the one that is meant, ready to be run", async () => {
    for (const [argv, next] of [
      [["add", "my talks"], 'mediasearch index "my talks"'],
      [["find", "budget"], "mediasearch search budget"],
      [["show", "a $x.mp3"], 'mediasearch transcript "a \\$x.mp3"'],
      [["update"], "mediasearch index"],
      [["delete", "a.mp3"], "mediasearch remove a.mp3"],
    ] as const) {
      const { exitCode, stderr } = await run(...argv);
      expect([exitCode, stderr.includes(`next:  ${next}\n`)], stderr).toEqual([2, true]);
    }
    const version = (await run("--version")).stdout;
    for (const guess of ["version", "-v"]) expect((await run(guess)).stdout).toBe(version);
  });

  it("get hints for the library that they named", async () => {
    const store = join(home, "my library.sqlite");
    expect((await run("search", "x", "--store", store)).stderr).toContain(
      `mediasearch index --store "${store}" FOLDER`,
    );
  });
});

describe("small things", () => {
  it("are said in a line that helps", async () => {
    talk("a.vtt");
    await run("index", media);
    const merged = await run("speakers", "merge", "Ann", "Nobody", "--into", "Eve");
    expect([merged.exitCode, merged.stderr]).toEqual([
      17,
      "error: nobody is called Nobody\nnext:  mediasearch speakers list\n",
    ]);
    const address = await run("index", "ftp://example.com/talk.mp3");
    expect([address.exitCode, address.stderr.includes("addresses are not read")]).toEqual([
      2,
      true,
    ]);
    const backup = await run("backup", join(home, "nowhere/x.backup"));
    expect([backup.exitCode, backup.stderr.includes("nowhere: no such folder")]).toEqual([
      17,
      true,
    ]);
    const atRoot = await mediasearch(["list", "--format", "json"], { home, cwd: "/" });
    expect(JSON.parse(atRoot.stdout)).toMatchObject({ files: [{ file: join(media, "a.vtt") }] });
  });

  it("are quiet and coloured on demand", async () => {
    talk("a.vtt");
    expect((await run("index", media, "-q")).stderr).toBe("");
    expect((await run("list", "--quiet")).stderr).toBe("");
    expect((await run("transcript", "nothing.mp3", "-q")).stderr).toContain("error:");
    const esc = String.fromCodePoint(27);
    expect((await run("list", "--color", "always")).stdout).toContain(esc);
    expect((await run("list")).stdout).not.toContain(esc);
    const tty = { home, cwd: home, tty: true };
    expect((await mediasearch(["list", "--color", "never"], tty)).stdout).not.toContain(esc);
  });

  it("do not fill a screen: a few speakers stand for many", async () => {
    const lines = Array.from(
      { length: 80 },
      (_, i) =>
        `00:${String(i % 60).padStart(2, "0")}.000 --> 00:59.000\n<v Voice ${100 + i}>Word ${i}.\n`,
    );
    writeFileSync(join(media, "many.vtt"), `WEBVTT\n\n${lines.join("\n")}`);
    await run("index", media);
    expect((await run("list")).stdout).toMatch(/Voice 100, Voice 101, Voice 102 and \+77\n/);
  });
});
