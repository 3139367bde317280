import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import { FIXTURES, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

let home: string;
let media: string;

const run = (...argv: readonly string[]): Promise<Result> =>
  mediasearch(argv, { home, cwd: media, env: { EMBEDDING_MODEL: "stub" } });
interface Listed {
  readonly files: readonly Record<string, unknown>[];
}
const list = async (...argv: readonly string[]): Promise<Listed["files"]> =>
  (JSON.parse((await run("list", "--json", ...argv)).stdout) as Listed).files;
const texts = async (...argv: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await run("search", "--mode", "keyword", "--json", ...argv);
  return (JSON.parse(stdout) as { hits: readonly { text: string }[] }).hits.map(({ text }) => text);
};

beforeEach(() => {
  home = tempFolder();
  media = join(home, "media");
  mkdirSync(media);
  copyFileSync(join(FIXTURES, "lecture.mp3"), join(media, "x1.mp3"));
  copyFileSync(join(FIXTURES, "lecture.vtt"), join(media, "x1.vtt"));
  copyFileSync(join(FIXTURES, "minutes.vtt"), join(media, "minutes.vtt"));
});

const info = (more: object = {}): void =>
  writeFileSync(
    join(media, "x1.info.json"),
    JSON.stringify({
      title: "Rivers and Land",
      channel: "Geography Hour",
      upload_date: "20260605",
      chapters: [
        { start_time: 0, end_time: 3.5, title: "What we look at" },
        { start_time: 3.5, end_time: 20, title: "Bends near the coast" },
      ],
      ...more,
    }),
  );

describe("what is known of recordings", () => {
  it("is taken from files beside them, listed, and filters by title, show and chapter", async () => {
    info();
    await run("index", media);
    const [captions, recording] = await list();
    expect(captions).toMatchObject({ title: null, show: null, media: {} });
    expect(recording).toMatchObject({
      title: "Rivers and Land",
      show: "Geography Hour",
      recorded: "2026-06-05T00:00:00.000Z",
      media: {
        container: "mp3",
        audioCodec: "mp3",
        chapters: [
          { startMs: 0, endMs: 3500, title: "What we look at" },
          { startMs: 3500, endMs: 20_000, title: "Bends near the coast" },
        ],
      },
    });
    expect((await run("list")).stdout).toContain("“Rivers and Land”, Geography Hour");
    for (const filter of [
      ["--title", "rivers"],
      ["--show", "geography hour"],
      ["--chapter", "bends"],
    ])
      expect((await list(...filter)).map(({ title }) => title)).toEqual(["Rivers and Land"]);
    expect(await list("--title", "bridges")).toEqual([]);
    expect(await texts("title:rivers chapter:bends")).toEqual([
      "Why does the river bend so much near the coast?",
      "Because the ground is flat there and the water is slow.",
    ]);
    expect(await texts('show:"geography hour" -title:"and land"')).toEqual([]);
    expect(await texts("river", "--chapter", "what we")).toEqual([
      "Today we look at how rivers shape the land.",
    ]);
    const empty = await run("search", "title:?");
    expect([empty.exitCode, empty.stderr]).toEqual([
      2,
      expect.stringContaining("title: must be words"),
    ]);
  });

  it("follows the files beside them, without reading the recording anew", async () => {
    info();
    await run("index", media);
    info({ title: "Another name" });
    const again = await run("index", media);
    expect(again.stderr).toContain("indexed 0 (0 from captions, 0 recognised), 2 unchanged");
    expect((await list("--title", "another name")).length).toBe(1);
    expect(await texts("title:rivers")).toEqual([]);
  });

  it("comes into libraries of before, goes along to another library, and is wiped by a purge", async () => {
    await run("index", media);
    const db = new Sqlite(join(home, "library.sqlite"));
    db.exec("DELETE FROM records WHERE kind = 'media'");
    db.close();
    expect((await list())[1]).toMatchObject({ title: null, media: {} });
    await run("index", media);
    expect((await list())[1]).toMatchObject({ title: null, media: { container: "mp3" } });
    info();
    await run("index", media);
    const other = join(home, "other.sqlite");
    await run("migrate", "--to", other);
    const moved = await run("list", "--json", "--store", other, "--title", "rivers");
    expect((JSON.parse(moved.stdout) as Listed).files).toHaveLength(1);
    await run("remove", "--purge", "x1.mp3");
    expect(readFileSync(join(home, "library.sqlite")).includes("Geography Hour")).toBe(false);
  });
});
